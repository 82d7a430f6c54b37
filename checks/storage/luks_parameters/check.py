from rempart.check import Figure, Result, Severity, verdict
from rempart.observations.volumes import LuksHeader


def check(
    header: LuksHeader,
    *,
    ciphers: tuple[str, ...] = ("aes-xts-plain64", "serpent-xts-plain64", "twofish-xts-plain64"),
    min_key_bits: int = 512,
    min_memory_kib: int = 65536,
) -> Result:
    sound = header.cipher in ciphers and header.key_bits >= min_key_bits
    slow = header.derivation == "argon2id" and (header.memory_kib or 0) >= min_memory_kib
    good = sound and slow and header.version >= 2
    facts: dict[str, Figure] = {
        "version": header.version,
        "cipher": header.cipher,
        "bits": header.key_bits,
        "derivation": header.derivation,
        "memory_kib": header.memory_kib,
    }
    seen = f"LUKS{header.version} {header.cipher} {header.key_bits} bits {header.derivation}"
    # a sound cipher under an older key derivation depends on the passphrase alone
    return verdict(
        good, seen, header, facts=facts, severity=Severity.LOW if sound and not good else None
    )
