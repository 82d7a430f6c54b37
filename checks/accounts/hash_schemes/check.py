from collections.abc import Iterator

from rempart.check import Reason, Result, Severity, notapplicable, notchecked, verdict
from rempart.judge.accounts import bounded
from rempart.judge.hashing import regarded
from rempart.judge.yardsticks import PasswordHashing
from rempart.observations.accounts import Account
from rempart.unknown import Unknown


def check(accounts: tuple[Account, ...], hashing: PasswordHashing) -> Iterator[Result]:
    hidden = next((one for one in accounts if isinstance(one.hash_scheme, Unknown)), None)
    if hidden is not None and isinstance(hidden.hash_scheme, Unknown):
        why = hidden.hash_scheme
        yield notchecked(why.reason, why.detail, hidden.source, of=hidden.source)
    results: dict[tuple[str, bool], list[Result]] = {}
    for account in accounts:
        scheme = account.hash_scheme
        if isinstance(scheme, str):
            result = _result(account, scheme, hashing)
            results.setdefault((scheme, account.locked is True), []).append(result)
    for likewise in results.values():
        yield from bounded(likewise)


def _result(account: Account, scheme: str, hashing: PasswordHashing) -> Result:
    if scheme == "unknown":
        return notchecked(Reason.UNRESOLVED, "a scheme crypt(5) does not list", account)
    grade = regarded(scheme, None, hashing)
    if grade is None:
        return notapplicable(f"{scheme}: this authority does not name it", account)
    locked = account.locked is True
    return verdict(
        grade,
        f"{scheme}, locked" if locked else scheme,
        account,
        facts={"account": account.key, "scheme": scheme},
        severity=Severity.LOW if locked else None,
    )
