from rempart.check import Figure, Result, notapplicable, verdict
from rempart.judge.hashes import SPACES, core_hours
from rempart.observations.columns import HashedColumn
from rempart.observations.identifiers.catalogue import BY_NAME


def check(column: HashedColumn, *, min_compared: int = 20) -> Result:
    unmatched = column.matched == 0
    facts: dict[str, Figure] = {"algorithm": column.algorithm, "of": column.of}
    if column.identifier in SPACES:
        facts["identifier"] = BY_NAME[column.identifier].label
        facts["hours"] = core_hours(column.identifier, column.algorithm)
    if isinstance(column.compared, int):
        if unmatched is True and column.compared < min_compared:
            return notapplicable(f"only {column.compared} clear values to compare with", column)
        facts["compared"] = column.compared
        facts["matched"] = column.matched if isinstance(column.matched, int) else None
    return verdict(unmatched, f"{column.algorithm}, unsalted", column, facts=facts)
