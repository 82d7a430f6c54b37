from rempart.check import Figure, Result, notapplicable, verdict
from rempart.observations.columns import TableContent


def check(table: TableContent) -> Result:
    if not table.practitioners:
        return notapplicable("no identifier of a practitioner is proven in it", table)
    facts: dict[str, Figure] = {
        "practitioners": ", ".join(table.practitioners),
        "passwords": ", ".join(table.passwords),
    }
    seen = f"{facts['practitioners']} beside {facts['passwords'] or 'no password'}"
    return verdict(not table.passwords, seen, table, facts=facts)
