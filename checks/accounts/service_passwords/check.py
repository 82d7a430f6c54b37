from collections.abc import Iterator

from rempart.check import Result, Unknown, any_of, unseen, verdict
from rempart.judge.accounts import bounded, takes_password
from rempart.observations.accounts import Account

PROGRAMS = ("system", "service")


def check(accounts: tuple[Account, ...]) -> Iterator[Result]:
    programs = [one for one in accounts if _nobody(one)]
    open_ = [one for one in programs if takes_password(one) is True]
    yield from bounded(_taking(one) for one in open_)
    hidden = next((one for one in programs if unseen(takes_password(one))), None)
    unsure = next((one for one in accounts if isinstance(one.kind, Unknown)), None)
    if hidden is not None:
        yield verdict(takes_password(hidden), "passwords were not seen", hidden.source)
    elif unsure is not None and isinstance(unsure.kind, Unknown):
        yield verdict(unsure.kind, "which accounts are programs' was not seen", unsure.source)
    elif not open_:
        yield verdict(
            True, f"{len(programs)} accounts of programs, none takes a password", "/etc/shadow"
        )


def _taking(one: Account) -> Result:
    scheme = one.hash_scheme if isinstance(one.hash_scheme, str) else "-"
    facts = {"account": one.key, "shell": one.shell, "scheme": scheme}
    return verdict(False, f"{scheme}, shell {one.shell}", one, facts=facts)


def _nobody(account: Account) -> bool:
    if account.uid == 0:
        return False
    return any_of(not account.can_sign_in, *(account.kind == word for word in PROGRAMS)) is True
