from collections import defaultdict
from collections.abc import Iterator

from rempart.check import Figure, Result, verdict
from rempart.judge.identifiers import proven
from rempart.judge.practitioners import PRACTITIONERS, credentials
from rempart.observations.datastores import IdentifierColumn
from rempart.observations.identifiers.catalogue import BY_NAME


def check(
    columns: tuple[IdentifierColumn, ...], *, min_valid: int = 5, one_in: int = 100_000
) -> Iterator[Result]:
    tables: defaultdict[str, list[IdentifierColumn]] = defaultdict(list)
    for column in columns:
        tables[column.key.rpartition(".")[0]].append(column)
    for table, inside in tables.items():
        named = [
            one
            for one in inside
            if one.identifier in PRACTITIONERS
            and proven(
                one.identifier, one.candidates, one.valid, min_valid=min_valid, one_in=one_in
            )
        ]
        if not named:
            continue
        secret = credentials(one.key.rpartition(".")[2] for one in inside)
        labels = sorted({BY_NAME[one.identifier].label for one in named})
        facts: dict[str, Figure] = {
            "identifiers": ", ".join(labels),
            "columns": ", ".join(secret),
        }
        counts: dict[str, Figure] = {"valid": max(one.valid for one in named)}
        seen = f"{facts['identifiers']} beside {facts['columns'] or 'no secret'}"
        yield verdict(not secret, seen, named[0], of=table, facts=facts, counts=counts)
