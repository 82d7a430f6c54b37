"""Which ciphers and which ways from a passphrase to a key no longer hold.

Sources: ANSSI, Guide des mécanismes cryptographiques 2.04 (block ciphers, modes); BSI TR-02102-1;
NIST SP 800-131A; RFC 9580, 9.3 and 3.7.1; OWASP Password Storage (costs). A name is matched by its
words: `OpenPGP CAST5`, `aes-cbc-essiv:sha256`, `RC4-128`.
"""

import re
from typing import Final

BROKEN: Final = frozenset(
    {
        *("none", "null", "zipcrypto", "xor", "rc2", "rc4", "arcfour", "des", "des3", "3des"),
        *("tripledes", "desede", "idea", "cast5", "cast", "blowfish", "bf", "ecb", "skipjack"),
    }
)
UNSOUND: Final = ("without mdc",)  # a changed message is not noticed
_WORDS: Final = re.compile(r"[a-z]+\d*|\d+[a-z]+")
GPG_COUNT: Final = 65_011_712  # GnuPG's default, and the most its octet can say


def weak(cipher: str) -> str:
    """The word that makes a cipher weak; empty where none does."""
    named = cipher.lower()
    for phrase in UNSOUND:
        if phrase in named:
            return phrase
    return next((word for word in _WORDS.findall(named) if word in BROKEN), "")


def cheap(derivation: str, cost: int | None) -> bool:
    """Whether a guess at the passphrase behind a key costs next to nothing."""
    named = derivation.lower()
    if named == "none":  # the passphrase itself is the key
        return True
    if named.startswith("s2k"):
        return "iterated" not in named or (cost is not None and cost < 1_000_000)
    if named.startswith("pbkdf2"):
        return cost is not None and cost < 10_000
    if named.startswith("scrypt"):
        return cost is not None and cost < 1 << 14
    return False
