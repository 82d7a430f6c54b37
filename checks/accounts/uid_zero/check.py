from collections.abc import Iterator

from rempart.check import Result, verdict
from rempart.observations.accounts import Account


def check(accounts: tuple[Account, ...]) -> Iterator[Result]:
    others = [one for one in accounts if one.uid == 0 and one.key != "root"]
    for one in others:
        facts = {"account": one.key, "shell": one.shell}
        yield verdict(False, f"number 0, shell {one.shell}", one, facts=facts)
    if not others:
        yield verdict(True, "only root has number 0", "/etc/passwd")
