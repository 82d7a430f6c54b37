import pytest
from msgspec.structs import replace

from rempart.background import ReplayRecord
from rempart.check import Outcome, Severity
from rempart.errors import Reason
from rempart.report.answer import complete, replayed, verdict
from rempart.report.findings import Findings
from rempart.report.language import language
from rempart.results import ResultRecord
from tests.samples import result, sample_run, unseen


def answer(*results: ResultRecord) -> str:
    return verdict(Findings(sample_run(results=results)), language("en"))


def replay(*states: str, word: str) -> ReplayRecord:
    known = sample_run().replays[0]
    steps = tuple(replace(known.steps[0], state=state) for state in states)
    return replace(known, steps=steps, verdict=word)


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ((result(),), "One weakness of level “High” or above needs to be corrected."),
        (
            (result(severity=Severity.LOW),),
            "Nothing reaches level “High”. One lesser weakness remains.",
        ),
        ((result(outcome=Outcome.PASS),), "Nothing that was checked fails."),
        ((unseen("ssh.root_login", "x", Reason.REFUSED, ""),), "Nothing could be judged."),
        ((result(outcome=Outcome.NOTAPPLICABLE),), "Nothing could be judged."),
    ],
)
def test_the_answer_is_one_sentence(results: tuple[ResultRecord, ...], said: str) -> None:
    assert answer(*results) == said


def test_what_was_not_seen_is_said_with_the_answer() -> None:
    run = sample_run(results=(unseen("ssh.root_login", "x", Reason.REFUSED, ""),))
    assert complete(Findings(run), language("en")).startswith("One point could not be checked")
    assert complete(Findings(sample_run(results=(result(),))), language("en")) == ""


def test_a_breach_that_is_stopped_says_at_which_step() -> None:
    said = replayed(replay("open", "broken", word="stopped"), language("en"))
    assert said == "“The breach of January 2024”: the attack would be stopped here, at step 2 of 2."


def test_a_breach_that_may_go_through_says_what_is_open_and_what_is_not_known() -> None:
    said = replayed(replay("open", "unknown", "open", word="unknown"), language("en"))
    assert "Steps open: 2; not known, counted as open: 1." in said


def test_a_breach_that_goes_through_is_said_to() -> None:
    said = replayed(replay("open", "open", word="open"), language("en"))
    assert "could happen here: none of its 2 steps" in said
