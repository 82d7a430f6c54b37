import re

from rempart.check import Figure, Result, notapplicable, unseen, verdict
from rempart.observations.doors import OpenDoor

VERSION = re.compile(r"\d+\.\d+")


def check(door: OpenDoor) -> Result:
    if unseen(door.answers) or not door.answers:
        return notapplicable("nothing answered", door)
    facts: dict[str, Figure] = {"said": door.speaks or "-"}
    return verdict(not VERSION.search(door.speaks), door.speaks or "nothing", door, facts=facts)
