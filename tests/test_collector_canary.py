"""Every probe in its good and its bad world, and in mixed ones, on a portal that is ours."""

import base64
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest

from rempart.check import Observation, Reason, Unknown
from rempart.collectors import canary
from rempart.collectors.canary import people, sign_in
from rempart.collectors.canary.account import _token_life
from rempart.collectors.canary.forms import sign_in_form
from rempart.collectors.canary.ledger import numbers
from rempart.collectors.canary.totp import code
from rempart.inventory import load
from rempart.observations.canary import (
    AlarmRaised,
    CeilingProof,
    CrossAccess,
    EnumerationProof,
    FactorProof,
    FieldsReturned,
    ForeignData,
    LockoutProof,
    ObjectNames,
    SentRequest,
    SessionLife,
    SessionProof,
)
from rempart.scope import Scope
from rempart.transport.access import Access
from tests.portals import NAME, certificate, gaps, of
from tests.toy_portal import (
    LETTER,
    PASSWORDS,
    PEOPLE,
    SECRET,
    STRANGER,
    Portal,
    World,
    toy_portal,
)

T = TypeVar("T", bound=Observation)
INVENTORY = """
schema: rempart.inventory/1
organisation: Tiers Payant Démonstration
language: fr
authorisation:
  reference: TEST-1
  granted_by: DSI
  contact: soc@payer.example
  valid: {{from: 2026-01-01T00:00:00+01:00, until: 2046-12-31T23:59:59+01:00}}
  scope: ["127.0.0.0/8", "{name}"]
  document: file:mandate.pdf
  allow: [{allow}]
  budget: {{connections: 60, requests: 900, per_second: 1000, seconds: 60}}
subjects:
  portals:
    - id: pro
      url: https://{name}/
      connect: 127.0.0.1:{port}
      ca: file:{ca}
      login:
        kind: {kind}
        url: {login}
        fields: {{account: user, password: password}}
        signed_in: {{url: /home, status: 200}}
        second_factor: {{url: /otp, field: code, kind: totp}}
        logout: {{method: POST, url: /logout}}
        reset: {{url: /forgotten, field: mail}}
      lookup:
        url: "/api/rights?nir={{beneficiary}}"
        ceiling: {ceiling} people/hour
        needed: [rights, insurer]
      canaries:
        - account: canary-a
          password: env:CANARY_A
          {totp}
          beneficiaries: env:CANARY_NIRS
          objects: [/claims/17]
        - account: canary-b
          password: env:CANARY_B
          {totp}
          objects: [/claims/18]
        - {{account: canary-c, password: env:CANARY_C, may_be_locked: true}}
      absent_accounts: [canary-none]
      canary_budget: {{requests: 300, failed_sign_ins: {failed}, lookups: 130}}
"""


@dataclass
class Book:
    """What was journalled."""

    entries: list[str] = field(default_factory=list)
    locked: str = ""

    def attempt(self, subject: str, what: str) -> None:
        self.entries.append(what)

    def attempted(self, subject: str) -> tuple[str, ...]:
        return tuple(self.entries)

    def last(self, subject: str, what: str) -> str:
        return self.locked


@dataclass
class Audited:
    found: list[Any]
    portal: Portal
    book: Book

    def one(self, kind: type[T]) -> T:
        (seen,) = of(self.found, kind)
        return seen

    def of(self, kind: type[T]) -> list[T]:
        return of(self.found, kind)


@pytest.fixture
def audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    for letter in "abc":
        monkeypatch.setenv(f"CANARY_{letter.upper()}", PASSWORDS[f"canary-{letter}"])
    monkeypatch.setenv("CANARY_TOTP", SECRET)
    monkeypatch.setenv("CANARY_NIRS", ",".join(PEOPLE[:40]))
    (tmp_path / "mandate.pdf").write_bytes(b"%PDF-1.4")
    monkeypatch.setattr(sign_in, "pause", lambda seconds: None)
    monkeypatch.setattr(people, "pause", lambda seconds: None)
    issued = certificate(tmp_path)

    @contextmanager
    def served(world: World) -> Iterator[Portal]:
        with toy_portal(world, issued.certificate, issued.key) as portal:
            yield portal

    def run(
        world: World, *, allow: str = "canary", ceiling: int = 10, failed: int = 8, **keys: Any
    ) -> Audited:
        book, ask = keys.pop("book", Book()), keys.pop("ask", None)
        with served(world) as portal:
            values = {
                "kind": world.kind,
                "login": "/api/login" if world.kind == "json" else "/login",
                "totp": "totp: env:CANARY_TOTP",
            }
            text = INVENTORY.format(
                name=NAME, port=portal.port, ca=issued.ca, allow=allow, ceiling=ceiling,
                failed=failed, **{**values, **keys},
            )  # fmt: skip
            file = tmp_path / "inventory.yaml"
            file.write_text(text, encoding="utf-8")
            inventory = load(file)
            inventory.unlock()
            (subject,) = inventory.subjects
            with Access.open(subject, inventory, Scope.of(inventory.authorisation)) as way:
                way.journal, way.ask = book, ask
                found = list(canary.collect(subject, way, frozenset(canary.BRINGS)))
        return Audited(found, portal, book)

    return run


