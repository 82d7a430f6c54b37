"""What a cipher suite is made of, by its registered name: the families authorities judge."""

from collections.abc import Iterable, Mapping
from typing import Final

from rempart.check import Grade

# Families, worst first: what breaks a suite is named before what is merely old about it.
FAMILIES: Final = (
    *("null", "anon", "export", "rc4", "rc2", "des", "idea", "fortezza", "gost", "3des", "md5"),
    *("static_rsa", "static_dh", "krb5", "dss", "psk", "srp", "seed", "ccm8", "cbc", "sha1"),
    *("camellia", "aria", "dhe", "chacha20", "ccm", "gcm", "ecdhe", "tls13"),
)
# What stands in a cipher's name, and the family it shows.
_IN_CIPHER: Final = (
    *(("_NULL", "null"), ("RC4_", "rc4"), ("RC2_", "rc2"), ("3DES_", "3des"), ("IDEA_", "idea")),
    *(("DES_192_EDE3", "3des"), ("FORTEZZA", "fortezza"), ("SEED_", "seed"), ("ARIA_", "aria")),
    *(("CAMELLIA_", "camellia"), ("CHACHA20", "chacha20"), ("_GCM_", "gcm"), ("_CBC", "cbc")),
    *(("28147", "gost"), ("MAGMA", "gost"), ("KUZNYECHIK", "gost")),
)
_NONE: Final = frozenset[str]()


def families(name: str) -> frozenset[str]:
    """The families a suite belongs to; none for one that is known by its number only."""
    body = name.removeprefix("TLS_").removeprefix("SSL_")
    exchange, with_, cipher = body.partition("_WITH_")
    if body.startswith("CK_"):
        exchange, with_, cipher = "RSA", "_WITH_", f"_{body.removeprefix('CK_')}"
        cipher = cipher.replace("_WITH_MD5", "_MD5")
    if not with_:
        aead = (word for mark, word in _IN_CIPHER if mark in f"_{body}_")
        return (
            frozenset({"tls13", *aead, *_ccm(body)}) if body.startswith(("AES", "CHA")) else _NONE
        )
    cipher = f"_{cipher}"
    found = {word for mark, word in _IN_CIPHER if mark in cipher}
    if "EXPORT" in body or "DES40" in cipher or "_40_" in cipher or "_56_" in cipher:
        found.add("export")
    if "_DES_" in cipher and "3des" not in found:
        found.add("des")
    if cipher.endswith("_MD5"):
        found.add("md5")
    if cipher.endswith("_SHA"):
        found.add("sha1")
    return frozenset(found | _ccm(cipher) | _exchange(exchange))


def _ccm(cipher: str) -> set[str]:
    if "_CCM_8" in cipher:
        return {"ccm8"}
    return {"ccm"} if "_CCM" in cipher else set()


def _exchange(exchange: str) -> set[str]:
    words = exchange.split("_")
    found = {
        word
        for mark, word in (("anon", "anon"), ("DSS", "dss"), ("PSK", "psk"), ("SRP", "srp"))
        if mark in words
    }
    if words[0] == "KRB5":
        found.add("krb5")
    elif words[0] == "RSA" or words[:2] == ["FORTEZZA", "KEA"]:
        found.add("static_rsa")
    elif words[0] in ("DH", "ECDH") and "anon" not in words:
        found.add("static_dh")
    elif words[0] in ("DHE", "ECDHE"):
        found.add(words[0].lower())
    elif words[0].startswith("GOST"):
        found.add("gost")
    elif words[0] == "NULL":
        found.add("null")
    return found


def graded_families(
    names: Iterable[str], grades: Mapping[Grade, Iterable[str]], within: Iterable[str] = FAMILIES
) -> tuple[Grade | None, dict[str, int]]:
    """The worst grade of any suite, and how many suites each family of that grade has.

    `grades` names families by grade; only families `within` count. None where no family of any
    suite is graded.
    """
    looked = set(within)
    of_family = {family: grade for grade, members in grades.items() for family in members}
    order = list(Grade)
    counts: dict[Grade, dict[str, int]] = {}
    for name in names:
        for family in families(name) & looked & of_family.keys():
            found = counts.setdefault(of_family[family], {})
            found[family] = found.get(family, 0) + 1
    if not counts:
        return None, {}
    worst = max(counts, key=order.index)
    listed = sorted(counts[worst], key=FAMILIES.index)
    return worst, {family: counts[worst][family] for family in listed}
