from collections.abc import Iterator

from rempart.check import Result, all_of, negated, unseen, verdict
from rempart.observations.accounts import Account


def check(accounts: tuple[Account, ...]) -> Iterator[Result]:
    empty = [account for account in accounts if account.empty_password is True]
    for account in empty:
        yield verdict(False, "the password field is empty", account, facts={"account": account.key})
    unknown = next((one for one in accounts if unseen(one.empty_password)), None)
    if unknown is not None or not empty:
        none_is = all_of(*(negated(account.empty_password == True) for account in accounts))  # noqa: E712
        known = sum(not unseen(account.empty_password) for account in accounts)
        source = unknown.source if unknown else "/etc/shadow"
        yield verdict(none_is, f"{known} accounts, none with an empty password", source)
