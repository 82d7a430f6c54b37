"""Thresholds of authorities: dated, strict, and each authority's own words."""

import math
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from rempart.errors import ContentErrors, UsageError
from rempart.frameworks import Frameworks
from rempart.judge.yardsticks import (
    CertificateLifetime,
    HstsAge,
    PasswordHashing,
    PasswordRules,
    TlsVersions,
)
from rempart.yardsticks import Yardsticks, topic_types

AUDITS = Path(__file__).parent.parent / "audits"
TODAY = datetime(2026, 11, 25, tzinfo=UTC)
AUTHORITIES = {"cnil", "anssi", "cabf", "asvs", "nist", "bsi", "mozilla", "owasp"}
HEAD = "schema: rempart.yardstick/1\nid: {id}\nname: {{en: A, fr: B, de: C}}\n"


@pytest.fixture(scope="module")
def shipped() -> Yardsticks:
    return Yardsticks.load([AUDITS / "yardsticks"])


def written(folder: Path, text: str, name: str = "own") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.yaml").write_text(HEAD.format(id=name) + text)
    return folder


def test_authorities_are_named_after_their_files(shipped: Yardsticks) -> None:
    assert set(shipped.authorities) >= AUTHORITIES
    for name, authority in shipped.authorities.items():
        assert authority.file.stem == name


def test_every_rule_an_entry_cites_exists(shipped: Yardsticks) -> None:
    frameworks = Frameworks.load([AUDITS / "frameworks"])
    cited = [
        ref
        for authority in shipped.authorities.values()
        for entries in authority.entries.values()
        for entry in entries
        for ref in entry.refs
    ]
    assert len(cited) > 20
    assert [ref for ref in cited if not frameworks.has(ref)] == []


def test_every_entry_says_how_well_it_is_known_and_from_where(shipped: Yardsticks) -> None:
    for authority in shipped.authorities.values():
        for entries in authority.entries.values():
            for entry in entries:
                assert entry.source
                assert entry.state in {"verified", "verified_secondary"}


def test_the_cnil_meets_its_own_printed_examples(shipped: Yardsticks) -> None:
    cnil = shipped.entry("cnil", PasswordRules, TODAY)
    assert cnil is not None
    assert sum(cnil.alphabet) == 99
    assert [example.bits for example in cnil.examples] == [80, 80, 50]
    for example in cnil.examples:
        assert round(example.length * math.log2(example.alphabet)) >= example.bits


def test_authorities_disagree_on_a_password_and_each_keeps_its_word(shipped: Yardsticks) -> None:
    cnil = shipped.entry("cnil", PasswordRules, TODAY)
    nist = shipped.entry("nist", PasswordRules, TODAY)
    assert cnil is not None
    assert nist is not None
    assert (cnil.min_bits, cnil.min_bits_restricted, cnil.max_failures) == (80, 50, 10)
    assert (nist.min_length, nist.min_length_mfa, nist.max_failures) == (15, 8, 100)
    assert (cnil.composition, nist.composition) == ("counted", "forbidden")


def test_a_figure_known_from_memory_only_is_left_out(shipped: Yardsticks) -> None:
    anssi = shipped.entry("anssi", PasswordRules, TODAY)
    assert anssi is not None
    assert not anssi.figured


@pytest.mark.parametrize(
    ("issued", "days"),
    [
        (date(2026, 3, 14), 398),
        (date(2026, 3, 15), 200),
        (date(2027, 3, 15), 100),
        (date(2030, 1, 1), 47),
    ],
)
def test_a_public_certificate_lives_by_its_day_of_issue(
    shipped: Yardsticks, issued: date, days: int
) -> None:
    cabf = shipped.entry("cabf", CertificateLifetime, TODAY)
    assert cabf is not None
    assert cabf.public_only
    assert cabf.days(issued) == days


def test_the_entry_in_force_on_the_day_answers(shipped: Yardsticks) -> None:
    now = shipped.entry("bsi", TlsVersions, TODAY)
    later = shipped.entry("bsi", TlsVersions, date(2032, 1, 1))
    assert now is not None
    assert later is not None
    assert "TLSv1.2" in now.accept
    assert "TLSv1.2" in later.forbid
    assert shipped.entry("bsi", TlsVersions, date(2024, 12, 31)) is None


def test_an_authority_without_the_topic_is_silent(shipped: Yardsticks) -> None:
    assert shipped.entry("cnil", HstsAge, TODAY) is None


def test_clear_text_and_md5_are_named_as_forbidden_by_the_cnil(shipped: Yardsticks) -> None:
    cnil = shipped.entry("cnil", PasswordHashing, TODAY)
    assert cnil is not None
    assert {"clear", "md5", "md5crypt"} <= set(cnil.forbid)
    assert "sha512crypt" not in cnil.accept + cnil.forbid


def test_an_unknown_authority_is_an_error(shipped: Yardsticks) -> None:
    with pytest.raises(UsageError, match="cabf"):
        shipped.entry("cnli", TlsVersions, TODAY)


def test_no_grade_names_a_scheme_twice(shipped: Yardsticks) -> None:
    for authority in shipped.authorities.values():
        for topic in ("tls_versions", "password_hashing"):
            for entry in authority.entries.get(topic, ()):
                grades = ("prefer", "accept", "tolerate", "discourage", "forbid")
                named = [value for grade in grades for value in getattr(entry, grade)]
                assert len(named) == len(set(named)), (authority.id, topic)


def test_topics_are_found_by_their_class() -> None:
    assert topic_types()["password_rules"] is PasswordRules


def test_an_unknown_key_is_reported_with_its_line(tmp_path: Path) -> None:
    folder = written(tmp_path, "hsts_age:\n  - min_second: 5\n    source: x\n")
    with pytest.raises(ContentErrors, match=r"own\.yaml:5: .*min_second"):
        Yardsticks.load([folder])


def test_an_unknown_topic_is_reported(tmp_path: Path) -> None:
    folder = written(tmp_path, "hsts_ages: []\n")
    with pytest.raises(ContentErrors, match=r"own\.yaml:4: .*hsts_ages"):
        Yardsticks.load([folder])


def test_entries_may_not_overlap(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        "hsts_age:\n"
        "  - {from: 2025-01-01, until: 2026-06-30, min_seconds: 1}\n"
        "  - {from: 2026-06-30, min_seconds: 2}\n",
    )
    with pytest.raises(ContentErrors, match=r"own\.yaml:6: hsts_age\[1\]: .*2026-06-30"):
        Yardsticks.load([folder])


def test_a_later_layer_replaces_only_when_it_says_so(tmp_path: Path) -> None:
    first = written(tmp_path / "a", "hsts_age: [{min_seconds: 1}]\n")
    second = written(tmp_path / "b", "hsts_age: [{min_seconds: 2}]\n")
    with pytest.raises(ContentErrors, match="replaces: true"):
        Yardsticks.load([first, second])
    third = written(tmp_path / "c", "replaces: true\nhsts_age: [{min_seconds: 3}]\n")
    replaced = Yardsticks.load([first, third]).entry("own", HstsAge, TODAY)
    assert replaced is not None
    assert replaced.min_seconds == 3
