from msgspec.structs import replace

from rempart.report.decisions import decisions
from rempart.report.findings import Findings
from rempart.report.roadmap import roadmap
from rempart.results import Run
from tests.samples import SUBJECTS, result, sample_run


def asked(run: Run) -> list[tuple[str, int]]:
    found = Findings(run)
    return [(one.id, one.number) for one in decisions(found, roadmap(found))]


def test_a_board_is_asked_three_things_the_most_pressing_first() -> None:
    assert asked(sample_run()) == [("now", 1), ("expired", 1), ("month", 1)]


def test_what_the_answer_to_a_breach_hangs_on_is_to_be_looked_at() -> None:
    assert ("unknown", 1) in asked(sample_run(results=(), waivers=()))


def test_a_failing_subject_without_owner_gets_one() -> None:
    subjects = tuple(replace(one, owner="") for one in SUBJECTS)
    run = sample_run(results=(result(),), waivers=(), replays=(), subjects=subjects)
    assert asked(run)[1] == ("owner", 1)


def test_when_all_is_well_the_next_audit_is_set() -> None:
    assert asked(sample_run(results=(), waivers=(), replays=())) == [("again", 0)]
