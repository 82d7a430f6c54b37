from rempart.check import Result, Severity, all_of, unseen, verdict
from rempart.observations.tls import Certificate


def check(certificate: Certificate, *, min_days_left: int = 14) -> Result:
    left = (certificate.not_after - certificate.taken).days
    good = all_of(
        certificate.trusted == True,  # noqa: E712  (three-valued)
        certificate.names_host,
        certificate.not_before <= certificate.taken,
        left >= min_days_left,
    )
    until = certificate.not_after.date().isoformat()
    why = cause(certificate, left, min_days_left)
    return verdict(
        good,
        f"{why}; valid until {until}, {left} days left",
        certificate,
        facts={"host": certificate.host, "cause": why, "until": until},
        severity=Severity.LOW if why == "expires soon" else None,
    )


def cause(certificate: Certificate, left: int, least: int) -> str:
    if certificate.trust_error:
        return certificate.trust_error
    if not certificate.names_host:
        return "wrong host"
    if certificate.not_before > certificate.taken:
        return "not yet valid"
    if left < least:
        return "expired" if certificate.not_after < certificate.taken else "expires soon"
    return "trust not seen" if unseen(certificate.trusted) else "trusted"
