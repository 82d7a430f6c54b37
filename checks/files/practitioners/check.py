from rempart.check import Figure, Result, notapplicable, verdict
from rempart.judge.identifiers import proven
from rempart.judge.practitioners import PRACTITIONERS, credentials
from rempart.observations.datastores import Export
from rempart.observations.identifiers.catalogue import BY_NAME


def check(export: Export, *, min_valid: int = 5, one_in: int = 100_000) -> Result:
    named = [
        one
        for one in export.columns
        if one.identifier in PRACTITIONERS
        and proven(one.identifier, one.candidates, one.valid, min_valid=min_valid, one_in=one_in)
    ]
    if not named:
        return notapplicable("no identifier of a practitioner is proven in it", export)
    secret = credentials(one.column for one in export.columns)
    labels = sorted({BY_NAME[one.identifier].label for one in named})
    facts: dict[str, Figure] = {
        "identifiers": ", ".join(labels),
        "columns": ", ".join(secret),
    }
    counts: dict[str, Figure] = {"valid": max(one.valid for one in named)}
    seen = f"{facts['identifiers']} beside {facts['columns'] or 'no secret'}"
    return verdict(not secret, seen, export, facts=facts, counts=counts)
