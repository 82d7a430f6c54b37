from rempart.check import Fact, Figure, Result, all_of, notapplicable, unseen, verdict
from rempart.observations.directories import PolicyReach


def check(reach: PolicyReach) -> Result:
    default = reach.precedence is None
    if default and not reach.others:
        return notapplicable("one policy for everybody", reach)
    binds: Fact = reach.accounts != 0  # (three-valued)
    spared: Fact = reach.admins == 0  # (three-valued)
    good = spared if default else all_of(not reach.ties, binds)
    if unseen(reach.accounts) or unseen(reach.admins):
        return verdict(good, "its accounts were not seen", reach)
    named = ", ".join(reach.named) or "everybody else"
    facts: dict[str, Figure] = {
        "named": named,
        "ties": ", ".join(reach.ties) or "0",
    }
    counts: dict[str, Figure] = {
        "admins": _figure(reach.admins),
        "accounts": _figure(reach.accounts),
    }
    seen = f"binds {counts['accounts']} accounts ({counts['admins']} administrators), by {named}"
    return verdict(good, seen, reach, facts=facts, counts=counts)


def _figure(value: object) -> int:
    return value if isinstance(value, int) else 0
