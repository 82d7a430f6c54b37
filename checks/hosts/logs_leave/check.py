from rempart.check import Fact, Result, Unknown, any_of, verdict
from rempart.observations.services import LogShipping


def check(logs: LogShipping) -> Result:
    where = logs.where
    leaves = any_of(_any(logs.targets), _any(logs.agents))
    seen = f"sent to {where}" if where else "sent nowhere"
    return verdict(leaves, seen, logs, facts={"where": where})


def _any(names: object) -> Fact:
    return names if isinstance(names, Unknown) else bool(names)
