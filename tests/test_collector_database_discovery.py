"""Discovery without a server: what is asked, how answers are taken, what hostile ones do."""

import base64
import gzip
import zlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from rempart.check import Gap, Unknown
from rempart.collectors.database import discovery, grants
from rempart.collectors.database.discovery import keys, scan, words
from rempart.collectors.database.discovery.counts import Counted
from rempart.collectors.database.discovery.dialects import DIALECTS
from rempart.collectors.database.discovery.hashes import Clear, Hashed, compared
from rempart.collectors.database.discovery.packets import with_headers
from rempart.collectors.database.discovery.samples import sample
from rempart.collectors.database.discovery.schema import Field, Table, tables
from rempart.errors import CollectError, Reason, Truncated, Unreachable
from rempart.judge.hashes import SPACES, core_hours
from rempart.observations.columns import SealedColumn
from rempart.observations.datastores import IdentifierColumn
from rempart.observations.identifiers.catalogue import BY_NAME

Answers = list[list[tuple[str | None, ...]] | CollectError]
FIELD = Field("nir", "text", "text", readable=True)
SUBJECT = SimpleNamespace(environment="test", retention=None, rows="sample")
ACCESS = SimpleNamespace(authorisation=None, deadline=SimpleNamespace(remaining=lambda: 30.0))
UTF8: list[tuple[str | None, ...]] = [("UTF8",)]
ONE_TABLE: list[tuple[str | None, ...]] = [("public", "people", "r", "40", "nir", "text", "t", "1")]


class Session:
    """Answers in turn, then the last one again; keeps what was asked."""

    def __init__(self, dialect: str, answers: Answers) -> None:
        self.dialect, self._answers, self.asked = dialect, iter(answers), list[str]()
        self._last: list[tuple[str | None, ...]] | CollectError = []

    def ask(self, statement: str, *, owner: bool = False, seconds: float = 0) -> Any:
        self.asked.append(statement)
        self._last = next(self._answers, self._last)
        if isinstance(self._last, CollectError):
            raise self._last
        return self._last


def look(answers: Answers) -> Iterator[Any]:
    wanted = frozenset({IdentifierColumn})
    return discovery.collect(Session("postgresql", answers), SUBJECT, ACCESS, wanted)


