import pytest

from rempart.judge.csp import flaws
from rempart.judge.libraries import FLAWS, judged, known_flaws

REST = "; object-src 'none'; base-uri 'none'; form-action 'self'"
NONCE = "'nonce-cmFuZG9tcmFuZG9tIQ=='"


@pytest.mark.parametrize(
    ("policy", "weight", "words"),
    [
        ("script-src 'self' 'unsafe-inline'", 0, "'unsafe-inline'"),
        ("script-src *", 0, "*"),
        ("script-src https:", 0, "https:"),
        ("script-src 'self' data:", 0, "data:"),
        ("script-src 'self' blob:", 0, "blob:"),
        ("img-src 'self'", 0, "missing"),
        ("script-src 'self' 'unsafe-eval'", 1, "'unsafe-eval'"),
        ("script-src 'self' unpkg.com", 1, "where others publish"),
        ("script-src 'self' *.cloudfront.net", 1, "where others publish"),
        ("script-src 'self' https://ajax.googleapis.com/ajax/libs/", 1, "where others publish"),
        ("script-src http://static.payer.example", 1, "in clear"),
        (f"script-src {NONCE[:12]}'", 1, "short enough to guess"),
        ("script-src 'self' 10.0.0.8", 2, "an address"),
        ("script-src 'strict-dynamic'", 2, "no script runs"),
        ("script-src self", 2, "without its quotes"),
        ("script-src nonce-cmFuZG9tcmFuZG9tIQ==", 2, "without its quotes"),
        ("script-src 'self' 'unsafe-inlined'", 2, "no keyword"),
        ("script-src 'self'; scritp-src 'none'", 2, "no directive"),
        ("script-src 'self'; plugin-types application/pdf", 2, "withdrawn"),
    ],
)
def test_each_way_round_a_policy_is_named(policy: str, weight: int, words: str) -> None:
    found = [flaw for flaw in flaws([policy + REST]) if flaw.weight == weight]
    assert any(words in flaw.words for flaw in found), flaws([policy + REST])


@pytest.mark.parametrize(
    "policy",
    [
        "default-src 'self'" + REST,
        f"script-src {NONCE} 'strict-dynamic' 'unsafe-inline' https: http:" + REST,
        "script-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' 'unsafe-inline'" + REST,
        "script-src 'self' https://cdn.jsdelivr.net/npm/x@1.0.0/x.js" + REST,
        "DEFAULT-SRC 'SELF'" + REST,
        "script-src 'none'" + REST,
    ],
)
def test_a_sound_policy_has_no_way_round(policy: str) -> None:
    assert flaws([policy]) == ()


def test_the_first_of_two_directives_counts() -> None:
    assert flaws([f"script-src 'self'; script-src *{REST}"]) == ()


def test_missing_directives_are_named_where_nothing_stands_in_for_them() -> None:
    assert {flaw.directive for flaw in flaws(["script-src 'self'"])} == {
        "object-src",
        "form-action",
    }
    keyed = flaws([f"script-src {NONCE}; object-src 'none'; form-action 'self'"])
    assert [flaw.directive for flaw in keyed] == ["base-uri"]


def test_what_one_policy_stops_is_stopped() -> None:
    loose, tight = "script-src 'self' 'unsafe-inline'", "script-src 'self'" + REST
    assert flaws([loose, tight]) == ()
    other = "script-src 'self' 'unsafe-eval'" + REST
    assert flaws([loose, other]) == ()  # each stops what the other leaves
    assert [flaw.words for flaw in flaws([loose, loose + REST])] == ["'unsafe-inline'"]


def test_no_policy_has_no_flaw_of_its_own() -> None:
    assert flaws([]) == ()
    assert {flaw.directive for flaw in flaws([""])} >= {"script-src", "object-src"}


@pytest.mark.parametrize(
    ("library", "version", "flaw"),
    [
        ("jquery", "3.4.1", "CVE-2020-11023"),
        ("jquery", "1.8.3", "CVE-2012-6708"),
        ("bootstrap", "3.4.0", "CVE-2019-8331"),
        ("bootstrap", "4.3", "CVE-2019-8331"),
        ("angularjs", "1.8.3", "CVE-2024-21490"),
        ("dompurify", "3.1.2", "CVE-2024-45801"),
    ],
)
def test_published_flaws_are_known_by_version(library: str, version: str, flaw: str) -> None:
    assert flaw in known_flaws(library, version)


@pytest.mark.parametrize(
    ("library", "version"),
    [("jquery", "3.5.0"), ("jquery", "3.7.1"), ("bootstrap", "3.4.1"), ("lodash", "4.17.21")],
)
def test_a_mended_version_has_no_flaw(library: str, version: str) -> None:
    assert known_flaws(library, version) == ()


def test_every_row_of_the_table_can_be_met() -> None:
    for library, since, mended, flaw in FLAWS:
        assert judged(library)
        assert flaw.startswith("CVE-")
        assert flaw in known_flaws(library, since)
        assert not mended or flaw not in known_flaws(library, mended)
