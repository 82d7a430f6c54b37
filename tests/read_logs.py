"""Read logs written for tests, and what the collector sees in them."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from rempart.check import Gap, Observation
from rempart.collectors import read_logs
from rempart.collectors.read_logs.fields import Field
from rempart.collectors.read_logs.mapping import Declared, Mapped
from rempart.collectors.read_logs.pseudonyms import Accounts
from rempart.collectors.read_logs.reader import Facts, read_files
from rempart.collectors.read_logs.tally import Tally
from rempart.inventory import ReadLog
from rempart.inventory.values import Place
from rempart.reading.batch import Batch
from rempart.transport.access import Access

NOW = 1_795_600_000  # 2026-11-25 in the afternoon
START = 1_793_600_000  # 2026-11-02 in the morning
O = TypeVar("O", bound=Observation)  # noqa: E741


class Kept:
    """Takes batches and keeps them."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []

    def take(self, batch: Batch) -> None:
        self.batches.append(batch)

    def column(self, name: str) -> list[int]:
        return [value for batch in self.batches for value in getattr(batch, name)]


def read(path: Path, declared: Declared | None = None, *, now: float = NOW) -> tuple[Facts, Kept]:
    """The facts and the batches of a log, read as declared or as guessed."""
    own, kept = declared or Declared(), Kept()
    tally = Tally(own, Accounts(), now)
    facts = read_files(str(path), own, tally, kept, lambda lines: "")
    return facts, kept


def subject(path: Path, **keys: Any) -> ReadLog:
    return ReadLog(id="log", path=Place(path), **keys)


def seen(log: ReadLog, *, seconds: float = 600) -> list[Observation | Gap]:
    access = Access.offline(log, seconds=seconds)
    return list(read_logs.collect(log, access, frozenset(read_logs.BRINGS)))


def one(found: Iterable[Observation | Gap], kind: type[O]) -> O:
    (only,) = [item for item in found if isinstance(item, kind)]
    return only


def columns(mapped: Mapped | None, text: str) -> dict[str, list[Any]]:
    """What a mapping takes out of lines, by role."""
    assert mapped is not None
    parsed = mapped.parser().parse(text.encode())
    assert parsed.unread == 0
    return parsed.columns


def fields(**names: str) -> dict[str, Field]:
    return {role: Field.parse(text) for role, text in names.items()}


def record(moment: int, account: object, person: object, **more: object) -> str:
    when = datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return json.dumps({"ts": when, "user": account, "nir": person, **more}) + "\n"


def day(start: int, accounts: int = 6, reads: int = 20) -> str:
    """A quiet day: each account reads a few people."""
    return "".join(
        record(start + 900 * number, f"doc-{account}", f"{account}{number:05d}")
        for number in range(reads)
        for account in range(accounts)
    )
