from collections.abc import Iterator

from rempart.check import Result, Unknown, unseen, verdict
from rempart.judge.accounts import as_date, bounded, today
from rempart.observations.accounts import Account


def check(accounts: tuple[Account, ...]) -> Iterator[Result]:
    with_hash = [one for one in accounts if isinstance(one.hash_scheme, str)]
    wrong = [one for one in with_hash if _wrong(one)]
    yield from bounded(_told(one) for one in wrong)
    hidden = next((one for one in accounts if isinstance(one.password_set, Unknown)), None)
    if hidden is not None and isinstance(hidden.password_set, Unknown):
        yield verdict(hidden.password_set, "when passwords were set was not seen", hidden.source)
    elif not wrong:
        yield verdict(True, f"{len(with_hash)} passwords, all set on a day gone by", "/etc/shadow")


def _wrong(one: Account) -> bool:
    day = one.password_set
    return not unseen(day) and (day is None or (isinstance(day, int) and day > today(one)))


def _told(one: Account) -> Result:
    when = as_date(one.password_set) if isinstance(one.password_set, int) else "never"
    facts = {"account": one.key, "when": when}
    return verdict(False, f"password set: {when}", one, facts=facts)
