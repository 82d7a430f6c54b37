from rempart.check import Figure, Result, all_of, notapplicable, verdict
from rempart.observations.tls import Certificate

LEAST = 2  # what browsers ask of a certificate that lives up to 180 days


def check(certificate: Certificate) -> Result:
    if certificate.public is False:
        return notapplicable("a private authority logs nothing", certificate)
    count = certificate.scts if isinstance(certificate.scts, int) else None
    facts: dict[str, Figure] = {"count": count}
    public = certificate.public == True  # noqa: E712  (three-valued)
    good = all_of(public, certificate.scts >= LEAST)
    return verdict(good, f"{count} timestamps", certificate, facts=facts)
