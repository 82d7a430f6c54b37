from rempart.check import Reason, Result, Unknown, all_of, notapplicable, verdict
from rempart.observations.reading import Dormancy, LogCoverage


def check(dormancy: Dormancy, log: LogCoverage) -> Result:
    if not dormancy.accounts:
        return notapplicable("no account in this log", dormancy, of="accounts")
    long = log.days > dormancy.days or Unknown(
        Reason.UNRESOLVED, f"the log spans {log.days} days, a sleep {dormancy.days}"
    )
    return verdict(
        all_of(not dormancy.woken, long, dormancy.whole),
        f"{dormancy.woken} of {dormancy.accounts} accounts woke, longest {dormancy.longest} days",
        dormancy,
        of="accounts",
        facts={
            "accounts": dormancy.accounts,
            "woken": dormancy.woken,
            "days": dormancy.days,
            "longest": dormancy.longest,
        },
    )
