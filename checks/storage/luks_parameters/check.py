from rempart.check import Figure, Result, verdict
from rempart.observations.volumes import LuksHeader


def check(
    header: LuksHeader,
    *,
    ciphers: tuple[str, ...] = ("aes-xts-plain64", "serpent-xts-plain64", "twofish-xts-plain64"),
    min_key_bits: int = 512,
) -> Result:
    sound = header.cipher in ciphers and header.key_bits >= min_key_bits
    facts: dict[str, Figure] = {
        "version": header.version,
        "cipher": header.cipher,
        "bits": header.key_bits,
    }
    seen = f"LUKS{header.version} {header.cipher} {header.key_bits} bits"
    return verdict(sound and header.version >= 2, seen, header, facts=facts)
