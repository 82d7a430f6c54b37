"""Cipher suites by number, and the families that authorities judge them by."""

import functools
from importlib import resources
from typing import Final

SUITES: Final = "suites.txt"
GROUPS: Final = "groups.txt"
SSL2: Final = {
    0x010080: "SSL_CK_RC4_128_WITH_MD5",
    0x020080: "SSL_CK_RC4_128_EXPORT40_WITH_MD5",
    0x030080: "SSL_CK_RC2_128_CBC_WITH_MD5",
    0x040080: "SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5",
    0x050080: "SSL_CK_IDEA_128_CBC_WITH_MD5",
    0x060040: "SSL_CK_DES_64_CBC_WITH_MD5",
    0x0700C0: "SSL_CK_DES_192_EDE3_CBC_WITH_MD5",
    0x080080: "SSL_CK_RC4_64_WITH_MD5",
}


@functools.cache
def registered(table: str) -> dict[int, str]:
    """The numbers and names of a table of this folder."""
    text = resources.files(__package__).joinpath(table).read_text("ascii")
    rows = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return {int(number, 16): name for number, name in rows}


def suite_name(number: int) -> str:
    """The suite's registered name, or its number."""
    return registered(SUITES).get(number) or SSL2.get(number) or f"0x{number:04X}"


def group_name(number: int) -> str:
    """The group's registered name, or its number."""
    return registered(GROUPS).get(number) or f"0x{number:04X}"


def key_exchange(name: str) -> str:
    """`ECDHE`, `DHE`, `DH`, `ECDH`, `PSK`, `RSA` ...; empty for the suites of TLS 1.3."""
    before, with_, _ = name.removeprefix("TLS_").removeprefix("SSL_").partition("_WITH_")
    return before.partition("_")[0] if with_ else ""


def authentication(name: str) -> str:
    """What proves the server's identity (`RSA`, `ECDSA`, `anon` ...); empty for TLS 1.3."""
    before, with_, _ = name.removeprefix("TLS_").removeprefix("SSL_").partition("_WITH_")
    words = [word for word in before.split("_") if not word.startswith("EXPORT")]
    return words[-1] if with_ else ""
