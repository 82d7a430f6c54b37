from rempart.check import Figure, Result, negated, notapplicable, verdict
from rempart.observations.doors import OpenDoor


def check(door: OpenDoor) -> Result:
    if door.anonymous is None:
        return notapplicable("not asked of this protocol", door)
    facts: dict[str, Figure] = {"said": door.speaks or door.protocol}
    served = door.anonymous == True  # noqa: E712  (three-valued)
    return verdict(negated(served), door.speaks or door.protocol, door, facts=facts)
