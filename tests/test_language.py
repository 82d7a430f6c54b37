from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import get_args

import pytest

from rempart.card import LANGUAGES, Exploitability, Impact
from rempart.check import Outcome, Severity
from rempart.collectors import Intensity
from rempart.errors import Reason, RenderError
from rempart.report.language import Plural, language, placeholders
from rempart.scenario import Certainty

CLOSED: dict[str, Iterable[str]] = {
    "severity": Severity,
    "outcome": Outcome,
    "mark": Outcome,
    "reason": Reason,
    "reason_means": Reason,
    "impact": Impact,
    "exploitability": Exploitability,
    "intensity": Intensity,
    "certainty": get_args(Certainty),
}


def asked(sentence: str | Plural) -> set[str]:
    if isinstance(sentence, Plural):
        return (placeholders(sentence.one) | placeholders(sentence.other)) - {"n"}
    return placeholders(sentence)


def test_all_languages_have_the_same_sentences() -> None:
    keys = [language(id_).sentences.keys() for id_ in LANGUAGES]
    assert keys[0] == keys[1] == keys[2]


@pytest.mark.parametrize("id_", LANGUAGES)
def test_sentences_want_the_same_values_in_all_languages(id_: str) -> None:
    english = language("en").sentences
    for key, sentence in language(id_).sentences.items():
        if key not in ("moment", "date"):
            assert asked(sentence) == asked(english[key]), key
        assert isinstance(sentence, Plural) == isinstance(english[key], Plural), key


@pytest.mark.parametrize("id_", LANGUAGES)
@pytest.mark.parametrize("group", CLOSED)
def test_every_word_of_a_closed_list_is_translated(id_: str, group: str) -> None:
    spoken = language(id_)
    for value in CLOSED[group]:
        assert f"{group}.{value}" in spoken.sentences


def test_french_keeps_its_punctuation_together() -> None:
    for key, sentence in language("fr").sentences.items():
        texts = (sentence.one, sentence.other) if isinstance(sentence, Plural) else (sentence,)
        for text in texts:
            assert not any(f" {mark}" in text for mark in ":;?!»"), key
            assert "« " not in text, key
            assert "'" not in text, key


@pytest.mark.parametrize(
    ("id_", "day", "number", "moment"),
    [
        ("fr", "25 novembre 2026", "33\u202f000\u202f000", "25 novembre 2026 à 2\xa0h\xa005 (UTC)"),
        ("en", "25 November 2026", "33,000,000", "25 November 2026, 02:05 (UTC)"),
        ("de", "25. November 2026", "33.000.000", "25. November 2026, 02:05 Uhr (UTC)"),
    ],
)
def test_dates_and_numbers_follow_the_language(
    id_: str, day: str, number: str, moment: str
) -> None:
    spoken = language(id_)
    assert spoken.date(date(2026, 11, 25)) == spoken.date("2026-11-25") == day
    assert spoken.number(33_000_000) == number
    assert spoken.moment(datetime(2026, 11, 25, 2, 5, tzinfo=UTC)) == moment


def test_the_first_of_a_month_is_an_ordinal_in_french() -> None:
    assert language("fr").date("2026-11-01") == "1er novembre 2026"


def test_a_zone_is_said() -> None:
    paris = timezone(timedelta(hours=1))
    assert language("en").moment(datetime(2026, 1, 2, 3, 4, tzinfo=paris)).endswith("(UTC+01:00)")


def test_what_is_no_date_is_shown_as_it_is() -> None:
    assert language("fr").date("bientôt") == "bientôt"


@pytest.mark.parametrize(
    ("id_", "none", "one"),
    [("fr", "0 emplacement", "1 emplacement"), ("en", "0 places", "one place")],
)
def test_singular_follows_the_language(id_: str, none: str, one: str) -> None:
    assert language(id_).say("things", 0) == none
    assert language(id_).say("things", 1) == one


def test_a_missing_sentence_or_value_is_an_error() -> None:
    with pytest.raises(RenderError, match="no sentence `nothing`"):
        language("fr").say("nothing")
    with pytest.raises(RenderError, match="wants a value for 'risk'"):
        language("fr").say("finding.change_risk")


def test_a_value_is_never_a_template() -> None:
    said = language("en").say("finding.change_risk", risk="{risk.__class__} {n} {{7*7}}")
    assert said == "Risk of the change: {risk.__class__} {n} {{7*7}}"


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("en", "> 20,000,000 in 2024"),
        ("de", "> 20.000.000 in 2024"),
        ("fr", "> 20\u202f000\u202f000 in 2024"),
    ],
)
def test_numbers_in_a_text_are_parted_as_the_language_does(told: str, shown: str) -> None:
    assert language(told).figures("> 20 000 000 in 2024") == shown
    assert language(told).figures("2024 12 123456 789") == "2024 12 123456 789"
