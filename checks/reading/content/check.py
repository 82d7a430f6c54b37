from rempart.check import Fact, Reason, Result, Unknown, all_of, notapplicable, verdict
from rempart.observations.reading import LogCoverage


def check(log: LogCoverage, *, min_permille: int = 995) -> Result:
    if not log.lines:
        return notapplicable("the log is empty", log, of="reads")
    if not log.reads:
        return verdict(readable(log, 0), f"no read in {log.lines} lines", log, of="reads")
    named = log.named * 1000 >= log.reads * min_permille
    return verdict(
        all_of(named, readable(log, 20), log.whole),
        f"{log.named} of {log.reads} reads name account, person and moment",
        log,
        of="reads",
        facts={
            "named": log.named,
            "reads": log.reads,
            "without_account": log.without_account,
            "without_person": log.without_person,
            "without_time": log.without_time,
        },
    )


def readable(log: LogCoverage, permille: int) -> Fact:
    """Whether at most so many lines in a thousand fit no format; else nothing can be said."""
    if log.unread * 1000 <= log.lines * permille and (log.reads or not log.lines):
        return True
    detail = f"{log.unread} of {log.lines} lines fit no format, {log.reads} are reads"
    return Unknown(Reason.UNRESOLVED, detail)
