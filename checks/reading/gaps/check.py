from rempart.check import Reason, Result, Unknown, all_of, notapplicable, verdict
from rempart.observations.reading import LogCoverage

RHYTHM = 3  # days, below which a log has no rhythm to be silent against


def check(log: LogCoverage) -> Result:
    if log.first is None:
        return notapplicable("no line with a moment", log, of="gaps")
    longest = max((silence.seconds // 3600 for silence in log.silences), default=0)
    known = log.days >= RHYTHM or Unknown(
        Reason.UNRESOLVED, f"{log.days} days are too few to know the log's rhythm"
    )
    return verdict(
        all_of(not log.silences, known, log.whole),
        f"{len(log.silences)} silent stretches, the longest {longest} h",
        log,
        of="gaps",
        facts={"silences": len(log.silences), "days": log.days, "hours": longest},
    )