def test_the_good_world_passes_every_probe(audit: Any) -> None:
    seen = audit(World())
    assert {
        (one.key, one.required, one.asked) for one in seen.of(FactorProof) if one.way == "password"
    } == {
        ("canary-a", True, "totp"),
        ("canary-b", True, "totp"),
    }
    session = seen.one(SessionProof)
    assert (session.rotated, session.ends, session.single, session.no_store) == (True,) * 4
    life = seen.one(SessionLife)
    assert (life.overall_seconds, life.told_by) == (1800, "sid")
    ceiling = seen.one(CeilingProof)
    assert (ceiling.read, ceiling.refused, ceiling.stops) == (10, True, "people")
    assert seen.one(FieldsReturned).returned == ("insurer", "rights")
    assert [(one.other, one.same) for one in seen.of(CrossAccess)] == [(403, False)] * 2
    assert seen.one(ObjectNames).walkable is True
    assert [one.differs for one in seen.of(EnumerationProof)] == [False, False]
    assert isinstance(seen.one(AlarmRaised).after, Unknown)
    lock = seen.one(LockoutProof)
    assert (lock.attempts, lock.locked, lock.how) == (6, True, "announced")
    assert seen.one(ForeignData).shown is False
    assert not gaps(seen.found)


def test_the_world_of_2024_fails_every_probe(audit: Any) -> None:
    world = World(
        factor=False,
        rotates=False,
        logout_kills=False,
        single=False,
        no_store=False,
        ceiling=None,
        minimal=False,
        guarded_objects=False,
        tells_absent="text",
        reset_tells=True,
        lock_after=None,
    )
    seen = audit(world)
    assert {one.required for one in seen.of(FactorProof) if one.way == "password"} == {False}
    session = seen.one(SessionProof)
    assert (session.rotated, session.ends, session.single, session.no_store) == (False,) * 4
    ceiling = seen.one(CeilingProof)
    assert (ceiling.read, ceiling.refused) == (20, False)
    assert {"nir", "birth", "name.first"} <= set(seen.one(FieldsReturned).returned)
    assert {one.same for one in seen.of(CrossAccess)} == {True}
    assert {one.key: one.tells for one in seen.of(EnumerationProof)} == {
        "sign-in": ("text",),
        "reset": ("text",),
    }
    lock = seen.one(LockoutProof)
    assert (lock.attempts, lock.locked, lock.how, lock.slowed) == (8, False, "", False)


@pytest.mark.parametrize("kind", ["form", "json"])
def test_a_single_page_application_signs_in_with_json(audit: Any, kind: str) -> None:
    seen = audit(World(kind=kind))
    assert {one.required for one in seen.of(FactorProof) if one.way == "password"} == {True}
    assert seen.one(CeilingProof).read == 10
    assert seen.one(SessionProof).ends is True


@pytest.mark.parametrize("stops", ["people", "requests", "address"])
def test_what_a_ceiling_is_about(audit: Any, stops: str) -> None:
    assert audit(World(ceiling_of=stops)).one(CeilingProof).stops == stops


def reset(seen: Audited) -> FactorProof:
    (proof,) = [one for one in seen.of(FactorProof) if one.way == "reset"]
    return proof


@pytest.mark.parametrize(("opens", "required"), [("", True), ("link", False), ("unbinds", False)])
def test_the_way_back_in_keeps_the_factor_or_passes_it_by(
    audit: Any, opens: str, required: bool
) -> None:
    asked: list[str] = []
    seen = audit(World(reset_opens=opens), ask=partial(_letter, asked))
    assert asked == ["link in the letter to canary-a, nothing to leave it out"]
    assert reset(seen).required is required
    assert LETTER not in repr(seen.of(SentRequest))
    assert "{link of the letter}" in {one.path for one in seen.of(SentRequest)}


