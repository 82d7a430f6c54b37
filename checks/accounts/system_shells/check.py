from collections.abc import Iterator

from rempart.check import Result, Severity, Unknown, negated, verdict
from rempart.judge.accounts import bounded, takes_password
from rempart.observations.accounts import Account


def check(accounts: tuple[Account, ...], *, allowed: tuple[str, ...] = ()) -> Iterator[Result]:
    hidden = next((one for one in accounts if isinstance(one.kind, Unknown)), None)
    open_ = [one for one in accounts if one.kind == "system" and one.can_sign_in]
    yield from bounded(_judged(one, allowed) for one in open_)
    if hidden is not None and isinstance(hidden.kind, Unknown):
        yield verdict(hidden.kind, "which accounts are the system's was not seen", hidden.source)
    elif not open_:
        yield verdict(True, "no account of the system has a login shell", "/etc/passwd")


def _judged(one: Account, allowed: tuple[str, ...]) -> Result:
    closed = negated(takes_password(one))
    severity = Severity.LOW if closed is True else None
    facts = {"account": one.key, "shell": one.shell}
    return verdict(one.key in allowed, one.shell, one, facts=facts, severity=severity)
