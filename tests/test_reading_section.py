"""What reports tell of read logs, and that they tell nothing where none was audited."""

import re
from typing import Any

import pytest

from rempart.background import ReplayRecord, StepControl, StepRecord
from rempart.card import LANGUAGES
from rempart.check import Outcome
from rempart.redaction import view
from rempart.report.estate_map import reach
from rempart.report.language import language
from rempart.report.readings import answered, lasting, views
from rempart.report.render import render
from rempart.report.summary import summary
from rempart.results import Run, SubjectRecord
from tests.infected import PAYLOADS
from tests.pages import Page
from tests.sample_readings import (
    BUSY,
    CAUGHT,
    DAYS,
    GRAPHS,
    MISSED,
    RULES,
    SUBJECT,
    THIEF,
    account,
    alarm,
    coverage,
    curve,
    measured,
    rule,
)
from tests.samples import SUBJECTS, result, sample_run

LOG = SubjectRecord(SUBJECT, "read_log", "Portal log", of=("pro",))
TEMPLATES = ("report", "technical", "executive", "compliance")


def audited(*graphs: dict[str, Any], **changes: Any) -> Run:
    """The sample with a read log that left these graphs."""
    return sample_run(subjects=(*SUBJECTS, LOG), graphs=graphs or GRAPHS, **changes)


def told(page: Page) -> str:
    """The text of a page, its cells apart."""
    return " ".join(" ".join(page.words).split())


def section(template: str = "report", run: Run | None = None, spoken: str = "en") -> Page:
    """The section on read logs alone; nothing where the page has none."""
    html = render(run or audited(), template, spoken)
    found = re.search(r'<section id="reading".*?</section>', html, re.DOTALL)
    return Page(found[0] if found else "")


def failing(check: str, **facts: int) -> Any:
    return result(check, SUBJECT, Outcome.FAIL, facts=dict(facts))


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("spoken", LANGUAGES)
def test_every_document_answers_the_board_in_its_language(template: str, spoken: str) -> None:
    run = audited()
    (log,) = views(run)
    text = told(section(template, run, spoken))
    for sentence in (language(spoken).say("reading.heading"), answered(log, language(spoken))):
        assert " ".join(sentence.split()) in text


@pytest.mark.parametrize("template", TEMPLATES)
def test_nothing_is_said_where_no_read_log_was_audited(template: str) -> None:
    html = render(sample_run(), template, "en")
    assert "already happened" not in html
    assert 'href="#reading"' not in html
    assert 'id="reading"' not in html


@pytest.mark.parametrize("template", TEMPLATES)
def test_contents_lead_to_the_section(template: str) -> None:
    html = render(audited(), template, "en")
    assert '<li><a href="#reading">Has this already happened to us?</a></li>' in html


@pytest.mark.parametrize(
    ("run", "answer"),
    [
        (audited(), "one account of “Portal log” read 4,320 people in one week, where accounts"),
        (audited(coverage(), THIEF, THIEF, measured()), "2 accounts of “Portal log” read far more"),
        (
            audited(coverage(), account("a", "walking"), measured()),
            "one account of “Portal log” asked for one number after the next",
        ),
        (
            audited(coverage(named=3), measured(), results=(failing("reading.content"),)),
            "“Portal log” cannot tell whether it has happened: 3 of 23,379 reads name",
        ),
        (audited(coverage(reads=0), measured()), "“Portal log” cannot tell"),
        (
            audited(
                coverage(), measured(), results=(failing("reading.shared_account", percent=97),)
            ),
            "one account has 97 % of all people read",
        ),
        (
            audited(coverage(), measured(whole={"seen": "unknown", "reason": "limit"})),
            "the log was not read to its end, so the question stays open",
        ),
        (
            audited(coverage(), BUSY, measured()),
            "in 200 days none of 60 accounts read far more people than accounts like it",
        ),
    ],
)
def test_the_answer_is_what_the_log_can_tell(run: Run, answer: str) -> None:
    assert answer in told(section(run=run))


def test_a_part_of_a_log_that_shows_nothing_is_not_called_good() -> None:
    part = audited(coverage(), measured(whole={"seen": "unknown", "reason": "limit"}))
    assert [log.state for log in views(part)] == ["unknown"]
    assert [log.state for log in views(audited(coverage(), measured()))] == ["stopped"]
    assert [log.state for log in views(audited())] == ["open"]


def test_accounts_stand_under_pseudonyms_with_their_reasons_and_the_busy_ones_do_not() -> None:
    text = told(section())
    assert "account gprf-bdms-hrkd far above its peers above the ceiling" in text
    assert "4,320 reads outside its hours" in text
    assert "1 network never seen before" in text
    assert BUSY["key"] not in text


def test_ten_accounts_are_shown_and_the_others_counted() -> None:
    many = [account(f"account {letter}", "outlier") for letter in "bcdfghjklmnp"]
    text = section(run=audited(coverage(), *many, measured())).text
    assert "account m" in text
    assert "account n " not in text
    assert "2 more are in the run file." in text


