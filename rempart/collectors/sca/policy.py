"""A Wazuh SCA policy file of the user's own, read: its checks, and what it leaves out.

None is shipped. A check or a rule that is not of the format stays, with what is wrong about it: it
is not checked, and the others run.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from rempart import documents
from rempart.collectors.sca.grammar import Dialect, Malformed, Rule, rule
from rempart.collectors.text import clean
from rempart.documents import Document
from rempart.errors import ContentError, ContentErrors

SIZE: Final = 8_000_000
MOST_RULES: Final = 255
CONDITIONS: Final = ("all", "any", "none")
_NAME: Final = re.compile(r"[^a-z0-9_-]+")
# What a benchmark has and a file only names in a comment: `# 1.1.1.1 Ensure ... - Not Implemented`.
_LEFT_OUT: Final = re.compile(
    rb"^[ \t]*#+[ \t]*(\d{1,3}(?:\.\d{1,3}){1,6})[ \t]*[:-]?[ \t]+(.{3,300}?)"
    rb"[ \t]*[-:(\[]*[ \t]*not[ -]+implemented\b.*$",
    re.I | re.M,
)


@dataclass(frozen=True, slots=True)
class Item:
    """One check of a policy. `faults` stand in the places of rules that are none."""

    id: str
    title: str
    condition: str
    rules: tuple[Rule, ...]
    faults: tuple[str, ...] = ()
    description: str = ""
    rationale: str = ""
    remediation: str = ""
    compliance: tuple[str, ...] = ()  # `cis 5.1.20`, `pci_dss_v4.0 2.2.4`
    line: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy file; `left_out` are items of its benchmark it has no check for."""

    id: str
    name: str
    file: str
    dialect: Dialect
    items: tuple[Item, ...]
    requirements: Item | None
    left_out: tuple[str, ...]
    digest: str


def load(path: Path, *, version: int | None = None, executed: bool = False) -> Policy:
    """The policy in a file; `version` forces 4 or 5 where the file does not say.

    Raises ContentErrors where it is no policy at all.
    """
    limits = documents.Limits(size=SIZE, nodes=400_000)
    raw = documents.contents(path, limits.size)
    document = documents.parse(raw, str(path), limits=limits)
    about = _section(document, "policy")
    listed = document.value.get("checks")
    if not isinstance(listed, list) or not listed:
        raise ContentErrors([document.error(("checks",), "expected a list of checks")])
    number = version or _version(listed)
    flavour = "pcre2"
    if number == 4:
        flavour = "pcre2" if about.get("regex_type") == "pcre2" else "osregex"
    dialect = Dialect(number, flavour, executed)
    read = _Reader(document, dialect, _variables(document))
    wanted = document.value.get("requirements")
    return Policy(
        _id(about, path),
        _text(about.get("name")) or path.stem,
        path.name,
        dialect,
        tuple(read.items(listed)),
        read.item(wanted, 0, ("requirements",)) if isinstance(wanted, dict) else None,
        tuple(_left_out(raw)),
        hashlib.sha256(raw + repr(dialect).encode()).hexdigest(),
    )


def _section(document: Document, name: str) -> Mapping[str, Any]:
    value = document.value
    found = value.get(name) if isinstance(value, dict) else None
    if not isinstance(found, dict):
        message = f"expected a Wazuh SCA policy with the key {name}"
        raise ContentErrors([ContentError(message, file=document.file, line=1)])
    return found


def _version(listed: list[Any]) -> int:
    """Checks of version 4 have a `title`, those of version 5 a `name`."""
    titled = sum(isinstance(one, dict) and "title" in one for one in listed)
    return 4 if titled * 2 >= len(listed) else 5


def _id(about: Mapping[str, Any], path: Path) -> str:
    """The policy's id as part of a check's: small letters, digits, dashes and underscores."""
    named = str(about.get("id") or path.stem).lower()
    return _NAME.sub("_", named).strip("_")[:60] or "policy"


