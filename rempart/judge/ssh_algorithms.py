"""SSH algorithms that are weak, by pieces of the names OpenSSH gives them.

CBC and stream ciphers, MACs on MD5 and SHA-1 or with tags below 128 bits, groups below 2048 bits,
key exchanges on SHA-1: here authorities agree (ANSSI NT-007, BSI TR-02102-4, RFC 9142).
"""

from collections.abc import Iterable
from typing import Final

CIPHERS: Final = ("-cbc", "arcfour", "3des", "blowfish", "cast128", "none")
MACS: Final = ("md5", "sha1", "-96", "umac-64", "ripemd", "none")
EXCHANGES: Final = ("sha1", "group1-", "rsa1024")
HOST_KEYS: Final = ("ssh-dss", "ssh-rsa")  # DSA, and RSA signatures over SHA-1
QUANTUM_RESISTANT: Final = ("mlkem", "sntrup")
SEALED: Final = ("gcm@", "chacha20-poly1305@")  # ciphers that authenticate by themselves


def weak(offered: Iterable[str], pieces: Iterable[str]) -> list[str]:
    """The algorithms that contain one of these pieces."""
    return [one for one in offered if any(piece in one for piece in pieces)]


def self_sealing(ciphers: Iterable[str]) -> bool:
    """Whether every cipher authenticates by itself, so that no MAC is used."""
    return all(any(one in name for one in SEALED) for name in ciphers)
