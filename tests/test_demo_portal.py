"""The demonstration's portal, looked at by the collectors and judged by the checks."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rempart import catalogue
from rempart.check import Outcome
from rempart.collectors import Seen, portal, tls
from rempart.demo.portal import serve
from rempart.observations.http import Cookie, ExposedFile, Hsts, Page, PlainRedirect, SecurityTxt
from rempart.observations.tls import Certificate, TlsVersion
from rempart.verdicts import Bench, Sight, verdicts
from rempart.yardsticks import Yardsticks
from tests.portals import access, gaps, look, of

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Seen]]:
    folder = tmp_path_factory.mktemp("demo")
    with serve(folder) as served:
        keys = {
            "connect": f"127.0.0.1:{served.https}",
            "plain": f"127.0.0.1:{served.plain}",
            "ca": f"file:{served.ca}",
            "login": "{kind: form, url: /connexion}",
        }
        seen = [*look(tls, access(folder, **keys)), *look(portal, access(folder, **keys))]
        yield [replace(item, subject="pro", taken=datetime.now(UTC)) for item in seen]


def judged(found: list[Seen], check: str, authority: str = "") -> dict[str, Outcome]:
    """The outcome of a check on each thing it looked at."""
    layer = catalogue.Layer("rempart", ROOT)
    entry = catalogue.entries([layer])[check]
    books = Yardsticks.load([ROOT / "audits" / "yardsticks"])
    bench = Bench(books, (authority,) if authority else ())
    records = verdicts(entry.check, Sight.of("pro", found), bench)
    return {record.instance: record.outcome for record in records}


def test_everything_is_seen(found: list[Seen]) -> None:
    assert {gap.type for gap in gaps(found)} == {"TlsFlaw"}  # what looks like an attack
    kinds = (Certificate, TlsVersion, Page, Hsts, Cookie, PlainRedirect, SecurityTxt, ExposedFile)
    assert all(of(found, kind) for kind in kinds)


def test_what_is_right_passes(found: list[Seen]) -> None:
    assert judged(found, "tls.certificate_valid") == {"portail.payer.example:443": Outcome.PASS}
    assert set(judged(found, "portal.https_redirect").values()) == {Outcome.PASS}
    versions = judged(found, "tls.versions", "anssi")
    assert len(versions) == 6
    assert set(versions.values()) == {Outcome.PASS}
    headers = judged(found, "portal.headers")
    assert headers["/connexion X-Content-Type-Options"] is Outcome.PASS


def test_what_is_wrong_fails(found: list[Seen]) -> None:
    assert judged(found, "portal.session_cookies") == {"PROSESSION": Outcome.FAIL}
    files = judged(found, "portal.exposed_files")
    assert files == {"/.git/HEAD": Outcome.FAIL, "/.git/config": Outcome.FAIL}
    assert judged(found, "portal.security_txt") == {"security.txt": Outcome.FAIL}
    assert judged(found, "portal.hsts", "asvs") == {"/": Outcome.FAIL}
    assert judged(found, "portal.headers")["/connexion frame-ancestors"] is Outcome.FAIL


def test_authorities_differ_about_three_years(found: list[Seen]) -> None:
    said = {
        authority: next(iter(judged(found, "tls.certificate_lifetime", authority).values()))
        for authority in ("anssi", "nist", "cabf")
    }
    assert said == {
        "anssi": Outcome.FAIL,
        "nist": Outcome.PASS,
        "cabf": Outcome.NOTAPPLICABLE,
    }


def test_files_it_writes_are_its_owners_alone(tmp_path: Path) -> None:
    with serve(tmp_path):
        modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    assert modes == {"portal-ca.pem": 0o600, "portal.key": 0o600, "portal.pem": 0o600}


def test_two_can_be_served_at_once(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    with serve(one) as first, serve(two) as second:
        assert len({first.https, first.plain, second.https, second.plain}) == 4
