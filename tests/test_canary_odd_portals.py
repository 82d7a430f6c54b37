"""Portals as real ones are: what was not seen never passes, and nobody else is named or locked."""

import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from rempart.check import Gap, Observation, Unknown
from rempart.collectors import canary
from rempart.collectors.canary import people, sign_in
from rempart.collectors.canary.forms import sign_in_form, token_header
from rempart.collectors.canary.jar import Jar
from rempart.collectors.canary.ledger import numbers
from rempart.inventory import load
from rempart.observations.canary import (
    CeilingProof,
    CrossAccess,
    EnumerationProof,
    FactorProof,
    LockoutProof,
    SentRequest,
    SessionLife,
    SessionProof,
)
from rempart.scope import Scope
from rempart.transport.access import Access
from tests.odd_portal import CODE, FORM, Made, Odd, odd_portal
from tests.portals import NAME, certificate, gaps, of
from tests.test_collector_canary import INVENTORY, Book
from tests.toy_portal import PASSWORDS, PEOPLE, SECRET

T = TypeVar("T", bound=Observation)
Run = Callable[..., list[Any]]


@pytest.fixture
def audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    for letter in "abc":
        monkeypatch.setenv(f"CANARY_{letter.upper()}", PASSWORDS[f"canary-{letter}"])
    monkeypatch.setenv("CANARY_TOTP", SECRET)
    monkeypatch.setenv("CANARY_NIRS", ",".join(PEOPLE[:30]))
    monkeypatch.setattr(sign_in, "pause", lambda seconds: None)
    monkeypatch.setattr(people, "pause", lambda seconds: None)
    (tmp_path / "mandate.pdf").write_bytes(b"%PDF-1.4")
    issued = certificate(tmp_path)

    def run(odd: Odd, *, change: tuple[str, str] = ("", ""), **keys: Any) -> list[Any]:
        with odd_portal(odd, issued.certificate, issued.key) as port:
            values = {"kind": "form", "login": "/login", "totp": "totp: env:CANARY_TOTP",
                      "ceiling": 10, "failed": 6}  # fmt: skip
            text = INVENTORY.format(
                name=NAME, port=port, ca=issued.ca, allow="canary", **{**values, **keys}
            )
            file = tmp_path / "inventory.yaml"
            file.write_text(text.replace(*change) if change[0] else text, encoding="utf-8")
            inventory = load(file)
            inventory.unlock()
            (subject,) = inventory.subjects
            with Access.open(subject, inventory, Scope.of(inventory.authorisation)) as way:
                way.journal = Book()
                return list(canary.collect(subject, way, frozenset(canary.BRINGS)))

    return run


def one(found: list[Any], kind: type[T]) -> T:
    (seen,) = of(found, kind)
    return seen


def factors(found: list[Any]) -> list[Any]:
    return [one.required for one in of(found, FactorProof) if one.way == "password"]


def test_the_good_world_is_good(audit: Run) -> None:
    found = audit(Odd())
    assert factors(found) == [True, True]
    session = one(found, SessionProof)
    assert (session.ends, session.single, session.no_store) == (True, False, True)
    assert one(found, LockoutProof).locked is False


