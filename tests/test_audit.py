"""Audit files: selection, settings, and what they may not name."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import msgspec
import pytest

from rempart import audit, documents
from rempart.audit import Audit
from rempart.card import Bound, Card, Exploitability, Impact, Words
from rempart.check import Result, Severity, verdict
from rempart.errors import ContentErrors
from rempart.observations.ssh import SshdSettings
from rempart.signature import Signature, signature

ROOT = Path(__file__).parents[1]
HEAD = "schema: rempart.audit/1\nid: mine\ntitle: {en: Mine, fr: Le mien, de: Meine}\n"


@dataclass(frozen=True)
class Entry:
    id: str
    card: Card
    signature: Signature


def tries(sshd: SshdSettings, *, at_most: int = 4, users: tuple[str, ...] = ()) -> Result:
    return verdict(at_most > 0, users, sshd)


def plain(sshd: SshdSettings) -> Result:
    return verdict(True, "", sshd)


def entry(id_: str, function: Callable[..., Result], **settings: Bound) -> Entry:
    words = Words("t", "r", "r")
    card = Card(
        Impact.MAJOR,
        Exploitability.EASY,
        "0.1",
        ("exp.ssh",),
        words,
        words,
        words,
        aliases=("ssh.old",) if id_ == "ssh.tries" else (),
        settings=settings,
    )
    return Entry(id_, card, signature(function, "check.py"))


CHECKS = (
    entry("ssh.tries", tries, at_most=Bound(at_most=6), users=Bound(among=("root", "admin"))),
    entry("ssh.root", plain),
    entry("tls.versions", plain),
)


def read(folder: Path, text: str) -> Audit:
    file = folder / "mine.yaml"
    file.write_text(HEAD + text, encoding="utf-8")
    return audit.load(file)


def settings_fault(folder: Path, text: str) -> str:
    with pytest.raises(ContentErrors) as caught:
        audit.validated_settings(read(folder, f"settings:\n  {text}\n"), CHECKS)
    return str(caught.value).removeprefix(f"{folder / 'mine.yaml'}:")


@pytest.mark.parametrize("name", ["payer", "outside-in", "gate"])
def test_the_audits_that_come_along_name_only_what_exists(name: str) -> None:
    found = audit.load(ROOT / "audits" / f"{name}.yaml")
    assert found.id == name
    assert found.fail_on is Severity.HIGH
    for key in ("yardsticks", "frameworks", "scenarios"):
        audit.demand_known(found, key, [f.stem for f in (ROOT / "audits" / key).glob("*.yaml")])


def test_the_payer_audit_asks_five_authorities_in_order() -> None:
    found = audit.load(ROOT / "audits" / "payer.yaml")
    assert found.yardsticks == ("cnil", "anssi", "cabf", "asvs", "nist")
    assert {"viamedis-2024", "almerys-2024"} <= set(found.scenarios)


def test_the_schema_accepts_the_audits_that_come_along() -> None:
    validator = jsonschema.Draft202012Validator(audit.schema())
    for file in (ROOT / "audits").glob("*.yaml"):
        assert list(validator.iter_errors(documents.read(file).value)) == []
    assert list(validator.iter_errors({"schema": "rempart.audit/1", "id": "x"}))


def test_unknown_keys_and_values_have_their_line(tmp_path: Path) -> None:
    with pytest.raises(ContentErrors) as caught:
        read(tmp_path, "yardstick: [cnil]\nfail_on: hihg\nyardsticks: [cnil, cnil]\n")
    said = [error.message for error in caught.value.errors]
    assert said == [
        'yardstick: expected a known key, found "yardstick", did you mean "yardsticks"?',
        'fail_on: expected one of low, medium, high, critical, found "hihg", did you mean "high"?',
    ]
    with pytest.raises(ContentErrors, match=r'mine\.yaml:4: yardsticks\[1\]: .*"cnil" again'):
        read(tmp_path, "yardsticks: [cnil, cnil]\n")


def test_names_an_unknown_authority(tmp_path: Path) -> None:
    found = read(tmp_path, "yardsticks: [cnil,\n  ansi]\n")
    with pytest.raises(ContentErrors, match=r'mine\.yaml:5: .*"ansi", did you mean "anssi"\?'):
        audit.demand_known(found, "yardsticks", ["cnil", "anssi"])


@pytest.mark.parametrize(
    ("patterns", "wanted"),
    [
        ('["*"]', ["ssh.tries", "ssh.root", "tls.versions"]),
        ('["ssh.*", "!ssh.root"]', ["ssh.tries"]),
        ("[ssh.old]", ["ssh.tries"]),
    ],
)
def test_selects_by_pattern_exclusion_and_alias(
    patterns: str, wanted: list[str], tmp_path: Path
) -> None:
    chosen = audit.selected(read(tmp_path, f"checks: {patterns}\n"), CHECKS)
    assert [check.id for check in chosen] == wanted


def test_a_pattern_that_fits_nothing_is_an_error(tmp_path: Path) -> None:
    found = read(tmp_path, "checks:\n  - ssh.*\n  - tls.version\n")
    with pytest.raises(ContentErrors, match=r'mine\.yaml:6: .*did you mean "tls\.versions"\?'):
        audit.selected(found, CHECKS)


def test_settings_are_typed_and_those_beyond_the_card_are_named(tmp_path: Path) -> None:
    found = read(tmp_path, "settings:\n  ssh.tries: {at_most: 10, users: [root]}\n")
    values, weakened = audit.validated_settings(found, CHECKS)
    assert values == {"ssh.tries": {"at_most": 10, "users": ("root",)}}
    assert weakened == {"ssh.tries": ("at_most",)}
    found = read(tmp_path, "settings:\n  'ssh.*': {at_most: 6, users: [root, guest]}\n")
    assert audit.validated_settings(found, CHECKS)[1] == {"ssh.tries": ("users",)}
    assert audit.validated_settings(read(tmp_path, ""), CHECKS) == ({}, {})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "ssh.trie: {at_most: 1}",
            '5: settings.ssh.trie: expected a check id, found "ssh.trie", '
            'did you mean "ssh.tries"?',
        ),
        (
            "ssh.tries: {at_mots: 1}",
            "5: settings.ssh.tries.at_mots: expected a setting (one of at_most, users), "
            'found "at_mots", did you mean "at_most"?',
        ),
        (
            "ssh.tries: {at_most: no}",
            '5: settings.ssh.tries.at_most: expected a whole number, found "no"',
        ),
        (
            "ssh.tries:\n    users: [1]",
            "6: settings.ssh.tries.users[0]: expected text, found 1",
        ),
        (
            "ssh.root: {x: 1}",
            '5: settings.ssh.root.x: expected a setting (none, for it has no settings), found "x"',
        ),
    ],
)
def test_settings_that_no_check_takes_are_errors(text: str, said: str, tmp_path: Path) -> None:
    assert settings_fault(tmp_path, text) == said


def test_text_that_looks_like_a_template_stays_as_it_is(tmp_path: Path) -> None:
    text = HEAD.replace("en: Mine", "en: '{{7*7}}'")
    (tmp_path / "mine.yaml").write_text(text)
    assert audit.load(tmp_path / "mine.yaml").title["en"] == "{{7*7}}"


def test_an_audit_record_can_be_made_of_it(tmp_path: Path) -> None:
    found = read(tmp_path, "")
    assert msgspec.to_builtins(found.title) == {"en": "Mine", "fr": "Le mien", "de": "Meine"}
    assert len(found.digest) == 64
