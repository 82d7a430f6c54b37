from rempart.check import Figure, Result, negated, notapplicable, verdict
from rempart.observations.doors import OpenDoor

# Doors of what stores or administers data; the others are there to be knocked at.
INSIDE = frozenset({"redis", "rdp", "elasticsearch", "mongodb", "postgresql", "ldap"})


def check(door: OpenDoor) -> Result:
    if door.protocol not in INSIDE:
        return notapplicable("a door that is meant to be reached", door)
    said = f"{door.protocol} answers" + (f": {door.speaks}" if door.speaks else "")
    facts: dict[str, Figure] = {"said": said}
    answers = door.answers == True  # noqa: E712  (three-valued)
    return verdict(negated(answers), said if door.answers else "no answer", door, facts=facts)
