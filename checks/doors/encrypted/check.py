from rempart.check import Figure, Result, notapplicable, spoken, verdict
from rempart.observations.doors import OpenDoor


def check(door: OpenDoor) -> Result:
    if door.answers is False or door.encrypted is None:
        return notapplicable("nothing to encrypt was reached", door)
    facts: dict[str, Figure] = {"protocol": door.protocol}
    encrypted = door.encrypted == True  # noqa: E712  (three-valued)
    return verdict(encrypted, f"TLS: {spoken(door.encrypted)}", door, facts=facts)
