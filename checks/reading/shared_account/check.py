from rempart.check import Reason, Result, Unknown, all_of, verdict
from rempart.observations.reading import AccountReading, LogCoverage

ENOUGH = 1000  # reads: of fewer, one account may well have most


def check(
    log: LogCoverage,
    accounts: tuple[AccountReading, ...],
    *,
    max_percent: int = 50,
    max_parallel: int = 40,
) -> Result:
    busiest = max(accounts, key=lambda account: account.share)
    parallel = sum(account.parallel > max_parallel for account in accounts)
    enough = log.reads >= ENOUGH or Unknown(
        Reason.UNRESOLVED, f"{log.reads} reads are too few to tell"
    )
    return verdict(
        all_of(busiest.share < 10 * max_percent and not parallel, log.whole)
        if enough is True
        else enough,
        f"{log.accounts} accounts, the busiest {busiest.share} of 1000 people",
        log,
        of="accounts",
        facts={"percent": busiest.share // 10, "parallel": parallel},
    )
