from rempart.check import Figure, Result, verdict
from rempart.judge.ssh_algorithms import CIPHERS, EXCHANGES, HOST_KEYS, MACS, self_sealing, weak
from rempart.observations.doors import SshDoor


def check(door: SshDoor) -> Result:
    found = weak(door.key_exchanges, EXCHANGES) + weak(door.ciphers, CIPHERS)
    found += [name for name in door.host_keys if name in HOST_KEYS]
    found += [] if self_sealing(door.ciphers) else weak(door.macs, MACS)
    text = ", ".join(found)
    facts: dict[str, Figure] = {"weak": text or "-"}
    return verdict(not found, text or "none is weak", door, facts=facts)
