from rempart.check import Figure, Result, Severity, notapplicable, verdict
from rempart.observations.columns import TableContent
from rempart.observations.identifiers.catalogue import BY_NAME


def check(table: TableContent) -> Result:
    if not table.health:
        return notapplicable("no column of diagnoses, acts or medicines", table)
    facts: dict[str, Figure] = {
        "columns": ", ".join(table.health),
        "identifiers": ", ".join(BY_NAME[one].label for one in table.identities),
    }
    counts = {"rows": table.rows if isinstance(table.rows, int) else None}
    seen = f"{facts['columns']} beside {facts['identifiers'] or 'no identifier'}"
    lesser = Severity.HIGH if table.tests else None
    return verdict(not table.identities, seen, table, facts=facts, counts=counts, severity=lesser)
