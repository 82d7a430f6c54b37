"""Subjects looked at through an executor: each one's trouble stays its own."""

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from rempart import archive, assess
from rempart.archive import Looked
from rempart.assess import Orders, Progress, judge_again
from rempart.check import Gap, Observation, Outcome, Reason
from rempart.collectors import Collector, Probe, Seen
from rempart.errors import Refused
from rempart.observations.volumes import Swap, Volume
from rempart.plan import Plan, Selection, plan
from rempart.results import ResultRecord
from rempart.verdicts import Bench
from tests.test_plan import check, swaps, volumes
from tests.test_verdicts import Books

RELEASE = threading.Event()


def looking(subject: Any, _access: Any, wanted: frozenset[type[Observation]]) -> Iterator[Seen]:
    if subject.id == "refuses":
        raise Refused("authentication refused")
    if subject.id == "breaks":
        yield Volume(True, "aes", key="/")
        raise KeyError("password=hunter2")
    if subject.id == "hangs":
        RELEASE.wait()
    if subject.id == "stopped":
        raise KeyboardInterrupt
    yield Volume(True, "aes", key="/")
    if Swap in wanted:
        yield Swap("/dev/sda2", False, key="swap")


COLLECTOR = Collector(
    "host", "host", (Volume, Swap), (Probe("p", "asks", (Volume, Swap)),), looking
)
BENCH = Bench(Books(), ())


def planned(*names: str, skip: tuple[str, ...] = ()) -> Plan:
    budget = SimpleNamespace(seconds=0.01)
    subjects = [SimpleNamespace(id=name, kind="host", budget=budget) for name in names]
    checks = [check(volumes), check(swaps)]
    return plan(subjects, checks, [COLLECTOR], [], Selection(skip=skip))


def opened(subject: Any) -> Any:
    return nullcontext(SimpleNamespace(subject=subject, connections=1))


def outcomes(found: assess.Assessed, subject: str) -> list[tuple[str, str, str | None]]:
    return [(r.check, r.outcome, r.reason) for r in found.results[subject]]


def test_every_pair_of_subject_and_check_has_a_result() -> None:
    found = assess.assess(planned("a", "refuses", "breaks"), Orders(BENCH), opened)
    assert outcomes(found, "a") == [("x.volumes", "pass", None), ("x.swaps", "fail", None)]
    assert outcomes(found, "refuses") == [
        ("x.volumes", "notchecked", Reason.REFUSED),
        ("x.swaps", "notchecked", Reason.REFUSED),
    ]


def test_a_collector_that_breaks_half_way_never_counts_as_whole(
    caplog: pytest.LogCaptureFixture,
) -> None:
    found = assess.assess(planned("breaks"), Orders(BENCH), opened)
    assert outcomes(found, "breaks") == [
        ("x.volumes", "pass", None),
        ("x.volumes", "notchecked", Reason.TRUNCATED),
        ("x.swaps", "notchecked", Reason.TRUNCATED),
    ]
    assert "hunter2" not in str(found.results)
    assert "hunter2" in caplog.text


def test_a_subject_that_outlives_its_deadline_is_left_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(assess, "GRACE", 0.1)
    RELEASE.clear()
    try:
        found = assess.assess(planned("hangs", "a"), Orders(BENCH), opened)
    finally:
        RELEASE.set()
    assert found.left_behind == ("hangs",)
    assert {reason for _, _, reason in outcomes(found, "hangs")} == {Reason.LIMIT}
    assert found.looked["hangs"].connections == 1
    assert outcomes(found, "a")[0][1] == Outcome.PASS


class Memory:
    """A book that keeps what it is told."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    def done(self) -> Mapping[str, Any]:
        return dict(self.kept)

    def save(
        self, subject: str, observations: bytes, results: Iterable[ResultRecord], connections: int
    ) -> None:
        assert subject not in self.kept
        self.kept[subject] = SimpleNamespace(
            observations=observations, results=tuple(results), connections=connections
        )

    def attempt(self, subject: str, what: str) -> None:
        raise AssertionError("nobody signs in here")

    def attempted(self, subject: str) -> tuple[str, ...]:
        return ()

    def last(self, subject: str, what: str) -> str:
        return ""


def test_what_the_book_has_is_not_looked_at_again() -> None:
    book = Memory()
    first = assess.assess(planned("a", "b"), Orders(BENCH, book=book), opened)
    again = assess.assess(planned("a", "b", "c"), Orders(BENCH, book=book), opened)
    assert again.resumed == 2
    assert sorted(book.kept) == ["a", "b", "c"]
    assert again.results["a"] == first.results["a"]


class Sequential(Executor):
    """Runs at once, as a remote executor's simplest stand-in."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001  (as executors do)
            future.set_exception(error)
        return future


