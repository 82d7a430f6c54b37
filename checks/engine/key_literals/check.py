from collections.abc import Iterator

from rempart.check import Result, verdict
from rempart.observations.engines import SqlKeys


def check(sql: SqlKeys) -> Iterator[Result]:
    for name in sql.found:
        yield verdict(
            False, "a cipher is called with a literal key", sql, of=name, counts={"statements": 0}
        )
    if sql.found:
        return
    searched = ", ".join(sql.searched)
    counts = {"statements": sql.statements if isinstance(sql.statements, int) else 0}
    if sql.statements == 0:
        yield verdict(sql.hidden == 0, f"searched: {searched}", sql, counts=counts)
    else:
        yield verdict(sql.statements == 0, "remembered statements hold a key", sql, counts=counts)
