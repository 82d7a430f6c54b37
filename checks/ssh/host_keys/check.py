from rempart.check import Fact, Figure, Result, Severity, verdict
from rempart.observations.ssh import SshHostKey

OTHERS = ("ssh-ed25519", "ecdsa-sha2-", "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-")


def check(key: SshHostKey, *, rsa_bits: int = 3072) -> Result:
    facts: dict[str, Figure] = {"algorithm": key.algorithm}
    if isinstance(key.bits, int):
        facts["bits"] = key.bits
    severity = None
    good: Fact = key.algorithm.startswith(OTHERS)
    if key.algorithm == "ssh-rsa":
        good = key.bits >= rsa_bits
        if isinstance(key.bits, int) and key.bits >= 2048:
            severity = Severity.MEDIUM  # sound today, below what lasts beyond 2030
    return verdict(good, f"{key.algorithm} {key.bits} bits", key, facts=facts, severity=severity)
