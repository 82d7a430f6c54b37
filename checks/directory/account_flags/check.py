from rempart.check import Fact, Figure, Result, Severity, unseen, verdict
from rempart.observations.directories import AccountFlag

# An ordinary account's password need not expire: only an administrator's counts.
ADMINS_ONLY = frozenset({"never_expires"})
LESSER = frozenset({"never_expires", "des_only"})


def check(flag: AccountFlag) -> Result:
    counted = flag.admins if flag.flag in ADMINS_ONLY else flag.accounts
    good: Fact = counted == 0  # (three-valued)
    if unseen(counted) or unseen(flag.accounts):
        return verdict(good, "the accounts were not seen", flag)
    facts: dict[str, Figure] = {"flag": flag.flag}
    counts: dict[str, Figure] = {"accounts": _figure(flag.accounts), "admins": _figure(flag.admins)}
    seen = f"{flag.flag}: {counts['accounts']} accounts, {counts['admins']} administrators"
    severity = Severity.MEDIUM if flag.flag in LESSER else None
    return verdict(good, seen, flag, facts=facts, counts=counts, severity=severity)


def _figure(value: object) -> int | None:
    return value if isinstance(value, int) else None
