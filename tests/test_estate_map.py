from rempart.check import Outcome
from rempart.errors import Reason
from rempart.report.estate_map import beside, columns, reach, stores
from rempart.report.findings import Findings
from tests.samples import result, sample_run, unseen


def test_the_way_in_ends_at_the_data_and_shows_the_worst_of_each() -> None:
    nodes = [[(one.id, one.state) for one in column] for column in columns(Findings(sample_run()))]
    assert nodes == [
        [("pro", "fail")],
        [("claims-1", "fail"), ("claims-2", "fail")],
        [("adh", "notchecked")],
    ]
    assert [one.id for one in beside(Findings(sample_run()))] == ["infra"]


def test_a_subject_nobody_judged_is_not_good() -> None:
    run = sample_run(results=(result(outcome=Outcome.PASS), unseen("a.b", "pro", Reason.LIMIT, "")))
    states = {one.id: one.state for column in columns(Findings(run)) for one in column}
    assert states == {
        "pro": "notchecked",
        "claims-1": "pass",
        "claims-2": "notapplicable",
        "adh": "notapplicable",
    }


def test_a_layer_is_encrypted_only_when_that_was_seen() -> None:
    unknown = {"seen": "unknown", "reason": "truncated"}
    layers = (
        {"kind": "file", "name": "a", "encrypted": True, "key_holder": "HSM"},
        {"kind": "mount", "name": "b", "encrypted": False, "key_holder": unknown},
        {"kind": "mount", "name": "c", "encrypted": unknown},
    )
    copy = {"kind": "original", "name": "adh", "subject": "adh", "encrypted": 1, "layers": layers}
    (store,) = stores(
        sample_run(graphs=({"type": "StoreChain", "subject": "adh", "copies": (copy,)},))
    )
    assert store.copies[0].state == "notchecked"
    told = [(one.state, one.reason, one.holder) for one in store.copies[0].layers]
    assert told == [("pass", "", "HSM"), ("fail", "", ""), ("notchecked", "truncated", "")]


def test_other_graphs_are_passed_over() -> None:
    run = sample_run(graphs=({"type": "Curve"}, {"type": "StoreChain"}))
    assert [one.copies for one in stores(run)] == [()]
    assert reach(run) == ()
