from rempart.check import Figure, Result, Unknown, verdict
from rempart.observations.database_accounts import DatabaseAccount


def check(accounts: tuple[DatabaseAccount, ...], *, most: int = 3) -> Result:
    first = accounts[0]
    able = [one for one in accounts if one.can_sign_in is not False]
    strong = sorted(one.key for one in able if one.administrator is True)
    hidden = next((one for one in able if isinstance(one.administrator, Unknown)), None)
    facts: dict[str, Figure] = {"count": len(strong), "names": ", ".join(strong[:20]) or "-"}
    seen = f"{len(strong)} with every right: {', '.join(strong[:20]) or 'nobody'}"
    if hidden is not None and len(strong) <= most:
        return verdict(hidden.administrator, seen, hidden, of="administrators")
    return verdict(len(strong) <= most, seen, first, of="administrators", facts=facts)
