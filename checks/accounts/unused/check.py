from collections.abc import Iterator

from rempart.check import Figure, OneOf, Outcome, Result, Unknown, notapplicable, verdict
from rempart.judge.accounts import as_date, bounded, may_enter, today
from rempart.observations.accounts import Account


def check(accounts: tuple[Account, ...], *, days: int = 90) -> Iterator[Result]:
    people = [one for one in accounts if one.kind == "person"]
    results = [_judged(one, days) for one in people if may_enter(one) is not False]
    yield from bounded(one for one in results if one.outcome != Outcome.PASS)
    used = sum(one.outcome == Outcome.PASS for one in results)
    if used:
        facts = {"days": days}
        seen = f"{used} accounts, all used within {days} days"
        yield verdict(True, seen, "lastlog", facts=facts, counts={"used": used})
    if not results:
        yield notapplicable("no account of a person lets anybody in", "/etc/passwd")


def _judged(one: Account, days: int) -> Result:
    """The later of the last sign-in and the last change of the password counts as use."""
    entered = may_enter(one)
    if isinstance(entered, Unknown):
        return verdict(entered, "", one)
    used = one.last_sign_in
    changed = one.password_set if isinstance(one.password_set, int) else None
    recent = changed is not None and today(one) - days <= changed <= today(one)
    if isinstance(used, Unknown | OneOf) and not recent:
        return verdict(used >= 0, "when it was last used was not seen", one)
    last = max((day for day in (used, changed) if isinstance(day, int)), default=None)
    good = last is not None and today(one) - last <= days
    when = as_date(used) if isinstance(used, int) else "never"
    facts: dict[str, Figure] = {"account": one.key, "used": when, "days": days}
    return verdict(good, f"last sign-in: {when}", one, facts=facts)
