from rempart.check import Fact, Result, any_of, negated, notapplicable, verdict
from rempart.observations.database_accounts import DatabaseAccount

SALTED = ("mariadb", "mysql")  # no server compares a stored value with a name


def check(account: DatabaseAccount) -> Result:
    if account.can_sign_in is False:
        return notapplicable("may not sign in", account)
    facts: list[Fact] = [account.no_secret == True, account.anonymous]  # noqa: E712  (three-valued)
    if account.scheme is not None and account.product not in SALTED:
        facts.append(account.guessable == True)  # noqa: E712  (three-valued)
    told = {"account": account.key}
    return verdict(negated(any_of(*facts)), _why(account), account, facts=told)


def _why(account: DatabaseAccount) -> str:
    words = {
        "anybody without a name": account.anonymous,
        "no password": account.no_secret is True,
        "the password is the name or the vendor's": account.guessable is True,
    }
    return ", ".join(word for word, so in words.items() if so) or "asks for a secret"