def _letter(asked: list[str], what: str) -> str:
    asked.append(what)
    return f"https://{NAME}/reset?key={LETTER}"


@pytest.mark.parametrize(
    ("world", "ask", "why"),
    [
        (World(), None, "--ask"),
        (World(), lambda what: "", "not handed over"),
        (World(), lambda what: f"https://elsewhere.example/reset?key={LETTER}", "another host"),
        (World(), lambda what: f"http://{NAME}/reset?key={LETTER}", "another host"),
        (World(), lambda what: f"https://{NAME}/claims/17", "no field"),
        (World(reset_takes=False), partial(_letter, []), "old password"),
    ],
)
def test_a_way_back_that_was_not_gone_stays_open(
    audit: Any, world: World, ask: Any, why: str
) -> None:
    required = reset(audit(world, ask=ask)).required
    assert isinstance(required, Unknown)
    assert why in required.detail


def test_a_difference_in_time_is_suspected_and_no_more(audit: Any) -> None:
    seen = audit(World(tells_absent="time"))
    (differs,) = [one.differs for one in seen.of(EnumerationProof) if one.key == "sign-in"]
    assert isinstance(differs, Unknown)
    assert differs.reason is Reason.UNRESOLVED
    assert "suspected" in differs.detail


def test_a_cached_answer_does_not_say_that_people_are_counted(audit: Any) -> None:
    assert audit(World(ceiling_of="requests", keeps=True)).one(CeilingProof).stops == "requests"


def test_a_ceiling_that_cannot_be_reached_stays_open(audit: Any) -> None:
    ceiling = audit(World(ceiling=None), ceiling=60).one(CeilingProof)
    assert isinstance(ceiling.refused, Unknown)
    assert ceiling.refused.reason is Reason.UNRESOLVED
    assert ceiling.read == 40


def test_a_silent_lock_is_proved_by_the_right_password(audit: Any) -> None:
    lock = audit(World(lock="silent")).one(LockoutProof)
    assert (lock.attempts, lock.locked, lock.how) == (8, True, "silent")


def test_a_portal_that_slows_an_address(audit: Any) -> None:
    lock = audit(World(lock_after=None, slow_after=6)).one(LockoutProof)
    assert lock.slowed is True
    assert lock.address is True
    assert isinstance(lock.locked, Unknown)


def test_only_the_canary_that_may_be_is_locked(audit: Any) -> None:
    seen = audit(World())
    assert seen.portal.failed["canary-c"] >= 5
    assert seen.portal.failed.get("canary-a", 0) <= 2
    assert seen.portal.failed.get("canary-b", 0) <= 2
    order = [one for one in seen.of(SentRequest) if one.purpose == "sign_in"]
    assert [one.account for one in order][-1] == "canary-c"


def test_every_request_is_listed_and_names_no_person(audit: Any) -> None:
    seen = audit(World())
    sent = seen.of(SentRequest)
    assert len(sent) == len(seen.portal.asked)
    assert [one.number for one in sent] == list(range(1, len(sent) + 1))
    text = " ".join(map(str, seen.found))
    for one in PEOPLE[:40]:
        assert all(one[start : start + 5] not in text for start in range(0, 11, 5))


def test_a_stranger_in_an_answer_ends_everything(audit: Any) -> None:
    seen = audit(World(shows_stranger=True))
    foreign = seen.one(ForeignData)
    assert (foreign.shown, foreign.status, foreign.path) == (True, 200, "/api/rights")
    assert "dependants.nir" in foreign.fields
    assert not seen.of(LockoutProof)
    missed = {gap.type for gap in gaps(seen.found)}
    assert {"LockoutProof", "CeilingProof", "SessionProof"} <= missed
    shown = [one for one in seen.of(SentRequest) if "/api/rights" in one.path]
    assert [one.status for one in shown] == [401, 200]
    assert STRANGER[:5] not in " ".join(map(str, seen.found))


def test_without_the_mandate_nothing_is_sent(audit: Any) -> None:
    seen = audit(World(), allow="active")
    assert seen.portal.asked == []
    assert {gap.reason for gap in gaps(seen.found)} == {Reason.NOT_AUTHORISED}
    assert {gap.type for gap in gaps(seen.found)} == {kind.__name__ for kind in canary.PROOFS}


