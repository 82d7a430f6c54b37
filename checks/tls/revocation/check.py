from rempart.check import Figure, Result, spoken, unseen, verdict
from rempart.observations.tls import Certificate

SHORT = 10  # days: shorter than it takes to revoke (CA/Browser Forum, short-lived certificates)


def check(certificate: Certificate) -> Result:
    short = certificate.lifetime_days <= SHORT
    pointers = certificate.revocation
    if unseen(pointers) and not short:
        return verdict(pointers == (), "not read", certificate)
    said = spoken(pointers)
    facts: dict[str, Figure] = {"said": said, "days": certificate.lifetime_days}
    return verdict(short or bool(pointers), said, certificate, facts=facts)