def test_a_wrong_password_told_with_200_is_no_second_factor(
    audit: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Told(Odd):
        def refused(self) -> Made:
            return 200, "<p>Identifiant ou mot de passe incorrect</p>", []

    monkeypatch.setenv("CANARY_A", "expired")
    monkeypatch.setenv("CANARY_C", "expired")
    found = audit(Told())
    assert isinstance(factors(found)[0], Unknown)
    assert "canary's password" in factors(found)[0].detail
    lock = one(found, LockoutProof)
    assert isinstance(lock.locked, Unknown)
    assert lock.attempts == 0


def test_records_shown_before_the_factor_prove_it_bypassed(audit: Run) -> None:
    class Facade(Odd):
        def rights(self) -> Made:
            return (200, '{"rights": 1, "insurer": 2}', []) if self.state() else (401, "{}", [])

    assert factors(audit(Facade())) == [False, True]


def test_a_page_that_answers_everybody_proves_nothing(audit: Run) -> None:
    class Script(Odd):
        def home(self) -> Made:
            return 200, "<div id=app></div>", []

    odd = Script()
    found = audit(odd)
    assert not of(found, FactorProof)
    assert {gap.type for gap in gaps(found)} >= {"FactorProof", "LockoutProof"}
    assert "POST /login" not in odd.asked


def test_a_portal_in_trouble_is_no_closed_session(audit: Run) -> None:
    class Tired(Odd):
        def home(self) -> Made:
            return (302, "", [("Location", "/login")]) if not self.sid else (503, "", [])

    found = audit(Tired())
    assert not of(found, FactorProof)
    assert any("503" in gap.detail for gap in gaps(found) if gap.type == "FactorProof")


@pytest.mark.parametrize(
    "words",
    [
        "Compte bloqué ? Appelez le support.",
        "Après 9 échecs votre compte sera bloqué.",
        "Konto gesperrt? Hier entsperren.",
    ],
)
def test_words_about_locks_are_no_lock(audit: Run, words: str) -> None:
    class Wordy(Odd):
        def login_page(self) -> Made:
            return 200, f"<p>{words}</p>{FORM}" if "sera" not in words else FORM, []

        def refused(self) -> Made:
            return 401, f"<p>{words} wrong</p>{FORM}", []

    lock = one(audit(Wordy()), LockoutProof)
    assert (lock.attempts, lock.locked) == (6, False)


@pytest.mark.parametrize(
    "words", ["Ihr Konto wurde gesperrt", "Compte verrouillé", "Compte temporairement désactivé"]
)
def test_locks_told_in_words_are_proved_by_the_right_password(audit: Run, words: str) -> None:
    class Locks(Odd):
        def login(self) -> Made:
            if self.wrong.get(self.given.get("user", ""), 0) >= 3:
                return 200, f"<p>{words}</p>{FORM}", []
            return super().login()

    odd = Locks()
    lock = one(audit(odd), LockoutProof)
    assert (lock.attempts, lock.locked, lock.how) == (4, True, "announced")
    assert odd.wrong["canary-a"] <= 2


def test_a_throttle_of_a_second_is_no_ceiling(audit: Run) -> None:
    class Throttle(Odd):
        def __init__(self) -> None:
            super().__init__()
            self.turn = 0

        def rights(self) -> Made:
            self.turn += self.state() == "open"
            if self.turn % 6 == 5:
                return 429, "{}", [("Retry-After", "1")]
            return super().rights()

    ceiling = one(audit(Throttle()), CeilingProof)
    assert (ceiling.read, ceiling.refused) == (20, False)


def test_an_error_told_with_200_is_nobody_read(audit: Run) -> None:
    class Polite(Odd):
        def rights(self) -> Made:
            if self.state() == "open" and len(set(self.people)) >= 5:
                return 200, json.dumps({"error": "quota", "code": 7}), []
            return super().rights()

    ceiling = one(audit(Polite()), CeilingProof)
    assert ceiling.read == 5
    assert ceiling.refused is True


def test_people_who_are_not_found_are_not_read(audit: Run) -> None:
    class Few(Odd):
        def rights(self) -> Made:
            made = super().rights()
            return made if len(self.people) < 4 else (404, "{}", [])

    ceiling = one(audit(Few()), CeilingProof)
    assert ceiling.read == 3
    assert isinstance(ceiling.refused, Unknown)


def test_a_session_that_ends_is_no_ceiling(audit: Run) -> None:
    class Short(Odd):
        def rights(self) -> Made:
            if len(self.people) == 7:
                self.sessions.pop(self.sid, None)
            return super().rights()

    ceiling = one(audit(Short()), CeilingProof)
    assert isinstance(ceiling.refused, Unknown)
    assert ceiling.stops == "session"


def test_a_cookie_that_always_changes_is_no_new_session(audit: Run) -> None:
    class Fixed(Odd):
        def login_page(self) -> Made:
            sid = self.sid or secrets.token_hex(12)
            return 200, FORM, [("Set-Cookie", f"sid={sid}; Path=/; Secure")]

        def begin(self, account: str) -> Made:
            self.sessions[self.sid], self.owners[self.sid] = "half", account
            return 302, "", [("Location", "/otp"), ("Set-Cookie", f"x={secrets.token_hex(9)}")]

    found = audit(Fixed())
    assert one(found, SessionProof).rotated is False


def test_a_page_that_greets_its_reader_is_still_the_owners(audit: Run) -> None:
    class Greeting(Odd):
        def claim(self, number: str) -> Made:
            if self.state() != "open":
                return 401, "", []
            who = self.owners[self.sid]
            words = " ".join(f"line{n}" for n in range(30))
            return 200, f"<p>Bonjour {who}</p> claim {number} {words}", []

    assert {access.same for access in of(audit(Greeting()), CrossAccess)} == {True}


def test_a_way_out_that_is_refused_signs_nobody_out(audit: Run) -> None:
    class Guarded(Odd):
        def logout(self) -> Made:
            return 403, "forged", []

    ends = one(audit(Guarded()), SessionProof).ends
    assert isinstance(ends, Unknown)
    assert "403" in ends.detail


def test_a_way_out_gets_the_token_its_form_carries(audit: Run) -> None:
    class Guarded(Odd):
        def home(self) -> Made:
            status, _, headers = super().home()
            form = '<form action="/logout" method=post><input type=hidden name=t value=v></form>'
            return status, form, headers

        def logout(self) -> Made:
            return super().logout() if self.given.get("t") == "v" else (403, "forged", [])

    assert one(audit(Guarded()), SessionProof).ends is True


def test_a_one_time_code_is_never_sent_twice(audit: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(sign_in, "pause", waited.append)
    assert one(audit(Odd()), SessionProof).single is False
    assert len(waited) == 1
    assert 0 < waited[0] <= 31


def test_a_second_factor_on_the_address_of_the_first(audit: Run) -> None:
    class Same(Odd):
        def begin(self, account: str) -> Made:
            _, _, headers = super().begin(account)
            body = '<form method="post" action="/otp"><input name="code"></form>'
            return 200, body, headers[1:]

        def otp_page(self) -> Made:
            return 404, "", []

    assert factors(audit(Same())) == [True, True]


def test_forms_as_portals_have_them(audit: Run) -> None:
    class Many(Odd):
        def login_page(self) -> Made:
            page = (
                '<base href="/in/"><!-- <form><input type=password name=old></form> -->'
                '<form method=post action="/register"><input type=password name=new></form>'
                '<form method=post action="post"><input name=user><input type=password '
                "name=password><button name=go value=1>Entrer</button></form>"
            )
            return 200, page, [("Set-Cookie", "__Host-t=1; Path=/; Secure")]

        def answer(self, method: str, path: str) -> Made:
            if (method, path) == ("POST", "/in/post"):
                fit = self.given.get("go") == "1" and "__Host-t" in self.cookies
                return self.login() if fit else (403, "forged", [])
            return super().answer(method, path)

    odd = Many()
    assert factors(audit(odd)) == [True, True]
    assert not [path for path in odd.asked if "register" in path]


def test_a_form_that_would_put_the_password_into_an_address_is_not_sent(audit: Run) -> None:
    class Get(Odd):
        def login_page(self) -> Made:
            return 200, FORM.replace("post", "get"), []

    odd = Get()
    found = audit(odd)
    assert not [path for path in odd.asked if "right-a" in path]
    assert any("address" in gap.detail for gap in gaps(found) if gap.type == "FactorProof")


def test_a_single_page_application_with_nested_tokens(audit: Run) -> None:
    class Api(Odd):
        def login(self) -> Made:
            made = super().login()
            if made[0] != 302:
                return 200, '{"error": "invalid credentials"}', []
            sid = made[2][1][1].split("=")[1].split(";")[0]
            said = {"data": {"auth": {"access_token": sid, "refresh_token": "r" * 32}}}
            return 200, json.dumps(said), []

        @property
        def sid(self) -> str:
            return (self.headers.get("Authorization") or "").removeprefix("Bearer ")

        def otp(self) -> Made:
            status, _, _ = super().otp()
            return (200, "{}", []) if status == 302 else (401, "{}", [])

    found = audit(Api(), kind="json")
    assert factors(found) == [True, True]
    assert isinstance(one(found, SessionLife).overall_seconds, Unknown)
    assert one(found, LockoutProof).locked is False
    assert next(proof.differs for proof in of(found, EnumerationProof)) is False


def test_look_ups_by_post_name_nobody_in_the_list(
    audit: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = Odd()
    body = '"/api/rights"\n        method: POST\n        body: \'{"nir": "{beneficiary}"}\''
    found = audit(odd, change=('"/api/rights?nir={beneficiary}"', body))
    assert set(odd.people) <= set(PEOPLE)
    assert one(found, CeilingProof).read == 20


def test_identifiers_in_odd_spellings_are_not_kept(
    audit: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd_ones = [".".join((p[0], p[1:3], p[3:5], p[5:7], p[7:10], p[10:13], p[13:])) for p in PEOPLE]
    monkeypatch.setenv("CANARY_NIRS", ",".join(odd_ones[:30]))
    found = audit(Odd())
    listed = [sent.path for sent in of(found, SentRequest) if "rights" in sent.path]
    assert set(listed) == {"/api/rights?nir={beneficiary}"}


def test_a_redirect_to_a_stranger_is_not_followed(audit: Run) -> None:
    far = PEOPLE[150]
    cuts = ((0, 1), (1, 3), (3, 5), (5, 7), (7, 10), (10, 13), (13, 15))
    cut = "%20".join(far[start:end] for start, end in cuts)

    class Leads(Odd):
        def login_page(self) -> Made:
            return 302, "", [("Location", f"/file/{cut}")]

    odd = Leads()
    found = audit(odd)
    assert not [path for path in odd.asked if path.startswith("GET /file")]
    assert far[:5] not in str(found)


def test_the_browsers_rules_of_cookies() -> None:
    jar, url = Jar(), "https://a.example/in/login"
    for header in (
        "sid=1; Path=/",
        "sid=2; Path=/in",
        "api=3; Path=/api",
        "__Host-x=4; Path=/in; Secure",
        "__Host-y=5; Path=/; Secure",
        "far=6; Domain=other.example",
        "gone=7; Path=/",
        "gone=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/",
        "odd[1]={8}",
        "=9",
        "nothing",
    ):
        jar.keep(url, header)
    assert jar.sent(url) == {"sid": "2", "__Host-y": "5", "odd[1]": "{8}"}
    assert jar.sent("https://a.example/") == {"sid": "1", "__Host-y": "5"}
    assert "__Host-y" not in jar.sent("http://a.example/")


def test_tokens_of_pages_and_hostile_pages() -> None:
    page = '<meta name="_csrf" content="t1"><meta name="_csrf_header" content="X-T">'
    assert token_header(page) == {"X-T": "t1"}
    assert token_header('<meta name="csrf-token" content="a\nb">') == {}
    assert sign_in_form("<!--" * 120_000 + FORM) is None
    assert sign_in_form(CODE) is None


def test_identifiers_beside_words_are_seen() -> None:
    nir = PEOPLE[0]
    for text in (f"NIR {nir}", f"1&nbsp;{nir[1:]}", f"{nir[:3]}<b>{nir[3:]}</b>", f"12 {nir}"):
        assert nir in list(numbers(text, ("nir",)))


def test_gaps_say_what_to_do(audit: Run) -> None:
    class Unnamed(Odd):
        def login_page(self) -> Made:
            return 200, '<form><input id=u><input type="password" id=p></form>', []

    found = audit(Unnamed())
    details = [gap.detail for gap in found if isinstance(gap, Gap) and gap.type == "FactorProof"]
    assert details
    assert all("without a name" in detail and "login.kind json" in detail for detail in details)


def test_what_no_canary_came_to_is_a_gap(audit: Run) -> None:
    class Provider(Odd):
        def login_page(self) -> Made:
            return 302, "", [("Location", "https://auth.esante.gouv.fr/x")]

    missed = {gap.type for gap in gaps(audit(Provider(), kind="oidc"))}
    assert missed >= {"CrossAccess", "AlarmRaised", "CeilingProof", "LockoutProof"}

    class Moved(Odd):
        def claim(self, number: str) -> Made:
            return 404, "", []

    found = audit(Moved())
    assert not of(found, CrossAccess)
    assert sum(gap.type == "CrossAccess" for gap in gaps(found)) == 2


@pytest.mark.parametrize("spelled", ["sid={}", "Cookie: a=b; sid={}", "cookie:sid={}"])
def test_a_session_handed_over_is_used_and_its_factor_left_open(
    audit: Run, monkeypatch: pytest.MonkeyPatch, spelled: str
) -> None:
    odd = Odd()
    odd.sessions["given"], odd.owners["given"] = "open", "canary-a"
    monkeypatch.setenv("CANARY_SESSION", spelled.format("given"))
    found = audit(
        odd,
        kind="session",
        change=("password: env:CANARY_A", "session: env:CANARY_SESSION"),
    )
    assert isinstance(factors(found)[0], Unknown)
    assert one(found, CeilingProof).read == 20
    assert one(found, SessionProof).ends is True
    assert one(found, SessionProof).single is None
