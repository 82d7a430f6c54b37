from collections.abc import Iterator

from rempart.check import Figure, Reason, Result, notchecked, spoken, verdict
from rempart.observations.engines import EngineKey, EngineTable


def check(keys: tuple[EngineKey, ...], tables: tuple[EngineTable, ...]) -> Iterator[Result]:
    versions = [table for table in tables if isinstance(table.key_current, int)]
    for key in keys:
        if versions:
            facts: dict[str, Figure] = {"current": max(map(_current, versions)), "oldest": "-"}
            if key.renews is False:
                yield verdict(False, f"{key.key} has one version of each key", key, facts=facts)
            elif max(map(_current, versions)) <= 1:
                detail = "all pages carry version 1, and nothing tells since when"
                yield notchecked(Reason.UNRESOLVED, detail, key)
            else:
                yield verdict(key.renews, f"version {facts['current']}", key, facts=facts)
    for table in versions:
        if table.encrypted is True and not table.rotating:
            facts = {"current": _current(table), "oldest": spoken(table.key_oldest)}
            seen = f"oldest {facts['oldest']}, in use {facts['current']}"
            if table.key_oldest != table.key_current:
                yield verdict(False, seen, table, facts=facts)


def _current(table: EngineTable) -> int:
    return table.key_current if isinstance(table.key_current, int) else 0
