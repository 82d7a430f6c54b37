from rempart.check import Figure, Result, all_of, notapplicable, verdict
from rempart.judge.ciphers import weak
from rempart.judge.identifiers import proven
from rempart.observations.datastores import Export, IdentifierCount
from rempart.observations.identifiers.catalogue import BY_NAME, PERSONAL


def check(
    export: Export,
    *,
    identifiers: tuple[str, ...] = PERSONAL,
    min_valid: int = 5,
    one_in: int = 100_000,
) -> Result:
    if export.encryption:
        return _locked(export)
    if not export.sampled:
        return notapplicable("no records", export)

    def sure(column: IdentifierCount) -> bool:
        return column.identifier in identifiers and proven(
            column.identifier, column.candidates, column.valid, min_valid=min_valid, one_in=one_in
        )

    found = [column for column in export.columns if sure(column)]
    columns = ", ".join(sorted({column.column for column in found}))
    kinds = sorted({BY_NAME[column.identifier].label for column in found})
    facts: dict[str, Figure] = {
        "what": ", ".join(kinds) or export.format,
        "columns": columns,
    }
    counts: dict[str, Figure] = {
        "valid": max((column.valid for column in found), default=0),
        "sampled": export.sampled,
    }
    seen = f"{export.format}: {columns or 'no identifier'}"
    return verdict(not found, seen, export, facts=facts, counts=counts)


def _locked(export: Export) -> Result:
    facts: dict[str, Figure] = {"what": export.encryption, "columns": ""}
    counts: dict[str, Figure] = {"valid": 0, "sampled": 0}
    encrypted = export.encrypted == True  # noqa: E712  (three-valued)
    good = all_of(encrypted, not weak(export.encryption))
    return verdict(good, export.encryption, export, facts=facts, counts=counts)
