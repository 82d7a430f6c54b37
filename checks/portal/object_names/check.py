from rempart.check import Figure, Result, verdict
from rempart.observations.canary import ObjectNames


def check(names: ObjectNames) -> Result:
    facts: dict[str, Figure] = {"shape": names.shape, "path": names.key}
    return verdict(not names.walkable, names.shape, names, facts=facts)
