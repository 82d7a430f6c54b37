from rempart.check import Result, spoken, verdict
from rempart.judge.ssh_algorithms import weak
from rempart.observations.doors import SshDoor

TERRAPIN = ("chacha20-poly1305@", "-cbc")  # with an encrypt-then-MAC tag for CBC


def check(door: SshDoor) -> Result:
    affected = weak(door.ciphers, TERRAPIN)
    good = door.strict_exchange or not affected
    return verdict(good, f"strict key exchange: {spoken(door.strict_exchange)}", door)