def test_each_alarm_and_rule_says_when_it_would_have_rung_or_why_it_was_not_run() -> None:
    text = told(section())
    assert "1,000 people in one hour declared alarm ✗ not detected: 26,842 people read" in text
    assert "siem.yml: volume Sigma rule ✓ detected after 40 minutes and 310 people" in text
    assert "rang 2 times" in text
    assert "siem.yml: geo Elastic rule ? not checked not run: timeframe of several fields" in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "No alarm would have noticed the extraction of 2024"),
        ({"noticed": [CAUGHT, MISSED]}, "would have been detected after 40 minutes and 310 people"),
        ({"alarms": 0, "noticed": []}, "No alarm is declared for this log"),
        ({"noticed": []}, "No alarm to try"),
        ({"curves": [curve(3600, DAYS)]}, "No ceiling is declared"),
        ({}, "ceiling of 60 people in one hour does not hold: an account read 480"),
        ({"curves": [curve(3600, DAYS, 1440)]}, "No account exceeded the declared ceiling"),
    ],
)
def test_the_answer_stands_beside_the_alarm_and_the_ceiling(
    changes: dict[str, Any], said: str
) -> None:
    assert said in told(section(run=audited(coverage(), measured(**changes))))


@pytest.mark.parametrize("template", ["report", "executive"])
def test_the_picture_has_words_a_table_and_shapes_beside_colours(template: str) -> None:
    found = section(template)
    text = told(found)
    assert "On the left, a line for each length of window" in text
    assert "1 window in 1,000 34 110 4,320" in text
    assert "The busiest 480 1,440 4,320" in text
    assert "Declared ceiling 60 – –" in text
    drawn = [tag for tag, attributes in found.tags if tag in ("circle", "rect")]
    assert drawn.count("circle") > 2
    assert drawn.count("rect") > 2


@pytest.mark.parametrize(
    "changes",
    [
        {"curves": [], "pattern": [], "reach": []},
        {"curves": [{"seconds": 3600, "points": [], "ceiling": 60}]},
        {"curves": [curve(3600, (1,) * 15)]},
        {"curves": [curve(3600, (0,) * 15, 1)], "pattern": [{"minutes": 1, "people": 0}]},
        {"curves": [curve(60, DAYS, 10)]},
        {"curves": [curve(3600, (9_999_999,) * 15, 5)]},
    ],
)
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_log_that_says_little_can_be_drawn(template: str, changes: dict[str, Any]) -> None:
    assert section(template, audited(coverage(), measured(**changes))).text


def test_graphs_of_another_shape_are_passed_over() -> None:
    odd = {"type": "ReadingCurve", "subject": SUBJECT, "curves": "none"}
    assert views(audited(odd)) == ()


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (1, "1 minute"), (40, "40 minutes"), (60, "1 hour"), (119, "119 minutes"),
        (150, "2 hours"), (1440, "1 day"), (2880, "2 days"), (3356, "2 days 7\xa0h"),
    ],
)  # fmt: skip
def test_times_are_told_in_the_unit_people_use(minutes: int, words: str) -> None:
    assert lasting(minutes, language("en")) == words


def test_a_ceiling_that_is_exceeded_bounds_nothing() -> None:
    spans = [(span["hours"], span["people"], span["bound"]) for _, span in reach(audited())]
    assert spans == [(1, 481, "broken"), (10, 4801, "broken"), (72, 26_842, "broken")]
    kept = measured(curves=[curve(3600, DAYS, 1440)])
    assert [span["people"] for _, span in reach(audited(kept))] == [60, 600, 4320]
    text = Page(render(audited(), "compliance", "en")).text
    assert "One account in 72 h, log pro-access" in text
    assert "at the pace of 2024: the declared ceiling is exceeded" in text


def replayed(kind: str, control: str) -> ReplayRecord:
    limit = StepControl(control, control, "fail", ())
    step = StepRecord("read", {"en": "Reads"}, kind, "reported", (), (), (limit,), "open")
    return ReplayRecord("own", {"en": "Own"}, {"en": "Own"}, "", (), (step,), "open")


@pytest.mark.parametrize(
    ("kind", "control", "said"),
    [
        ("portal", "portal.extraction.limit", True),
        ("portal", "enc.rest.database", False),
        ("host", "portal.extraction.limit", False),
    ],
)
def test_a_replay_says_how_far_one_account_would_have_come(
    kind: str, control: str, said: bool
) -> None:
    run = audited(replays=(replayed(kind, control),))
    text = Page(render(run, "report", "en")).text
    here = "“Portal log” would have read 481 people here; in a night, 4,801; in three days, 26,842"
    assert (here in text) is said


def test_the_terminal_says_it_in_one_sentence() -> None:
    lines = summary(audited(), "en", width=400).splitlines()
    assert sum("may already have happened" in line for line in lines) == 1
    assert lines[2].startswith("✗ It may already have happened: in 200 days, one account")
    assert "happened" not in summary(sample_run(), "en")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_a_log_or_a_rule_says_becomes_markup(payload: str) -> None:
    evil = rule(payload, payload, evaluated={"detail": payload})
    thief = account(payload, "outlier", payload)
    html = render(audited(coverage(), thief, alarm(MISSED), evil, measured()), "report", "en")
    plain = render(audited(coverage(), THIEF, alarm(MISSED), *RULES[1:], measured()), "report")
    tags = {tag for tag, _ in Page(html).tags}
    assert tags <= {tag for tag, _ in Page(plain).tags}
    assert not [name for _, found in Page(html).tags for name in found if name.startswith("on")]


@pytest.mark.parametrize("recipient", ["executive", "regulator", "team:Direction digitale"])
def test_views_for_others_keep_pseudonyms_and_lose_places(recipient: str) -> None:
    run = view(audited(), recipient, "en")
    if recipient == "regulator":
        assert all(graph["source"] for graph in run.graphs)
    else:
        assert not [graph for graph in run.graphs if "source" in graph]


def test_an_insurer_is_told_nothing_of_accounts() -> None:
    run = view(audited(), "client-insurer", "en")
    assert run.graphs == ()
    assert 'id="reading"' not in render(run, "report", "en")
    assert [subject.of for subject in run.subjects if subject.of] == [("portal-1",)]
