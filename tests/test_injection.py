"""Hostile text in every field of a run that has something of everything, in every format.

Read logs, statements, what a reviewer wrote, notes of a retest and earlier runs are all in it. What
a format may hold is told by the same run with harmless text: not one tag, attribute, formula,
link, action or control character more.
"""

import csv
import json
from collections import Counter
from collections.abc import Callable
from io import BytesIO, StringIO
from typing import Any
from xml.etree import ElementTree as Xml
from zipfile import ZipFile

import msgspec
import pytest
from markdown_it import MarkdownIt
from msgspec.structs import fields, replace

from rempart import export
from rempart.export.csv import FORMULAS
from rempart.rehearsal import synthetic
from rempart.results import Run
from tests.infected import CLOSED, KEPT_KEYS, PAYLOADS
from tests.test_dossier_sheets import Tags

# Values of these are closed lists or join one part of a run with another.
KEPT = CLOSED | {"seen", "type", "reason", "why", "kind", "pattern", "bound", "outcome"}
KEPT |= {"source_kind", "decision", "first", "last", "start", "vantage", "role", "certainty"}
MARKUP = {"link_open", "image", "html_inline", "html_block"}


def graph(value: Any, payload: str, name: str = "") -> Any:
    """A graph with the payload after each text that is not of a closed list."""
    if isinstance(value, str):
        return value if name in KEPT else value + payload
    if isinstance(value, list):
        return [graph(each, payload, name) for each in value]
    if isinstance(value, dict):
        return {key: graph(each, payload, key) for key, each in value.items()}
    return value


def poisoned(value: Any, payload: str, name: str = "") -> Any:  # noqa: PLR0911
    if name in KEPT:
        return value
    if type(value) is str:
        return value + payload
    if isinstance(value, msgspec.Struct):
        names = [one.name for one in fields(value)]
        return replace(value, **{one: poisoned(getattr(value, one), payload, one) for one in names})
    if isinstance(value, tuple):
        if name == "graphs":
            return tuple(graph(each, payload) for each in value)
        return tuple(poisoned(each, payload, name) for each in value)
    if isinstance(value, dict):
        return {
            key if key in KEPT_KEYS else key + payload: poisoned(each, payload, str(key))
            for key, each in value.items()
        }
    return value


def run(payload: str) -> Run:
    """The run with something of everything, every text of it from an attacker."""
    found: Run = poisoned(synthetic(), payload)
    return found


def html(content: bytes) -> object:
    return Tags(content.decode()).found


def markdown(content: bytes) -> object:
    tokens = MarkdownIt("gfm-like", {"linkify": False}).enable("table").parse(content.decode())
    return Counter(
        inner.type
        for token in tokens
        for inner in (token, *(token.children or ()))
        if inner.type in MARKUP or inner.type in ("heading_open", "tr_open", "td_open")
    )


def table(content: bytes) -> object:
    text = content.decode("utf-8-sig")
    rows = list(csv.reader(StringIO(text), delimiter=";" if ";" in text.split("\n")[0] else ","))
    for row in rows:
        assert not [cell for cell in row if cell.startswith(FORMULAS)], row
    return [len(row) for row in rows]


def shape(value: Any) -> object:
    if isinstance(value, dict):
        return {len(value): [shape(each) for each in value.values()]}
    if isinstance(value, list):
        return [shape(each) for each in value]
    return type(value).__name__


def data(content: bytes) -> object:
    assert b"\x1b" not in content
    return shape(json.loads(content))


def xml(content: bytes) -> object:
    root = Xml.fromstring(content)  # noqa: S314  (our own output)
    return [(one.tag, sorted(one.attrib)) for one in root.iter()]


def office(content: bytes) -> object:
    """What can act in a document or a workbook: formulas, fields, links, relations."""
    found: Counter[str] = Counter()
    with ZipFile(BytesIO(content)) as packed:
        for name in packed.namelist():
            if not name.endswith((".xml", ".rels")):
                continue
            for one in Xml.fromstring(packed.read(name)).iter():  # noqa: S314
                tag = one.tag.rpartition("}")[2]
                if tag in ("f", "instrText", "fldSimple", "hyperlink", "Relationship", "object"):
                    found[tag] += 1
    return found


def paper(content: bytes) -> object:
    return Counter({mark: content.count(mark) for mark in (b"/URI", b"/JavaScript", b"/Launch")})


def more(found: Any, plain: Any) -> list[str]:
    """What there is more of; fewer links are no harm, and paragraphs are where text has them."""
    return sorted(set(found - plain) - {"p", "code"})


LOOKS: dict[str, Callable[[bytes], object]] = {
    ".html": html, ".md": markdown, ".csv": table, ".json": data, ".sarif": data, ".xml": xml,
    ".xlsx": office, ".docx": office, ".pdf": paper,
}  # fmt: skip
FORMATS = sorted(export.suffixes())
SLOW = (".pdf", ".docx")


def looked(suffix: str, payload: str) -> object:
    look = next(LOOKS[ending] for ending in LOOKS if suffix.endswith(ending))
    content = export.formats()[suffix](run(payload), template="report", language="fr")
    if suffix not in (".xlsx", *SLOW):
        assert not {"\x1b", "\x9b", "\u202e"} & set(content.decode("utf-8-sig"))
    return look(content)


@pytest.mark.parametrize("suffix", [one for one in FORMATS if one != ".json"])
def test_hostile_text_adds_nothing_that_acts(suffix: str) -> None:
    for needed in ("weasyprint", "docx"):
        if suffix in SLOW:
            pytest.importorskip(needed)
    plain = looked(suffix, "x")
    for payload in PAYLOADS[-2:] if suffix in SLOW else PAYLOADS:
        found = looked(suffix, payload)
        assert more(found, plain) == [] if isinstance(plain, Counter) else found == plain, payload


@pytest.mark.parametrize("template", ["executive", "technical", "compliance"])
def test_no_page_gets_a_tag(template: str) -> None:
    write = export.formats()[".html"]
    plain = html(write(run("x"), template=template, language="de"))
    for payload in PAYLOADS:
        told = write(run(payload), template=template, language="de")
        assert more(html(told), plain) == [], payload
        assert not {"\x1b", "\x9b", "\u202e"} & set(told.decode())


def test_the_read_log_and_the_reviewer_are_in_it() -> None:
    told = export.formats()[".html"](run("PAYLOAD"), template="technical", language="en").decode()
    for section in ('class="reading"', "Has this already happened to us?"):
        assert section in told
    held = synthetic()
    assert held.document is not None
    assert held.retest is not None
    assert held.statements
    assert any(one.review for one in held.results)
    assert told.count("PAYLOAD") > 200
