from rempart.check import Result, verdict
from rempart.observations.services import TimeSync


def check(clock: TimeSync) -> Result:
    daemon = clock.daemon if isinstance(clock.daemon, str) else "nothing"
    facts = {"daemon": daemon, "sources": ", ".join(clock.sources) or "-"}
    word = "follows a source" if clock.synchronised is True else "follows no source"
    return verdict(clock.synchronised, f"{daemon} {word}", clock, facts=facts)
