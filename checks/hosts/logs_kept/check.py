from rempart.check import Result, verdict
from rempart.observations.services import LogShipping


def check(logs: LogShipping) -> Result:
    word = "over a restart" if logs.persistent is True else "until the next restart"
    return verdict(logs.persistent, f"kept {word}", logs)
