from rempart.check import Result, negated, notapplicable, unseen, verdict
from rempart.judge.yardsticks import CertificateLifetime
from rempart.observations.tls import Certificate


def check(certificate: Certificate, yardstick: CertificateLifetime) -> Result:
    most = limit(certificate, yardstick)
    if most is None:
        return notapplicable("no limit for a certificate issued then", certificate)
    private = negated(certificate.public == True)  # noqa: E712  (three-valued)
    if yardstick.public_only and unseen(private):
        return verdict(private, "issuer not seen", certificate)
    if yardstick.public_only and private:
        return notapplicable("issued by a private authority", certificate)
    days = certificate.lifetime_days
    issued = certificate.not_before.date().isoformat()
    facts: dict[str, int | str] = {"days": days, "most": most, "issued": issued}
    return verdict(days <= most, f"{days} days, issued {issued}", certificate, facts=facts)


def limit(certificate: Certificate, yardstick: CertificateLifetime) -> int | None:
    issued = certificate.not_before.date()
    steps = [step for step in yardstick.max_days if step.issued_from <= issued]
    return max(steps, key=lambda step: step.issued_from).days if steps else yardstick.before
