"""Which ciphers and which derivations no longer hold."""

import pytest

from rempart.judge.ciphers import cheap, weak


@pytest.mark.parametrize(
    ("cipher", "word"),
    [
        ("ZipCrypto", "zipcrypto"),
        ("OpenPGP 3DES", "3des"),
        ("CAST5", "cast5"),
        ("RC4-128", "rc4"),
        ("aes-ecb", "ecb"),
        ("cipher_null-ecb", "null"),
        ("des-ede3-cbc", "des"),
        ("AES256 without MDC", "without mdc"),
        ("AES256-CBC", ""),
        ("aes-xts-plain64", ""),
        ("ChaCha20-Poly1305", ""),
        ("aes-cbc-essiv:sha256", ""),
        ("Camellia256", ""),
        ("key 7 version 3", ""),
        ("", ""),
    ],
)
def test_broken_ciphers_are_known_by_their_words(cipher: str, word: str) -> None:
    assert weak(cipher) == word


@pytest.mark.parametrize(
    ("derivation", "cost", "is_cheap"),
    [
        ("s2k simple SHA-1", None, True),
        ("s2k salted SHA-256", None, True),
        ("s2k iterated SHA-1", 65_536, True),
        ("s2k iterated SHA-1", 65_011_712, False),
        ("pbkdf2 SHA-1", 1000, True),
        ("pbkdf2 SHA-256", 600_000, False),
        ("scrypt", 1 << 10, True),
        ("scrypt", 1 << 15, False),
        ("argon2id", 65_536, False),
        ("", None, False),
    ],
)
def test_derivations_are_cheap_by_their_cost(
    derivation: str, cost: int | None, is_cheap: bool
) -> None:
    assert cheap(derivation, cost) is is_cheap
