from rempart.check import Figure, Result, verdict
from rempart.judge.ciphers import weak
from rempart.observations.keys import CipherUse


def check(use: CipherUse) -> Result:
    broken = weak(use.cipher)
    facts: dict[str, Figure] = {"cipher": use.cipher, "layer": use.layer, "weakness": broken}
    return verdict(not broken, f"{use.layer}: {use.cipher}", use, facts=facts)
