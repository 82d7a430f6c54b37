from rempart.check import Figure, Result, Severity, notapplicable, verdict
from rempart.observations.columns import TableContent
from rempart.observations.identifiers.catalogue import BY_NAME


def check(table: TableContent) -> Result:
    if not table.identities:
        return notapplicable("no identifier of a person is proven in it", table)
    parts = (table.identities, table.births, table.insurers)
    facts: dict[str, Figure] = {
        "identifiers": ", ".join(BY_NAME[one].label for one in table.identities),
        "insurers": ", ".join(table.insurers),
        "names": ", ".join(table.names),
    }
    seen = "identifier, date of birth and insurer in one row"
    counts = {"rows": table.rows if isinstance(table.rows, int) else None}
    lesser = Severity.HIGH if table.tests else None
    return verdict(not all(parts), seen, table, facts=facts, counts=counts, severity=lesser)
