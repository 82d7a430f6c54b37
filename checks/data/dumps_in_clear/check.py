from rempart.check import Figure, Result, all_of, verdict
from rempart.judge.ciphers import weak
from rempart.observations.datastores import Dump


def check(dump: Dump) -> Result:
    valid = sum(column.valid for column in dump.columns if column.identifier == "nir")
    facts: dict[str, Figure] = {"format": dump.format, "encryption": dump.encryption}
    counts: dict[str, Figure] = {"kibibytes": -(-dump.size // 1024), "valid": valid}
    encrypted = dump.encrypted == True  # noqa: E712  (three-valued)
    good = all_of(encrypted, not weak(dump.encryption))
    return verdict(good, dump.encryption or dump.format, dump, facts=facts, counts=counts)