def _variables(document: Document) -> dict[str, str]:
    found = document.value.get("variables") or {}
    if not isinstance(found, dict):
        raise ContentErrors([document.error(("variables",), "expected names and their values")])
    wrong = [name for name in found if not str(name).startswith("$")]
    if wrong:
        message = f'expected names that start with $, found "{clean(str(wrong[0]), 40)}"'
        raise ContentErrors([document.error(("variables",), message)])
    return {str(name): str(value) for name, value in found.items()}


def _left_out(raw: bytes) -> Iterator[str]:
    for found in _LEFT_OUT.finditer(raw):
        yield clean(
            f"{found[1].decode()} {found[2].decode('utf-8', 'replace').rstrip(' .-(')}", 200
        )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Checks of one document, read with its variables."""

    document: Document
    dialect: Dialect
    variables: Mapping[str, str]

    def items(self, listed: list[Any]) -> Iterator[Item]:
        """All checks; of equal ids the later ones are told apart by their place."""
        seen: set[str] = set()
        for place, value in enumerate(listed):
            item = self.item(value, place, ("checks", place))
            if item.id in seen:
                fault = f"the id {item.id} is there twice"
                item = replace(item, id=f"{item.id}-{place + 1}", faults=(*item.faults, fault))
            seen.add(item.id)
            yield item

    def item(self, value: Any, place: int, path: tuple[str | int, ...]) -> Item:  # noqa: ANN401
        """One check, whatever is wrong about it."""
        line = self.document.line_of(path)
        if not isinstance(value, dict):
            return Item(f"item-{place + 1}", "", "all", (), ("it is no check",), line=line)
        given = value.get("id")
        number = str(given) if isinstance(given, int) and not isinstance(given, bool) else ""
        faults = [] if number or path == ("requirements",) else ["its id is no number"]
        condition = _text(value.get("condition")).strip().lower()
        if self.dialect.version == 4:
            condition = condition.removesuffix(" required")
        if condition not in CONDITIONS:
            faults.append(f'its condition is "{clean(condition, 20)}", not all, any or none')
        rules, wrong = self._rules(value)
        return Item(
            number or f"item-{place + 1}",
            clean(_text(value.get("title") or value.get("name")), 300),
            condition,
            rules,
            (*faults, *wrong),
            clean(_text(value.get("description")), 2000),
            clean(_text(value.get("rationale")), 2000),
            clean(_text(value.get("remediation")), 2000),
            tuple(_compliance(value)),
            line,
        )

    def _rules(self, value: Mapping[str, Any]) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
        listed = value.get("rules")
        if not isinstance(listed, list) or not listed:
            return (), ("it has no rules",)
        dialect = self.dialect
        if dialect.version == 4 and value.get("regex_type") in ("pcre2", "osregex"):
            dialect = replace(dialect, regex=str(value["regex_type"]))
        found: list[Rule] = []
        wrong = []
        for text in listed[:MOST_RULES]:
            try:
                found.append(self._rule(text, dialect))
            except Malformed as fault:
                wrong.append(f"{clean(str(text), 120)}: {clean(str(fault), 200)}")
        if len(listed) > MOST_RULES:
            wrong.append(f"it has more than {MOST_RULES} rules")
        return tuple(found), tuple(wrong)

    def _rule(self, text: Any, dialect: Dialect) -> Rule:  # noqa: ANN401
        if not isinstance(text, str):
            raise Malformed("a rule that is no text")
        if dialect.version == 4:
            return rule(text, dialect, self.variables)
        for name in sorted(self.variables, key=len, reverse=True):
            text = text.replace(name, self.variables[name])
        return rule(text, dialect)


def _text(value: Any) -> str:  # noqa: ANN401
    return value if isinstance(value, str) else ""


def _compliance(value: Mapping[str, Any]) -> Iterator[str]:
    """Which requirements of which benchmarks a check answers, one a text."""
    listed = value.get("compliance")
    maps = listed if isinstance(listed, list) else [listed]
    for one in maps:
        if isinstance(one, dict):
            for name, ids in one.items():
                members = ids if isinstance(ids, list) else [ids]
                yield from (clean(f"{name} {each}", 80) for each in members[:100])
    attack = value.get("mitre")
    for kind, held in attack.items() if isinstance(attack, dict) else ():
        for each in held.get("id") or () if isinstance(held, dict) else ():
            yield clean(f"mitre {kind} {each}", 80)
