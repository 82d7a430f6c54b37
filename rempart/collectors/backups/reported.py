"""What a backup tool tells of repositories this account cannot reach: pgBackRest's `info`.

A file of `pgbackrest info --output=json` beside other backups stands for the repositories in it,
buckets and other hosts included. Source: pgbackrest.org, command reference, info; 2.45.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from rempart.collectors.backups.store import Store, counted
from rempart.collectors.text import clean

STANZAS = 1_000


def reported(text: bytes) -> Iterator[tuple[str, Store]]:
    """Each repository of the answer by its number; nothing where the text is no such answer."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return
    if not isinstance(told, list):
        return
    ciphers: dict[int, list[str]] = defaultdict(list)
    newest: dict[int, int] = {}
    for stanza in told[:STANZAS]:
        for repository in _mappings(stanza, "repo"):
            key, cipher = repository.get("key"), repository.get("cipher")
            if isinstance(key, int) and isinstance(cipher, str):
                ciphers[key].append(clean(cipher, 40))
        for backup in _mappings(stanza, "backup"):
            key, moment = _moment(backup)
            newest[key] = max(newest.get(key, 0), moment)
    for key, found in sorted(ciphers.items()):
        yield f"repo{key}", _store(found, newest.get(key))


def _store(ciphers: list[str], newest: int | None) -> Store:
    mode = ", ".join(sorted(set(ciphers)))
    clear, cipher = ciphers.count("none"), mode.upper()
    latest = newest or None
    return counted("pgBackRest", len(ciphers), clear, latest, mode=mode, cipher=cipher)


def _mappings(value: Any, name: str) -> list[dict[str, Any]]:  # noqa: ANN401
    found = value.get(name) if isinstance(value, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _moment(backup: dict[str, Any]) -> tuple[int, int]:
    """The repository of a backup, and when it ended; zeros where that is not told."""
    database, moment = backup.get("database"), backup.get("timestamp")
    key = database.get("repo-key") if isinstance(database, dict) else None
    stop = moment.get("stop") if isinstance(moment, dict) else None
    return (key, stop) if isinstance(key, int) and isinstance(stop, int) else (0, 0)
