from rempart.check import Figure, Result, Severity, Unknown, verdict
from rempart.observations.people import AuthorizedKey

BROKEN_BELOW = 2048  # bits of RSA


def check(key: AuthorizedKey, *, rsa_bits: int = 3072) -> Result:
    bits = key.bits
    facts: dict[str, Figure] = {
        "account": key.account,
        "kind": key.kind,
        "bits": bits if isinstance(bits, int) else 0,
    }
    seen = f"{key.kind} {facts['bits']}"
    if "dss" in key.kind:
        return verdict(False, seen, key, facts=facts)
    if "rsa" not in key.kind:
        return verdict(True, key.kind, key, facts=facts)
    if isinstance(bits, Unknown) or not isinstance(bits, int):
        return verdict(bits >= rsa_bits, seen, key)
    severity = Severity.MEDIUM if bits >= BROKEN_BELOW else None
    return verdict(bits >= rsa_bits, seen, key, facts=facts, severity=severity)
