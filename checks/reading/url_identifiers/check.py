from rempart.check import Result, all_of, notapplicable, verdict
from rempart.observations.reading import LogCoverage


def check(log: LogCoverage) -> Result:
    if not log.urls:
        return notapplicable("no URL in this log", log, of="url")
    return verdict(
        all_of(not log.exposed, log.whole),
        f"{log.exposed} of {log.urls} URLs hold an identifier",
        log,
        of="url",
        facts={"urls": log.urls, "exposed": log.exposed},
    )
