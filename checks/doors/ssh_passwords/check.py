from rempart.check import Figure, Result, Unknown, verdict
from rempart.observations.doors import SshDoor

GUESSED = ("password", "keyboard-interactive", "none", "hostbased")


def check(door: SshDoor) -> Result:
    if isinstance(door.methods, Unknown):
        return verdict(door.methods, "not seen", door)
    offered = door.methods if isinstance(door.methods, tuple) else ()
    weak = [method for method in offered if method in GUESSED]
    facts: dict[str, Figure] = {"methods": ", ".join(offered) or "-"}
    return verdict(not weak, ", ".join(offered) or "none", door, facts=facts)
