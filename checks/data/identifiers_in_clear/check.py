from rempart.check import Figure, Result, Severity, notapplicable, verdict
from rempart.judge.identifiers import MASKS, chance_exponent, proven
from rempart.observations.datastores import IdentifierColumn
from rempart.observations.identifiers.catalogue import BY_NAME, PERSONAL

NAMED = "it has no check digits, the column's name speaks of it"


def check(
    column: IdentifierColumn,
    *,
    identifiers: tuple[str, ...] = PERSONAL,
    min_valid: int = 5,
    one_in: int = 100_000,
) -> Result:
    if not column.sampled:
        return notapplicable("no values", column)
    found = proven(
        column.identifier, column.candidates, column.valid, min_valid=min_valid, one_in=one_in
    )
    clear = found and column.identifier in identifiers
    name = known.label if (known := BY_NAME.get(column.identifier)) else ""
    facts: dict[str, Figure] = {
        "identifier": name if clear else "",
        "encoding": column.encoding,
        "sample": column.sample,
        "mode": column.mode,
        "mask": MASKS[column.identifier] if clear else "",
    }
    exponent = chance_exponent(column.identifier, column.candidates, column.valid)
    facts["chance"] = f"by chance less than once in 10^{exponent}" if exponent else NAMED
    counts: dict[str, Figure] = {
        "sampled": column.sampled,
        "candidates": column.candidates,
        "valid": column.valid,
        "limit": max(1, column.sampled if column.sample == "all" else column.sampled // 3),
        "exponent": exponent,
    }
    lesser = column.identifier in ("iban", "nir13") or column.test == column.valid
    return verdict(
        not clear,
        f"{name or 'identifiers'}: {column.valid} of {column.sampled}",
        column,
        facts=facts,
        counts=counts,
        severity=Severity.HIGH if clear and lesser else None,
    )
