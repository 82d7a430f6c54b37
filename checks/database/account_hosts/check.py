from rempart.check import Result, Severity, negated, notapplicable, verdict
from rempart.observations.database_accounts import DatabaseAccount


def check(account: DatabaseAccount) -> Result:
    if account.product not in ("mariadb", "mysql") or account.can_sign_in is False:
        return notapplicable("its rules say from where", account)
    strong = account.administrator is not False
    seen = "from every address" if account.anywhere is True else "from named addresses"
    return verdict(
        negated(account.anywhere == True),  # noqa: E712  (three-valued)
        seen,
        account,
        facts={"account": account.key},
        severity=None if strong else Severity.MEDIUM,
    )
