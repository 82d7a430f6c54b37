from collections.abc import Iterator

from rempart.check import Result, verdict
from rempart.observations.accounts import Account


def check(accounts: tuple[Account, ...]) -> Iterator[Result]:
    shown = [one for one in accounts if one.hash_in_passwd]
    for one in shown:
        yield verdict(False, "a hash in the second field", one, facts={"account": one.key})
    if not shown:
        yield verdict(True, f"{len(accounts)} accounts, none with its hash there", "/etc/passwd")
