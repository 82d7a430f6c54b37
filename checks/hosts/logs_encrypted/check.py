from rempart.check import Result, Unknown, notapplicable, verdict
from rempart.observations.services import LogShipping


def check(logs: LogShipping) -> Result:
    if isinstance(logs.targets, Unknown) or isinstance(logs.agents, Unknown):
        return verdict(logs.encrypted, "not seen", logs)
    where = logs.where
    if not where:
        return notapplicable("nothing is sent", logs)
    word = "over TLS" if logs.encrypted is True else "in clear"
    return verdict(logs.encrypted, f"{where} {word}", logs, facts={"where": where})
