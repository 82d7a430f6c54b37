from rempart.check import Outcome
from rempart.errors import Reason
from rempart.report.estate_map import StoreView, beside, columns, reach, stores
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


COLUMN: dict[str, object] = {"kind": "column", "name": "adh.people.nir", "encrypted": False}
MOUNT: dict[str, object] = {
    "kind": "mount",
    "name": "db:/srv",
    "encrypted": True,
    "key_holder": "host",
}
FOLDER: dict[str, object] = {"kind": "folder", "name": "/srv/pg", "encrypted": None}


def chain(*copies: dict[str, object], **more: object) -> StoreView:
    graph = {"type": "StoreChain", "subject": "adh", "copies": copies, **more}
    (store,) = stores(sample_run(graphs=(graph,)))
    return store


def copy(name: str, kind: str, *layers: dict[str, object], **more: object) -> dict[str, object]:
    found = {"name": name, "kind": kind, "subject": "adh", "encrypted": True, "layers": layers}
    return {**found, **more}


def test_each_copy_says_whom_it_keeps_out_and_the_store_the_least_of_it() -> None:
    store = chain(
        copy("adh", "original", COLUMN, FOLDER, MOUNT),
        copy("nightly", "backup", {"kind": "file", "name": "restic", "encrypted": True}),
    )
    told = {one.name: one.against for one in store.copies}
    assert told["adh"] == ("pass", "notapplicable", "fail", "fail", "fail")
    assert told["nightly"] == ("pass", "pass", "notchecked", "notapplicable", "notchecked")
    assert store.against == ("pass", "pass", "fail", "fail", "fail")
    original = store.copies[0]
    assert (original.key, original.below) == ("host", "/srv/pg")
    assert store.clear is not None
    assert (store.clear.name, store.clear.state) == ("adh.people.nir", "fail")


def test_copies_that_rest_alike_are_drawn_once() -> None:
    tmp: dict[str, object] = {
        "kind": "engine",
        "name": "x = 1, encrypt_tmp_files = OFF",
        "encrypted": False,
    }
    store = chain(
        copy("adh: one", "original", MOUNT),
        copy("adh: two", "original", MOUNT),
        copy("temporary files", "temporary", tmp, MOUNT),
        copy("temporary tables", "temporary", tmp, MOUNT),
        copy("redo", "redo", tmp, MOUNT),
    )
    assert [one.name for one in store.drawn] == [
        *("adh: one", "adh: two"),
        "temporary files, temporary tables",
        "redo",
    ]
    assert store.copies[2].data is not None
    assert store.copies[2].data.short == "encrypt_tmp_files = OFF"


def test_what_a_store_holds_is_told_by_the_label_of_its_class() -> None:
    held: dict[str, object] = {"identifier": "nir", "columns": 2, "valid": 900, "sampled": 1000}
    store = chain(holdings=(held, {"identifier": "strange"}), profile=("adh.people",))
    assert [(one.identifier, one.columns, one.valid) for one in store.holds] == [
        ("NIR", 2, 900),
        ("", 0, 0),
    ]
    assert (store.profile, store.against) == (("adh.people",), ())


def test_an_older_run_without_holdings_is_drawn_all_the_same() -> None:
    old = chain(copy("adh", "original", {"kind": "file", "name": "adh.db", "encrypted": False}))
    assert old.against == ("fail", "notchecked", "fail", "fail", "fail")
    assert old.holds == ()
    (held,) = chain(identifiers=("nir",)).holds
    assert (held.identifier, held.columns) == ("NIR", 0)


def test_columns_that_were_read_and_hold_nobody_are_told_from_unread_ones() -> None:
    unread = {"seen": "unknown", "reason": "privilege"}
    assert chain(identifiers=()).read
    assert not chain(identifiers=unread).read
    assert not chain().read
