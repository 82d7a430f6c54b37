from rempart.check import Figure, Result, all_of, notapplicable, verdict
from rempart.observations.columns import OldRows


def check(table: OldRows) -> Result:
    if isinstance(table.rows, int) and not table.rows:
        return notapplicable("no row", table)
    kept = all_of(table.expired == 0)
    facts: dict[str, Figure] = {"limit": table.limit, "columns": ", ".join(table.columns)}
    counts: dict[str, Figure] = {}
    if isinstance(table.expired, int) and isinstance(table.rows, int):
        counts = {"expired": table.expired, "rows": table.rows}
        facts["oldest"] = table.oldest if isinstance(table.oldest, str) else ""
    seen = f"{table.expired} rows older than {table.limit}"
    return verdict(kept, seen, table, facts=facts, counts=counts)
