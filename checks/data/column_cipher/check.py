from rempart.check import Figure, Result, Severity, notapplicable, verdict
from rempart.observations.columns import SealedColumn

WEAK = ("none", "IDEA", "3DES", "CAST5", "Blowfish")
OLD = ("simple", "salted")


def check(column: SealedColumn) -> Result:
    ciphers = [one for one in column.cipher.split(", ") if one and one != "public key"]
    if column.form != "openpgp" or not ciphers:
        return notapplicable(f"{column.form}: no header names a cipher", column)
    weak = [one for one in ciphers if one in WEAK]
    old = [one for one in column.s2k.split(", ") if one in OLD]
    hashed = "MD5" in column.digest.split(", ")
    facts: dict[str, Figure] = {
        "cipher": column.cipher,
        "derivation": column.s2k,
        "digest": column.digest,
    }
    seen = f"{column.cipher}, {column.s2k} {column.digest}"
    lesser = None if weak else Severity.LOW
    return verdict(not (weak or old or hashed), seen, column, facts=facts, severity=lesser)
