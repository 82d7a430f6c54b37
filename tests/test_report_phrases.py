"""What checks say without a sentence of their card is said in the report's language."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rempart.report.language import placeholders
from rempart.report.phrases import phrases, spoken

CHECKS = sorted(Path("checks").glob("*/*/check.py"))


def written() -> Iterator[tuple[str, str]]:
    """Each text a check gives to `notapplicable`, with x for what it puts in, and the check."""
    for file in CHECKS:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            called = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "notapplicable"
            if not called or not isinstance(node, ast.Call):
                continue
            first = node.args[0]
            if isinstance(first, ast.JoinedStr):
                parts = [p.value if isinstance(p, ast.Constant) else "x" for p in first.values]
                yield "".join(map(str, parts)), str(file)
            elif isinstance(first, ast.Constant):
                yield str(first.value), str(file)


@pytest.mark.parametrize("language", ["fr", "de"])
def test_what_does_not_apply_is_said_in_every_language(language: str) -> None:
    found = dict(written())
    assert len(found) > 15
    assert [f"{f}: {text}" for text, f in found.items() if spoken(text, language) == text] == []


def test_phrases_have_the_same_values_in_all_languages() -> None:
    for one in phrases():
        assert placeholders(one.en) == placeholders(one.fr) == placeholders(one.de), one.en
        assert len({one.en, one.fr, one.de}) == 3, one.en
    assert len({re.sub(r"\\{\\w+\\}", "", one.en) for one in phrases()}) == len(phrases())


def test_french_keeps_its_punctuation_together() -> None:
    for one in phrases():
        assert not any(f" {mark}" in one.fr for mark in ":;?!"), one.fr


def test_names_and_lists_around_a_phrase_stay() -> None:
    assert spoken("sudo: no answer", "fr") == "sudo\N{NO-BREAK SPACE}: aucune réponse"
    assert spoken("10.0.0.1:443: no answer", "de") == "10.0.0.1:443: keine Antwort"
    assert spoken("a packed file is damaged; no answer", "de") == (
        "eine gepackte Datei ist beschädigt; keine Antwort"
    )


def test_what_a_product_said_is_left_as_it_is() -> None:
    for text in (
        "PermitRootLogin yes",
        "",
        "{file}",
        "no answers",
        "x" * 5000 + " may not be read",
    ):
        assert spoken(text, "fr") == text
    assert spoken("no answer", "en") == "no answer"


def test_a_value_is_no_template() -> None:
    assert spoken("{why} {0}: no answer", "de") == "{why} {0}: keine Antwort"
    assert spoken("lsblk does not show {{ run }}", "de") == "lsblk zeigt {{ run }} nicht"
