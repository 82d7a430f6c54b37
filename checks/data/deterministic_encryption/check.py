from rempart.check import Figure, Reason, Result, notapplicable, notchecked, verdict
from rempart.observations.columns import SealedColumn

NONCE = 12  # bytes that a random part has at least; one block of 16 has no room for one


def check(column: SealedColumn) -> Result:
    if column.form not in ("openpgp", "openssl", "fernet", "cipher"):
        return notapplicable(f"{column.form}: no ciphertext that can be told", column)
    counts: dict[str, Figure] = {"sampled": column.sampled, "repeated": column.repeated}
    facts: dict[str, Figure] = {"form": column.form, "bytes": column.longest}
    if not column.repeated and column.form == "cipher" and column.longest < 16 + NONCE:
        words = "no value repeats, but one block has no room for a random part"
        return notchecked(Reason.UNRESOLVED, words, column)
    seen = f"{column.repeated} of {column.sampled} values stand there more than once"
    return verdict(not column.repeated, seen, column, facts=facts, counts=counts)
