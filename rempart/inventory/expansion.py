"""Ten thousand subjects in a few lines: defaults of a family, numbered ids, budgets inherited.

    defaults:
      hosts: {ssh: "audit@{id}.payer.example", key: file:~/.ssh/audit, become: sudo}
    subjects:
      hosts:
        - {id: "claims-[001-500]", owner: Production, ssh: "audit@10.0.1.{n}"}

`[001-500]` in an id makes one subject a number. In a text directly under a subject, `{id}` stands
for its id and `{n}` for its number; nothing else is replaced. What a subject says itself wins over
the defaults of its family.
"""

import re
from collections.abc import Iterator
from typing import Any

from rempart.documents import Document
from rempart.errors import ContentError, ContentErrors
from rempart.inventory.subjects import FAMILIES

RANGE = re.compile(r"\[(\d{1,9})-(\d{1,9})\]")
MOST = 100_000
Raw = dict[str, Any]


def expand(document: Document) -> None:
    """Write the subjects out in full, in place; lines stay those of the file."""
    value = document.value
    subjects = value.get("subjects") if isinstance(value, dict) else None
    if not isinstance(subjects, dict):
        return
    defaults = value.get("defaults")
    budget = _mapping(_mapping(value.get("authorisation")).get("budget"))
    errors: list[ContentError] = []
    for family in FAMILIES:
        entries = subjects.get(family)
        if not isinstance(entries, list):
            continue
        base = _mapping(_mapping(defaults).get(family))
        base_lines = document.lines.get(id(base), {})
        lines = document.lines[id(entries)]
        whole: list[Any] = []
        for place, entry in enumerate(entries):
            try:
                for one in _written_out(entry, base, budget, document, base_lines):
                    document.lines.setdefault(id(whole), {})[len(whole)] = lines[place]
                    whole.append(one)
            except ValueError as error:
                errors.append(document.error(("subjects", family, place, "id"), str(error)))
            if len(whole) > MOST:
                errors.append(
                    document.error(("subjects", family), f"expected at most {MOST} subjects")
                )
                break
        subjects[family] = whole
    if errors:
        raise ContentErrors(errors)


def _mapping(value: object) -> Raw:
    return value if isinstance(value, dict) else {}


def _written_out(
    entry: object, base: Raw, budget: Raw, document: Document, base_lines: dict[Any, int]
) -> Iterator[Any]:
    if not isinstance(entry, dict):
        yield entry
        return
    lines = {**base_lines, **document.lines[id(entry)]}
    for id_, number in _ids(entry.get("id")):
        one = {**base, **entry}
        for key, text in one.items():
            if isinstance(text, str) and "{" in text:
                one[key] = _filled(text, id_, number)
        if number:
            one["id"] = id_
        own = one.get("budget", {})
        if budget and isinstance(own, dict):
            one["budget"] = {**budget, **own}
            inherited, said = document.lines.get(id(budget), {}), document.lines.get(id(own), {})
            document.lines[id(one["budget"])] = {**inherited, **said}
            lines = {"budget": min(inherited.values(), default=0), **lines}
        document.lines[id(one)] = lines
        yield one


def _filled(text: str, id_: object, number: str) -> str:
    if isinstance(id_, str):
        text = text.replace("{id}", id_)
    return text.replace("{n}", number) if number else text


def _ids(id_: object) -> Iterator[tuple[object, str]]:
    """The id itself, or every id its range makes, with its number."""
    found = RANGE.search(id_) if isinstance(id_, str) else None
    if found is None or not isinstance(id_, str):
        yield id_, ""
        return
    first, last = int(found[1]), int(found[2])
    if not first <= last < first + MOST:
        raise ValueError(f"expected a range upwards of at most {MOST} numbers, found {found[0]}")
    for number in range(first, last + 1):
        digits = str(number).zfill(len(found[1]))
        yield f"{id_[: found.start()]}{digits}{id_[found.end() :]}", digits
