"""Cards and examples of every built-in check: held together by tests nobody has to write."""

import string

import pytest

from rempart import examples
from rempart.card import LANGUAGES
from rempart.catalogue import Entry, Layer, built_in, entries
from rempart.check import Outcome
from rempart.yardsticks import Yardsticks

CORE = Layer("rempart", built_in())
ENTRIES = entries([CORE])
BOOKS = Yardsticks.load([CORE.folder / "audits" / "yardsticks"])
EXAMPLES = [
    (entry, example) for entry in ENTRIES.values() for example in examples.examples(entry.folder)
]


@pytest.mark.parametrize(
    ("entry", "example"), EXAMPLES, ids=[f"{e.id}:{x.line}:{x.outcome}" for e, x in EXAMPLES]
)
def test_example(entry: Entry, example: examples.Example) -> None:
    found, seen = examples.outcome(entry.check, example, BOOKS)
    assert found is example.outcome, seen


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=list(ENTRIES))
def test_passes_and_fails_are_both_shown(entry: Entry) -> None:
    shown = {example.outcome for example in examples.examples(entry.folder)}
    assert {Outcome.PASS, Outcome.FAIL} <= shown


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=list(ENTRIES))
def test_three_languages_say_the_same_things(entry: Entry) -> None:
    words = [entry.card.words(language) for language in LANGUAGES]
    for one in words:
        assert one.title
        assert one.rationale
        assert one.remediation
        assert set(one.code) == set(words[0].code)
        assert set(one.says) == set(words[0].says)
        assert set(one.says) <= set(Outcome)
        for outcome, sentence in one.says.items():
            assert placeholders(sentence) == placeholders(words[0].says[outcome])
        for name in ("temporary", "rollback", "verify"):
            assert bool(getattr(one, name)) is bool(getattr(words[0], name))


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=list(ENTRIES))
def test_french_is_typeset_as_french(entry: Entry) -> None:
    words = entry.card.fr
    for text in (words.title, words.rationale, words.remediation, *words.says.values()):
        prose = "".join(text.split("`")[::2])  # what stands between backquotes is code
        for mark in (" :", " ;", " ?", " !"):
            assert mark not in prose, f"espace insécable attendue avant {mark!r} : {text}"


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
