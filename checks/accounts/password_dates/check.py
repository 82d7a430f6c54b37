from collections.abc import Iterator

from rempart.check import Result, Unknown, unseen, verdict
from rempart.judge.accounts import as_date, today
from rempart.observations.accounts import Account


def check(accounts: tuple[Account, ...]) -> Iterator[Result]:
    with_hash = [one for one in accounts if isinstance(one.hash_scheme, str)]
    wrong = 0
    for one in with_hash:
        day = one.password_set
        if unseen(day):
            continue
        ahead = isinstance(day, int) and day > today(one)
        if day is None or ahead:
            wrong += 1
            when = as_date(day) if isinstance(day, int) else "never"
            facts = {"account": one.key, "when": when}
            yield verdict(False, f"password set: {when}", one, facts=facts)
    hidden = next((one for one in accounts if isinstance(one.password_set, Unknown)), None)
    if hidden is not None and isinstance(hidden.password_set, Unknown):
        yield verdict(hidden.password_set, "when passwords were set was not seen", hidden.source)
    elif not wrong:
        yield verdict(True, f"{len(with_hash)} passwords, all set on a day gone by", "/etc/shadow")
