from rempart.check import Figure, Result, Severity, verdict
from rempart.observations.people import SharedAccess

NOBODYS = {"root", "service", "system"}  # accounts that name no person


def check(key: SharedAccess) -> Result:
    accounts = ", ".join(key.accounts)
    facts: dict[str, Figure] = {"accounts": accounts, "count": len(key.accounts)}
    shared = key.names > 1
    # one key of a service on many hosts: who takes it from one has them all
    spread = key.hosts > 1 and bool(NOBODYS & set(key.kinds))
    severity = Severity.MEDIUM if spread and not shared else None
    return verdict(
        not shared and not spread, f"opens {accounts}", key, facts=facts, severity=severity
    )
