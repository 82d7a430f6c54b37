import ipaddress

from rempart.check import Result, Severity, notapplicable, verdict
from rempart.observations.database_accounts import ClientRule

NOBODY_ASKED = {"trust"}
BY_NAME_FROM_AFAR = {"ident"}
WEAK = {"password", "md5", "crypt"}
ANYWHERE = {"all", "0.0.0.0/0", "::/0"}
HERE = {"", "samehost", "localhost"}


def check(rule: ClientRule) -> Result:
    facts = {"rule": rule.key, "method": rule.method}
    seen = f"{rule.key} {rule.method}"
    if rule.method == "reject":
        return notapplicable(f"{rule.key}: nobody is let in", rule)
    if rule.shadowed:
        return notapplicable(f"{rule.key}: never reached, {rule.shadowed} comes first", rule)
    why, severity = _weakness(rule)
    return verdict(not why, f"{seen}{why}", rule, facts=facts, severity=severity)


def _weakness(rule: ClientRule) -> tuple[str, Severity | None]:
    """What is wrong with a rule, and how much less than critical it is."""
    here = _here(rule.address)
    if rule.method in NOBODY_ASKED or (rule.method in BY_NAME_FROM_AFAR and not here):
        return ": no secret is asked for", None
    if rule.method in WEAK:
        hashed = here and rule.method == "md5"
        return ": a weak proof", Severity.MEDIUM if hashed else Severity.HIGH
    if rule.clear_text:
        return ": clients without TLS are let in too", Severity.HIGH
    if rule.address in ANYWHERE:
        return ": from every address", Severity.MEDIUM
    return "", None


def _here(address: str) -> bool:
    if address in HERE:
        return True
    try:
        return ipaddress.ip_network(address).is_loopback
    except ValueError:
        return False
