"""Checks without Python."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rempart.card import Card
from rempart.check import Observation, OneOf, Outcome, Reason, Seen, Unknown
from rempart.declared import declared, vocabulary
from rempart.errors import ContentError

WORDS = {"title": "t", "rationale": "r", "remediation": "m"}


@dataclass(frozen=True, slots=True)
class Knobs(Observation):
    login: Seen[str]
    tries: Seen[int]
    passwords: Seen[bool]


vocabulary.cache_clear()  # it may have been read before this module defined its type


def card(expect: dict[str, Any]) -> Card:
    raw = {
        "impact": "minor",
        "exploitability": "easy",
        "since": "0.1",
        "controls": ["exp.ssh"],
        **dict.fromkeys(("en", "fr", "de"), WORDS),
        "expect": expect,
    }
    return msgspec.convert(raw, Card)


def outcome(rule: Any, tries: Seen[int] = 6, login: Seen[str] = "no") -> Outcome:
    expect = {"Knobs": {"tries": {"at_most": 9}, **rule}}
    check = declared("ssh.x", card(expect), "check.yaml")
    observed = Knobs(login, tries, passwords=False)
    answer: Any = check.function(observed=observed)
    found: Outcome = answer.outcome
    return found


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"tries": {"at_most": 6}}, "pass"),
        ({"tries": {"at_most": 5}}, "fail"),
        ({"tries": {"at_least": 7}}, "fail"),
        ({"login": "no"}, "pass"),
        ({"login": ["yes", "prohibit-password"]}, "fail"),
        ({"login": {"not": "yes"}}, "pass"),
        ({"login": {"matches": "n."}}, "pass"),
        ({"login": {"matches": "n"}}, "fail"),
        ({"passwords": False}, "pass"),
    ],
)
def test_compares_fields_with_values(rule: Any, expected: str) -> None:
    assert outcome(rule) is Outcome(expected)


def test_an_unknown_field_is_notchecked() -> None:
    assert outcome({}, tries=Unknown(Reason.TRUNCATED)) is Outcome.NOTCHECKED


def test_values_that_agree_are_judged() -> None:
    assert outcome({}, tries=OneOf((3, 4))) is Outcome.PASS
    assert outcome({}, tries=OneOf((3, 40))) is Outcome.NOTCHECKED
    assert outcome({"login": {"matches": "n.*"}}, login=OneOf(("no", "nein"))) is Outcome.PASS


@pytest.mark.parametrize(
    ("expect", "words"),
    [
        ({"Nothing": {"x": 1}}, 'found "Nothing"'),
        ({"Knobs": {"max_tries": 1}}, 'found "max_tries", did you mean "tries"'),
        ({"Knobs": {"tries": {"atmost": 1}}}, "found atmost"),
        ({"Knobs": {"login": {"matches": "("}}}, "expect.Knobs"),
        ({"Knobs": {}}, "found nothing"),
        ({"Knobs": {"tries": "4"}}, 'expect.Knobs.tries: expected a whole number, found "4"'),
        ({"Knobs": {"tries": {"at_most": True}}}, "expected a whole number, found true"),
        ({"Knobs": {"login": [True]}}, "expected text, found true"),
    ],
)
def test_says_what_it_does_not_understand(expect: dict[str, Any], words: str) -> None:
    with pytest.raises(ContentError, match=words.replace("(", r"\(")):
        declared("ssh.x", card(expect), "check.yaml")


def test_a_fault_of_expect_has_its_line(tmp_path: Path) -> None:
    file = tmp_path / "check.yaml"
    file.write_text("impact: major\nexpect:\n  Knobs:\n    tries: many\n")
    with pytest.raises(ContentError, match=r":4: expect\.Knobs\.tries: expected a whole"):
        declared("ssh.x", card({"Knobs": {"tries": "many"}}), str(file))
