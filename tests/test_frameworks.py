"""Catalogues: every mapping leads somewhere, every cited control exists, reading is strict."""

from collections import Counter
from pathlib import Path

import pytest

from rempart import documents, notification
from rempart.card import Card
from rempart.errors import ContentErrors
from rempart.frameworks import Framework, Frameworks

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "audits" / "frameworks"
VOCABULARY = """schema: rempart.neutral/1
controls:
  - id: exp.ssh
    title: {en: SSH is sound, fr: SSH est sain, de: SSH ist sicher}
    scope: [exposure]
"""
CATALOGUE = """schema: rempart.framework/1
id: own
name: Our rules
publisher: Ourselves
version: '1'
date: '2026-01'
url: https://payer.example/rules
language: en
verification: {state: verified, how: written here}
controls:
  - {id: A1, title: Sound SSH, scope: [exposure], neutral: [exp.ssh]}
"""


@pytest.fixture(scope="module")
def shipped() -> Frameworks:
    return Frameworks.load([FOLDER])


def own(folder: Path, catalogue: str, vocabulary: str = VOCABULARY) -> Frameworks:
    (folder / "_neutral.yaml").write_text(vocabulary)
    (folder / "own.yaml").write_text(catalogue)
    return Frameworks.load([folder])


def test_brings_the_catalogues_a_payer_answers_to(shipped: Frameworks) -> None:
    assert len(shipped.frameworks) == 28
    assert sum(len(framework.controls) for framework in shipped.frameworks.values()) == 585
    assert len(shipped.neutral) == 94


def test_every_neutral_control_is_asked_for_by_somebody(shipped: Frameworks) -> None:
    asked = Counter(
        name
        for framework in shipped.frameworks.values()
        for control in framework.controls
        for name in control.neutral
    )
    assert set(asked) <= set(shipped.neutral)
    assert {name for name in shipped.neutral if not asked[name]} == set()


def test_every_control_of_a_catalogue_maps_to_a_neutral_one(shipped: Frameworks) -> None:
    for framework in shipped.frameworks.values():
        for control in framework.controls:
            assert control.neutral, (framework.id, control.id)
            assert set(control.neutral) <= set(shipped.neutral)
            assert len(set(control.neutral)) == len(control.neutral)


def test_titles_speak_three_languages(shipped: Frameworks) -> None:
    for control in shipped.neutral.values():
        words = control.title.every()
        assert all(words.values())
        assert len(set(words.values())) == 3, control.id
        assert "'" not in words["fr"], f"{control.id}: a typewriter apostrophe in French"
        assert " :" not in words["fr"]
        assert " ;" not in words["fr"]


def test_every_control_and_rule_a_check_cites_exists(shipped: Frameworks) -> None:
    missing: list[str] = []
    for path in sorted(ROOT.glob("checks/*/*/check.yaml")):
        card = documents.load(path, Card)
        place = path.relative_to(ROOT)
        missing += [f"{place}: {name}" for name in card.controls if name not in shipped.neutral]
        missing += [f"{place}: {ref}" for ref in card.refs if not shipped.has(ref)]
    assert missing == []


def test_says_who_asks_for_a_control(shipped: Frameworks) -> None:
    records = shipped.records(["portal.tls.version"], ["anssi-tls", "gdpr"], "fr")
    assert records["portal.tls.version"].asked_by["anssi-tls"][:2] == ("R1", "R3")
    assert records["portal.tls.version"].title.startswith("Seules des versions")
    assert records["portal.tls.version"].titles["de"].startswith("Nur aktuelle")


def test_a_rule_is_named_by_catalogue_and_id(shipped: Frameworks) -> None:
    assert shipped.has("anssi-tls:R3")
    assert not shipped.has("anssi-tls:R300")
    assert not shipped.has("anssi:R3")


def test_notification_duties_name_a_clock_or_stages() -> None:
    duties = notification.load(FOLDER / "notification.yaml")
    assert {regime.id for regime in duties.regimes} >= {"gdpr-33", "gdpr-33-processor", "nis2-23"}
    assert all(bool(regime.clock) != bool(regime.steps) for regime in duties.regimes)
    assert len({field.key for field in duties.dossier_fields}) == len(duties.dossier_fields) == 28


def test_reports_every_unknown_key_with_its_line(tmp_path: Path) -> None:
    text = CATALOGUE.replace("publisher:", "published:").replace("scope: [exp", "scop: [exp")
    with pytest.raises(ContentErrors) as caught:
        own(tmp_path, text)
    assert "own.yaml:4:" in str(caught.value)
    assert "published" in str(caught.value)
    assert "own.yaml:11:" in str(caught.value)
    assert "scop" in str(caught.value)


def test_a_mapping_to_nowhere_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ContentErrors, match=r"own\.yaml:11: .*expected a neutral control"):
        own(tmp_path, CATALOGUE.replace("exp.ssh]", "exp.sh]"))


def test_a_repeated_id_is_an_error(tmp_path: Path) -> None:
    twice = CATALOGUE + "  - {id: A1, title: Again, scope: [exposure], neutral: [exp.ssh]}\n"
    with pytest.raises(ContentErrors, match=r"own\.yaml:12: .*'A1' again"):
        own(tmp_path, twice)


def test_a_catalogue_is_named_after_its_file(tmp_path: Path) -> None:
    with pytest.raises(ContentErrors, match="expected the file's name, found 'ours'"):
        own(tmp_path, CATALOGUE.replace("id: own", "id: ours"))


def test_a_layer_adds_its_own_catalogue(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(CATALOGUE)
    both = Frameworks.load([FOLDER, tmp_path])
    assert isinstance(both.frameworks["own"], Framework)
    assert both.asked_by("exp.ssh", ["own"]) == {"own": ("A1",)}
