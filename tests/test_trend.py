from datetime import timedelta

from msgspec.structs import replace

from rempart.check import Outcome
from rempart.errors import Reason
from rempart.report.analysis import Analysis
from rempart.report.findings import Findings
from rempart.report.trend import with_earlier
from rempart.results import ResultRecord, Run
from tests.samples import result, sample_run, unseen

HSTS = result("portal.hsts", "pro")


def aged(days: int, *results: ResultRecord) -> Run:
    run = sample_run(id=f"older-{days}", results=results)
    return replace(run, started=run.started - timedelta(days=days))


def test_earlier_runs_stand_oldest_first_with_what_became_of_their_failures() -> None:
    now = sample_run(results=(result(outcome=Outcome.PASS), HSTS))
    run = with_earlier(now, [aged(10, result(), HSTS), aged(40, result())])
    assert [one.id for one in run.earlier] == ["older-40", "older-10"]
    assert [one.open["high"] for one in run.earlier] == [1, 2]
    assert run.earlier[0].changes["new"] == 1
    assert (run.earlier[1].changes["fixed"], run.earlier[1].changes["still open"]) == (1, 1)


def test_what_could_not_be_seen_again_is_not_repaired() -> None:
    now = sample_run(results=(unseen("ssh.root_login", "claims-1", Reason.UNREACHABLE, "no"),))
    (record,) = with_earlier(now, [aged(10, result())]).earlier
    assert (record.changes["fixed"], record.changes["not seen"]) == (0, 1)


def test_a_finding_is_new_only_when_all_of_it_is() -> None:
    now = sample_run(results=(result(), result(subject="claims-2"), HSTS))
    run = with_earlier(now, [aged(10, result())])
    assert dict(Analysis(Findings(run)).since) == {"portal.hsts": "new"}


def test_what_was_good_and_fails_again_came_back() -> None:
    run = with_earlier(sample_run(results=(result(),)), [aged(9, result(outcome=Outcome.PASS))])
    assert dict(Analysis(Findings(run)).since) == {"ssh.root_login": "regressed"}
