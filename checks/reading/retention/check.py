from rempart.check import Result, Severity, Unknown, all_of, notapplicable, verdict
from rempart.judge.yardsticks import LogRetention
from rempart.observations.reading import LogCoverage


def check(log: LogCoverage, asked: LogRetention) -> Result:
    if log.first is None:
        return notapplicable("no line with a moment", log, of="retention")
    days = (log.taken - log.first).days
    least, most = asked.min_days or 0, asked.max_days
    facts = {"days": days, "least": least} | ({} if most is None else {"most": most})
    seen = f"reaches back {days} days"
    if most is not None and days > most:
        return verdict(False, seen, log, of="retention", facts=facts, severity=Severity.LOW)
    long = days >= least
    if not long and isinstance(log.whole, Unknown):
        return verdict(log.whole, seen, log, of="retention", facts=facts)
    return verdict(all_of(long), seen, log, of="retention", facts=facts)
