from rempart.check import Figure, Result, Severity, notapplicable, verdict
from rempart.judge.identifiers import proven
from rempart.observations.columns import StatisticsColumn
from rempart.observations.identifiers.catalogue import BY_NAME, PERSONAL


def check(column: StatisticsColumn, *, min_valid: int = 5, one_in: int = 100_000) -> Result:
    if not column.kept:
        return notapplicable("the statistics keep no value of it", column)
    found = (column.held == column.identifier and column.valid > 0) or proven(
        column.identifier, column.candidates, column.valid, min_valid=min_valid, one_in=one_in
    )
    known = BY_NAME.get(column.identifier)
    clear = found and column.identifier in PERSONAL
    label = known.label if known else "identifiers"
    facts: dict[str, Figure] = {"identifier": label if clear else ""}
    counts: dict[str, Figure] = {"kept": column.kept, "valid": column.valid}
    lesser = Severity.LOW if column.identifier == "iban" else None
    seen = f"{label}: {column.valid} of {column.kept} values kept"
    return verdict(not clear, seen, column, facts=facts, counts=counts, severity=lesser)
