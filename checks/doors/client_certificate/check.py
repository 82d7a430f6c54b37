from rempart.check import Result, notapplicable, spoken, verdict
from rempart.observations.doors import OpenDoor


def check(door: OpenDoor) -> Result:
    if door.protocol != "api" or door.answers is False:
        return notapplicable("no interface for machines", door)
    asks = door.client_certificate == True  # noqa: E712  (three-valued)
    return verdict(asks, f"asks for a certificate: {spoken(door.client_certificate)}", door)