def table(rows: int | None = 40, view: str = "table", **changed: Any) -> Table:
    return Table("public", "people", view, rows, (FIELD,), **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", BY_NAME)
def test_every_class_can_be_asked_of_every_server(dialect: str, name: str) -> None:
    statement = keys.counted(DIALECTS[dialect], name, "x")
    assert statement.count("(") == statement.count(")")
    assert "octet_length(x)" in statement


def test_two_counts_come_back_in_one_sum() -> None:
    assert keys.parted(str(3 * (keys.BOTH + 1) + 4)) == (7, 3)
    assert keys.parted(None) == (0, 0)


@pytest.mark.parametrize(
    "garbled",
    [[], [()], [("x",)], [("many", "5")], [(None,) * 3], [("1",) * 400], [("-5", "nan")]],
)
def test_a_garbled_answer_is_a_gap(garbled: list[tuple[str | None, ...]]) -> None:
    found = list(look([UTF8, ONE_TABLE, garbled]))
    gaps = {item.reason for item in found if isinstance(item, Gap)}
    assert gaps == {Reason.TRUNCATED}
    assert not [item for item in found if isinstance(item, IdentifierColumn)]


def test_a_server_that_goes_away_ends_it_with_its_reason() -> None:
    items = look([UTF8, ONE_TABLE, Unreachable("the connection broke")])
    assert next(items).reason is Reason.UNREACHABLE
    with pytest.raises(Unreachable):
        next(items)


def test_a_catalogue_that_is_none_ends_it() -> None:
    with pytest.raises(Truncated):
        list(look([UTF8, [("public", "people", "r", "many")]]))


def test_rows_that_lie_on_another_server_are_not_asked_for() -> None:
    session = Session("postgresql", [UTF8, [("public", "far", "f", "9", "nir", "text", "t", "0")]])
    gap, *_ = discovery.collect(session, SUBJECT, ACCESS, frozenset({IdentifierColumn}))
    assert isinstance(gap, Gap)
    assert gap.reason is Reason.NOT_AUTHORISED
    assert len(session.asked) == 2


def test_no_time_left_is_said_of_the_tables_that_are_left() -> None:
    late = SimpleNamespace(authorisation=None, deadline=SimpleNamespace(remaining=lambda: 0.0))
    session = Session("postgresql", [UTF8, ONE_TABLE])
    first, *_ = discovery.collect(session, SUBJECT, late, frozenset({IdentifierColumn}))
    assert isinstance(first, Gap)
    assert (first.reason, first.detail) == (Reason.LIMIT, "no time left for 1 of 1 tables")


def test_tables_are_listed_with_what_may_be_read() -> None:
    rows: list[tuple[str | None, ...]] = [
        ("s", "a", "r", "-1", "x", "character varying(20)", "t", "3"),
        ("s", "a", "r", "-1", "y", "bytea", "f", "3"),
        ("s", "v", "v", "0", "z", "text[]", "t", "0"),
    ]
    one, view = tables(Session("postgresql", [rows]))
    assert (one.key, one.rows, one.analysed) == ("s.a", 180, False)
    assert [field.kind for field in one.fields] == ["text", "binary"]
    assert [field.name for field in one.readable] == ["x"]
    assert (view.view, view.fields[0].kind) == ("view", "document")


def test_long_tables_are_sampled_and_short_ones_read_whole() -> None:
    session = Session("postgresql", [])
    assert sample(session, DIALECTS[session.dialect], table()).chosen == "all"
    spread = sample(session, DIALECTS[session.dialect], table(1_000_000))
    assert spread.chosen == "spread"
    assert "TABLESAMPLE SYSTEM (0.5" in spread.origin
    assert "REPEATABLE" in spread.origin
    assert (
        "TABLESAMPLE" not in sample(session, DIALECTS[session.dialect], table(None, "view")).origin
    )
    assert session.asked == []


def test_a_numbered_table_of_mariadb_is_read_in_many_places() -> None:
    session = Session("mysql", [[("nir", "bigint", "1")], [("1", "1000000")]])
    found = sample(session, DIALECTS[session.dialect], table(1_000_000))
    assert found.chosen == "spread"
    assert found.origin.count("UNION ALL") == 49
    beside = Session("mysql", [[(None, None, "0")]])
    assert "rand(" in sample(beside, DIALECTS["mysql"], table(1_000_000)).origin
    assert (
        sample(Session("mysql", [[(None, None, "0")]]), DIALECTS["mysql"], table(10**9)).chosen
        == "first"
    )


@pytest.mark.parametrize(
    ("column", "topic"),
    [
        ("mutuelle", "insurers"), ("code_amc", "insurers"), ("krankenkasse", "insurers"),
        ("nom_naissance", "names"), ("vorname", "names"), ("prenom2", "names"),
        ("diagnostic", "health"), ("code_ccam", "health"), ("ald", "health"),
        ("mot_de_passe", "passwords"), ("password_hash", "passwords"), ("mdp", "passwords"),
    ],
)  # fmt: skip
def test_names_speak_of_what_they_hold(column: str, topic: str) -> None:
    assert words.speaking_of(topic, [column]) == (column,)


@pytest.mark.parametrize("column", ["nombre", "denomination", "compass", "payment", "walden"])
def test_other_names_say_nothing(column: str) -> None:
    assert not any(words.speaking_of(topic, [column]) for topic in words.WORDS)


def test_a_header_is_parsed_and_a_chance_byte_is_none() -> None:
    seen = SealedColumn("openpgp", 100, 0, 64, 64)
    found = with_headers(seen, [(0xC3, 4, 2, 1, 1, 60), (0x8C, 4, 9, 3, 8, 40)])
    assert found is not None
    assert (found.cipher, found.s2k, found.digest) == (
        *("3DES, AES256", "iterated, salted", "MD5, SHA-256"),
    )
    public = with_headers(seen, [(0xC1, 3, 17, 2, 9, 100)])
    assert public is not None
    assert (public.cipher, public.s2k) == ("public key", "")
    assert with_headers(seen, [(0xC3, 77, 1, 1, 1, 100)]) is None


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(b"un secret"),
        zlib.compress(b"un secret"),
        base64.b64encode(gzip.compress(b"un secret")),
        b'{"doc": "' + base64.b64encode(zlib.compress(b"un secret")) + b'"}',
        "un secret de plus".encode("utf-16-le"),
        gzip.compress(gzip.compress(b"un secret")),
    ],
)
def test_envelopes_are_opened(packed: bytes) -> None:
    assert any(b"un secret" in one for one in scan._contents(packed))


def test_an_envelope_has_a_bottom_and_a_size() -> None:
    deep = b"x"
    for _ in range(9):
        deep = gzip.compress(deep)
    assert len(list(scan._contents(deep))) == scan.DEPTH + 1
    bomb = gzip.compress(bytes(40_000_000))
    assert max(map(len, scan._contents(bomb))) <= scan.UNPACKED
    assert next(scan._contents(b"\x1f\x8bbroken")) == b"\x1f\x8bbroken"


def test_hashes_with_nothing_to_compare_are_not_known() -> None:
    session = Session("postgresql", [[]])
    rows = sample(session, DIALECTS[session.dialect], table())
    hashed = Hashed(rows, FIELD, 32, 40)
    (alone,) = compared(session, [hashed], [], 5)
    assert isinstance(alone.matched, Unknown)
    (sha1,) = compared(session, [Hashed(rows, FIELD, 20, 40)], [Clear(rows, FIELD, "nir")], 5)
    assert isinstance(sha1.matched, Unknown)
    assert "no such hash" in sha1.matched.detail
    with_one = Session("postgresql", [[], [("40", "0")]])
    (none,) = compared(with_one, [hashed], [Clear(rows, FIELD, "nir")], 5)
    assert (none.compared, none.matched, none.of) == (40, 0, "public.people.nir")


def test_every_number_has_its_price() -> None:
    assert core_hours("nir", "SHA-256") == 9
    assert core_hours("dni", "MD5") == 1
    assert all(core_hours(name, "SHA-512") >= 1 for name in SPACES)


def test_columns_keep_no_candidate_that_is_none() -> None:
    column = Counted(FIELD, 10)
    column.add("nir", "clear", 0, 0)
    assert column.counts()[0].identifier == ""


@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_grants_quote_the_account_and_read_only(scheme: str) -> None:
    text = grants.script(scheme, "a\"b'c`", "adh")
    orders = [line for line in text.splitlines() if line and not line.startswith("--")]
    verbs = {line.split()[0] for line in orders}
    assert verbs <= {"CREATE", "ALTER", "GRANT"}
    assert not any(" ALL " in line or "INSERT" in line for line in orders)
    assert '"a""b' in text if scheme == "postgresql" else "0x" in text
