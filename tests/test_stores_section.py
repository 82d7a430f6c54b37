"""The picture of stores in reports: what it says, in three languages, of hostile names too."""

import re

import pytest

from rempart.report.render import render
from tests.samples import sample_run

EVIL = "adh</text><script>alert(1)</script>"
COPY = {
    "name": EVIL,
    "kind": "original",
    "subject": "adh",
    "encrypted": True,
    "layers": [
        {"kind": "column", "name": EVIL, "encrypted": False},
        {"kind": "table", "name": "adh.people (InnoDB)", "encrypted": True, "key_holder": "host"},
        {"kind": "mount", "name": "db:/srv", "encrypted": False},
    ],
}
GRAPH = {
    "type": "StoreChain",
    "subject": "adh",
    "copies": [COPY],
    "identifiers": ["nir"],
    "holdings": [{"identifier": "nir", "columns": 2, "valid": 1500, "sampled": 1500}],
    "profile": ["adh.people"],
}
SAID = {
    "en": (
        "Against T4, encryption of disks, tables and backups protects nothing",
        "NIR × 2 (1,500)",
    ),
    "fr": ("Contre T4, le chiffrement des disques", "NIR × 2 (1\u202f500)"),
    "de": ("Gegen T4 schützt Verschlüsselung von Platten", "NIR × 2 (1.500)"),
}


def section(template: str, language: str = "en", **graph: object) -> str:
    page = render(sample_run(graphs=({**GRAPH, **graph},)), template, language)
    found = re.search(r'<section id="rests".*?</section>', page, re.DOTALL)
    return found[0] if found else ""


@pytest.mark.parametrize("language", SAID)
@pytest.mark.parametrize("template", ["report", "technical"])
def test_the_breaches_of_2024_are_told_beside_the_picture(template: str, language: str) -> None:
    sentence, held = SAID[language]
    shown = section(template, language)
    assert sentence in shown
    assert held in shown
    assert "adh.people" in shown
    chips = re.findall(r'class="box chip-box (\w+)"', shown)
    read = ["fail"] * 3
    assert chips == ["pass", "notapplicable", *read, "pass", "notchecked", *read]


def test_a_board_is_told_whom_each_store_keeps_out() -> None:
    shown = section("executive")
    assert SAID["en"][0] in shown
    assert re.findall(r'class="state (\w+)"', shown) == ["pass", "notchecked", *["fail"] * 3]


def test_names_of_a_hostile_server_are_text_in_the_picture() -> None:
    shown = section("technical")
    assert "<script" not in shown
    assert "adh&lt;/text&gt;" in shown


def test_a_report_without_stores_has_no_picture() -> None:
    page = render(sample_run(), "report", "en")
    assert 'id="rests"' not in page
    assert 'href="#rests"' not in page
    assert 'href="#rests"' not in render(sample_run(), "executive", "en")
