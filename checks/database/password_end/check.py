from datetime import date

from rempart.check import Fact, Result, any_of, notapplicable, unseen, verdict
from rempart.observations.database_accounts import DatabaseAccount


def check(account: DatabaseAccount, *, most_days: int = 365) -> Result:
    if account.administrator is False or account.can_sign_in is False or account.scheme is None:
        return notapplicable("no password of an administrator", account)
    age, end = account.max_age_days, account.expires
    by_rule: Fact = False if age is None else age <= most_days
    by_day: Fact = _soon(end, account.taken.date(), most_days) if isinstance(end, str) else False
    if unseen(end) and unseen(age):
        by_day = end == ""
    known = [fact for fact in (by_rule, by_day) if not unseen(fact)]
    good = any_of(*known) if known else by_day
    told = end if isinstance(end, str) else f"{age} d" if isinstance(age, int) else "-"
    return verdict(good, f"ends: {told}", account, facts={"account": account.key, "ends": told})


def _soon(day: str, today: date, most: int) -> bool:
    try:
        return (date.fromisoformat(day) - today).days <= most
    except ValueError:
        return False