def test_after_an_interruption_nothing_is_sent_again(audit: Any) -> None:
    seen = audit(World(), book=Book(["sign-in of canary-a"]))
    assert seen.portal.asked == []
    assert {gap.reason for gap in gaps(seen.found)} == {Reason.INTERRUPTED}


def test_sign_ins_are_journalled_before_they_are_sent(audit: Any) -> None:
    seen = audit(World())
    posts = [path for method, path in seen.portal.asked if (method, path) == ("POST", "/login")]
    assert len([one for one in seen.book.entries if one.startswith("sign-in")]) == len(posts)


def test_an_account_is_not_locked_again_within_the_month(audit: Any) -> None:
    days = [datetime.now(UTC) - timedelta(days=one) for one in (3, 40)]
    soon, later = (audit(World(), book=Book(locked=day.isoformat())) for day in days)
    (gap,) = [one for one in gaps(soon.found) if one.type == "LockoutProof"]
    assert (gap.reason, gap.detail[:17]) == (Reason.LIMIT, "locked 3 days ago")
    assert soon.portal.failed.get("canary-c", 0) == 0
    assert later.one(LockoutProof).locked is True
    assert "seldom: lock of canary-c" in later.book.entries


def test_a_captcha_is_named_and_what_to_do(audit: Any) -> None:
    seen = audit(World(captcha=True))
    found = [gap.detail for gap in gaps(seen.found) if gap.type == "FactorProof"]
    assert found
    assert all("captcha" in detail and "login.kind" in detail for detail in found)


def test_canaries_stop_where_an_identity_provider_begins(audit: Any) -> None:
    seen = audit(World(provider="https://auth.esante.gouv.fr/login"))
    proofs = [one.required for one in seen.of(FactorProof)]
    assert len(proofs) == 2
    for one in proofs:  # whether the provider asks for more was not seen: that is no pass
        assert isinstance(one, Unknown)
        assert "auth.esante.gouv.fr" in one.detail


def test_the_budget_of_requests_is_kept(audit: Any) -> None:
    seen = audit(World(ceiling=None), ceiling=19, failed=1)
    assert len(seen.portal.asked) <= 300
    assert seen.one(LockoutProof).attempts == 1


def test_a_code_is_that_of_rfc_6238() -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert [code(secret, moment) for moment in (59, 1111111109, 2000000000)] == [
        "287082",
        "081804",
        "279037",
    ]


def test_a_code_can_be_asked_for_at_the_terminal(audit: Any) -> None:
    asked: list[str] = []

    def ask(what: str) -> str:
        asked.append(what)
        return code(SECRET, time.time())

    seen = audit(World(), ask=ask, totp="")
    assert asked[:2] == ["one-time code of canary-a", "one-time code of canary-b"]
    assert seen.one(CeilingProof).read == 10


def test_a_session_that_says_nothing_of_its_end_is_not_known(audit: Any) -> None:
    life = audit(World(life=0)).one(SessionLife)
    assert isinstance(life.overall_seconds, Unknown)


def test_a_tokens_life_is_read_from_it() -> None:
    said = base64.urlsafe_b64encode(b'{"iat": 1000, "exp": 4600}').decode().rstrip("=")
    assert _token_life(f"x.{said}.y") == 3600
    assert [_token_life(one) for one in ("", "a.b", "a.!.c", "a.e30.c")] == [None] * 4


def test_forms_are_read_and_hostile_ones_end() -> None:
    page = (
        '<form action="/s"><input name="q"></form><form method=post action="/in?a=1&amp;b=2">'
        '<input type=hidden name="t" value="x&quot;y"><input type="email" name="mail">'
        "<input type='password' name='pw'></form>"
    )
    form = sign_in_form(page)
    assert form is not None
    assert (form.action, form.method) == ("/in?a=1&b=2", "POST")
    assert form.carried == {"t": 'x"y'}
    assert (form.texts, form.passwords) == (("mail",), ("pw",))
    assert sign_in_form("<form " * 200_000) is None


def test_identifiers_are_found_however_they_are_written() -> None:
    nir = PEOPLE[0]
    spaced = re.sub(r"(.)(..)(..)(..)(...)(...)(..)", r"\1 \2 \3 \4 \5 \6 \7", nir)
    for text in (nir, f'{{"nir":"{nir}"}}', f"?nir={nir}&x=1", spaced):
        assert list(numbers(text, ("nir",))) == [nir]
    assert not list(numbers("1763836800000 20261125101530", ("nir",)))