def test_any_executor_gives_the_same_results() -> None:
    threads = assess.assess(planned("a", "refuses"), Orders(BENCH), opened)
    sequential = assess.assess(planned("a", "refuses"), Orders(BENCH), opened, Sequential())
    assert threads.results == sequential.results


def test_an_interruption_keeps_what_is_known() -> None:
    book = Memory()
    found = assess.assess(
        planned("a", "stopped", "z"), Orders(BENCH, book=book), opened, Sequential()
    )
    assert found.interrupted
    assert [found.looked[name].connections for name in ("a", "stopped", "z")] == [1, 1, 1]
    assert set(found.results) == {"a", "stopped", "z"}
    assert outcomes(found, "stopped")[0][2] == Reason.INTERRUPTED
    assert "stopped" not in book.kept


def test_progress_counts_to_the_end() -> None:
    told: list[Progress] = []
    assess.assess(planned("a", "b", "c"), Orders(BENCH, tell=told.append), opened)
    assert [(each.done, each.total) for each in told] == [(1, 3), (2, 3), (3, 3)]


def test_what_was_left_out_is_said_to_be_and_not_contacted() -> None:
    found = assess.assess(planned("a", "b", skip=("b", "x.swaps")), Orders(BENCH), opened)
    assert [r.check for r in found.results["a"]] == ["x.volumes"]
    assert "b" not in found.results
    gaps = {id_: [g for g in one.found if isinstance(g, Gap)] for id_, one in found.looked.items()}
    assert [(gap.type, gap.reason) for gap in gaps["a"]] == [("Swap", Reason.NOT_AUTHORISED)]
    assert [gap.type for gap in gaps["b"]] == ["Swap", "Volume"]
    assert found.looked["b"].connections == 0


def test_saved_observations_are_judged_again_without_looking(tmp_path: Path) -> None:
    first = assess.assess(planned("a", "refuses"), Orders(BENCH), opened)
    context = msgspec.convert(
        {
            "organisation": "o",
            "language": "fr",
            "authorisation": {
                "reference": "r",
                "granted_by": "g",
                "contact": "c",
                "valid_from": "2026-11-01T00:00:00Z",
                "valid_until": "2026-12-31T00:00:00Z",
                "scope": [],
                "exclude": [],
                "allow": [],
                "transit": "counts",
            },
            "subjects": [],
            "populations": {},
            "statements": [],
            "started": "2026-11-25T00:00:00Z",
            "inventory": "x",
        },
        archive.Context,
    )
    archive.save(context, first.looked, tmp_path / "x.observations.json")
    restored, looked = archive.load(tmp_path / "x.observations.json")
    again = judge_again(planned("a", "refuses"), Orders(BENCH), looked)
    assert again.results == first.results
    assert restored == context
    assert (tmp_path / "x.observations.json").stat().st_mode & 0o777 == 0o600


def test_gaps_and_their_reasons_survive_the_archive() -> None:
    found = (Gap("Volume", Reason.PRIVILEGE, "sudo", subject="a"), Volume(True, "aes", key="/"))
    restored = archive.decoded(archive.encoded(found))
    assert restored[0] == found[0]
    assert archive.encoded(restored) == archive.encoded(found)


def test_nobody_looked_is_not_a_pass() -> None:
    found = judge_again(planned("a"), Orders(BENCH), {"a": Looked(())})
    assert {r.outcome for r in found.results["a"]} == {Outcome.NOTAPPLICABLE}


def test_subjects_on_a_host_follow_it_at_once() -> None:
    tasks = planned("log", "a", "b", "file").tasks
    tasks[0].subject.on = "b"
    tasks[3].subject.on = "a"

    ordered = [task.subject.id for task in assess.beside_hosts(tasks)]

    assert ordered == ["a", "file", "b", "log"]


def test_waiting_for_a_host_that_others_use_is_not_late() -> None:
    def waits(subject: Any) -> Any:
        waited = 60.0 if subject.id == "waits" else 0.0
        return nullcontext(SimpleNamespace(subject=subject, connections=1, waited=waited))

    found = assess.Assessed(underway={"a": waits(SimpleNamespace(id="waits")).enter_result})
    future: Future[Looked] = Future()
    (task,) = planned("a").tasks

    assert assess._late({future: task}, {"a": 0.0}, found) == [future]  # long ago in any case
    now = time.monotonic()
    assert assess._late({future: task}, {"a": now - 30}, found) == []
