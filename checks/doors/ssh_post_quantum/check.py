from rempart.check import Figure, Result, verdict
from rempart.judge.ssh_algorithms import QUANTUM_RESISTANT, weak
from rempart.observations.doors import SshDoor


def check(door: SshDoor) -> Result:
    found = ", ".join(weak(door.key_exchanges, QUANTUM_RESISTANT))
    facts: dict[str, Figure] = {"exchanges": found or "-"}
    return verdict(bool(found), found or "none", door, facts=facts)
