"""Findings that stood before: one a line in a file that merges well, or those of another revision.

A line holds no time and no line number. A finding is the same one when its judged facts are the
same and it stands where it stood, where a `moved` block says it is now, at another index, or in a
folder of another name; each line accounts for one finding.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from posixpath import dirname
from typing import TypeAlias

from rempart.check import Outcome
from rempart.errors import ContentError, ContentErrors
from rempart.gate.modules import Modules
from rempart.plain import line
from rempart.results import ResultRecord

HEADER = "# rempart.baseline/1 check, root, path, instance, authority, fingerprint, digest\n"
FIELDS = 7
HEX = re.compile(r"[0-9a-f]{20}")
_INDEX = re.compile(r"\[\d+\]|#\d+")
Key: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One finding as a baseline keeps it; `path` is where it stood, without a line."""

    check: str
    root: str
    path: str
    instance: str
    authority: str
    fingerprint: str
    digest: str

    @classmethod
    def of(cls, result: ResultRecord) -> "Entry":
        """The finding of a result."""
        return cls(
            result.check,
            line(result.root),
            line(result.where.source),
            line(result.instance),
            result.authority or "",
            result.fingerprint,
            result.digest,
        )


def encoded(entries: Iterable[Entry]) -> bytes:
    """The file: sorted, one line a finding."""
    rows = sorted(
        "\t".join((one.check, one.root, one.path, one.instance, one.authority, one.fingerprint,
                   one.digest))
        for one in entries
    )  # fmt: skip
    return (HEADER + "".join(f"{row}\n" for row in rows)).encode()


def read(raw: bytes, file: str) -> tuple[Entry, ...]:
    """The findings of a baseline file; raises ContentErrors with every bad line."""
    entries, errors = [], []
    for number, row in enumerate(raw.decode("utf-8", "replace").splitlines(), 1):
        if not row.strip() or row.startswith("#"):
            continue
        parts = row.split("\t")
        if len(parts) == FIELDS and all(map(HEX.fullmatch, parts[-2:])):
            entries.append(Entry(*parts))
        else:
            message = f"expected {FIELDS} fields with tabs between, found another line"
            errors.append(ContentError(message, file=file, line=number))
    if errors:
        raise ContentErrors(errors)
    return tuple(entries)


def findings(results: Iterable[ResultRecord]) -> Iterator[ResultRecord]:
    """What a baseline is about: failures by the authority that binds."""
    return (one for one in results if one.outcome is Outcome.FAIL and one.binding)


def matched(
    entries: Sequence[Entry], results: Sequence[ResultRecord], modules: Modules
) -> tuple[frozenset[int], tuple[Entry, ...]]:
    """Which results (by their place) stood before, and the entries that account for none."""
    known: set[int] = set()
    left = Counter(entries)
    for of_entry, of_result in _likenesses(modules):
        waiting: dict[Key, list[Entry]] = defaultdict(list)
        for entry in left.elements():
            for key in of_entry(entry):
                waiting[key].append(entry)
        if not left:
            break
        for place, result in enumerate(results):
            if place in known:
                continue
            candidates = waiting.get(of_result(Entry.of(result)), [])
            found = next((entry for entry in candidates if left[entry]), None)
            if found is not None:
                left[found] -= 1
                known.add(place)
        left = +left
    return frozenset(known), tuple(sorted(left.elements()))


Keys: TypeAlias = Callable[[Entry], Iterable[Key]]


def _likenesses(modules: Modules) -> Iterator[tuple[Keys, Callable[[Entry], Key]]]:
    """From the same thing to the likest one: how an entry and a result are compared."""
    yield lambda one: [(one.fingerprint, one.digest)], lambda one: (one.fingerprint, one.digest)

    def moved(one: Entry) -> Iterator[Key]:
        for address in modules.moved(one.root, one.instance):
            yield (*_what(one), one.root, address)

    yield moved, lambda one: (*_what(one), one.root, one.instance)

    def shifted(one: Entry) -> Key:
        return (*_what(one), one.root, _INDEX.sub("", one.instance))

    yield lambda one: [shifted(one)], shifted

    def renamed(one: Entry) -> Key:
        folder = dirname(one.path)
        inside = one.instance.removeprefix(f"{folder}/") if folder else one.instance
        return (*_what(one), _INDEX.sub("", inside))

    yield lambda one: [renamed(one)], renamed


def _what(one: Entry) -> Key:
    return one.check, one.authority, one.digest
