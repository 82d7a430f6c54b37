from rempart.check import Figure, Reason, Result, notapplicable, notchecked, verdict
from rempart.observations.columns import TableContent
from rempart.observations.identifiers.catalogue import BY_NAME


def check(table: TableContent) -> Result:
    if not table.identities:
        return notapplicable("no identifier of a person is proven in it", table)
    if table.environment == "production":
        return notapplicable("a production database", table)
    if not table.environment:
        words = "the inventory does not say which environment this is"
        return notchecked(Reason.UNRESOLVED, words, table)
    facts: dict[str, Figure] = {
        "identifiers": ", ".join(BY_NAME[one].label for one in table.identities),
        "environment": table.environment,
    }
    counts = {"rows": table.rows if isinstance(table.rows, int) else None}
    seen = f"{facts['identifiers']} in {table.environment}"
    return verdict(table.tests, seen, table, facts=facts, counts=counts)
