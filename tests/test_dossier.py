import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from rempart import documents, dossier, notification
from rempart.card import LANGUAGES
from rempart.catalogue import built_in
from rempart.cli.notify import command
from rempart.dossier.clocks import deadlines, months_later
from rempart.dossier.facts import Facts
from rempart.dossier.fields import FIELDS
from rempart.dossier.paper import ADDRESSEES, REGIMES, To
from rempart.dossier.wording import Texts
from rempart.errors import ContentErrors, RempartError, UsageError
from rempart.results import Run, save
from tests.infected import PAYLOADS, infected
from tests.samples import sample_run

DUTIES = notification.load(built_in() / "audits/frameworks/notification.yaml")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FACTS = """\
schema: rempart.facts/1
role: processor
certain: true
discovered: 2026-11-20T08:10:00+01:00
started: 2026-11-18T22:00:00+01:00
contact: {name: Jeanne Roy, email: dpo@payer.example}
nature: [confidentiality]
description: Un compte hameçonné a lu des fiches.
people:
  - {population: insured, exposed: 120000, copied: 1200, taken: [identité, NIR],
     spared: [{what: IBAN, proof: absents de la base}]}
  - {population: professionals, taken: [RIB]}
clients:
  - {name: Mutuelle A, told: 2026-11-20T18:00:00+01:00,
     people: [{population: insured, referenced: 500000, exposed: 9000}]}
  - {name: Mutuelle B, people: [{population: insured, referenced: 777777}]}
evidence: ["file:log.txt"]
"""


def typed(folder: Path, text: str = FACTS) -> dossier.Sources:
    (folder / "log.txt").write_text("counts only")
    file = folder / "facts.yaml"
    file.write_text(text, encoding="utf-8")
    words = dossier.wording(built_in() / "reports", "fr")
    return dossier.Sources(sample_run(), dossier.load(file), words, "a" * 64)


def paper(sources: dossier.Sources, to: To, **more: str) -> str:
    return dossier.paper(dossier.Order(to, NOW, **more), sources, DUTIES)


def facts(**changes: object) -> Facts:
    start = datetime(2026, 11, 20, 7, 10, tzinfo=UTC)
    base = Facts(schema="rempart.facts/1", role="controller", certain=True, discovered=start)
    return replace(base, **changes)


def until(regime: str, given: Facts) -> list[str]:
    duty = next(one for one in DUTIES.regimes if one.id == regime)
    return [f"{one.until:%m-%d %H:%M}" if one.until else "-" for one in deadlines(duty, given)]


def test_hours_are_counted_from_awareness() -> None:
    assert until("gdpr-33", facts()) == ["11-23 07:10"]
    assert until("gdpr-34", facts()) == ["-"]


def test_each_stage_is_counted_from_the_one_before() -> None:
    assert until("nis2-23", facts()) == ["11-21 07:10", "11-23 07:10", "-", "12-23 07:10"]


def test_classification_may_come_before_the_day_is_over() -> None:
    classified = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    assert until("dora-19", facts())[0] == "11-21 07:10"
    given = facts(classified=classified)
    assert until("dora-19", given) == ["11-20 13:00", "11-23 13:00", "12-23 13:00"]


def test_what_was_filed_moves_what_comes_after() -> None:
    filed = dossier.facts.Filing(regime="nis2-23", stage=2, on=datetime(2026, 11, 21, tzinfo=UTC))
    assert until("nis2-23", facts(filings=(filed,)))[3] == "12-21 00:00"


def test_a_month_ends_with_a_shorter_month() -> None:
    january = datetime(2027, 1, 31, 10, tzinfo=UTC)
    assert months_later(january, 1) == datetime(2027, 2, 28, 10, tzinfo=UTC)
    assert months_later(datetime(2026, 12, 5, tzinfo=UTC), 1).year == 2027


def test_three_numbers_are_kept_apart_and_none_is_made_up(tmp_path: Path) -> None:
    text = paper(typed(tmp_path), "authority")
    assert "| Assurés | 8\u202f000\u202f000 | 120\u202f000 | 1\u202f200 |" in text
    unknown = "inconnu à ce stade"
    assert f"| Professionnels de santé | 200\u202f000 | {unknown} | {unknown} |" in text


def test_every_paper_is_marked_as_a_draft_and_no_legal_advice(tmp_path: Path) -> None:
    sources = typed(tmp_path)
    for to in ADDRESSEES:
        text = paper(sources, to, client="Mutuelle A", population="insured")
        assert text.startswith("# PROJET")
        assert "pas un conseil juridique" in text


def test_an_audit_after_the_breach_does_not_tell_what_was_there_before(tmp_path: Path) -> None:
    sources = typed(tmp_path)
    assert "postérieur au début de la violation" in paper(sources, "authority")
    early = replace(sources.run, started=datetime(2026, 11, 1, tzinfo=UTC))
    older = dossier.Sources(early, sources.typed, sources.words)
    assert "antérieur à la violation" in paper(older, "authority")


def test_a_late_notification_without_a_reason_is_named(tmp_path: Path) -> None:
    late = dossier.Order("authority", NOW.replace(day=25))
    sources = typed(tmp_path)
    assert "aucun motif de retard" in dossier.paper(late, sources, DUTIES)
    assert "aucun motif de retard" not in paper(sources, "authority")
    given = typed(tmp_path, FACTS + "late_because: Le dimanche\n")
    assert "aucun motif de retard" not in dossier.paper(late, given, DUTIES)


def test_a_client_reads_its_own_figures_alone(tmp_path: Path) -> None:
    sources = typed(tmp_path)
    text = paper(sources, "clients", client="Mutuelle A")
    assert "| Assurés | 500\u202f000 | 9\u202f000 | inconnu à ce stade |" in text
    for foreign in ("777", "Mutuelle B", "8\u202f000\u202f000", "120\u202f000"):
        assert foreign not in text
    with pytest.raises(UsageError, match=r"Mutuelle A \| Mutuelle B"):
        paper(sources, "clients")
    with pytest.raises(UsageError, match='found "C"'):
        paper(sources, "clients", client="C")


def test_a_letter_says_when_its_client_was_told(tmp_path: Path) -> None:
    told = paper(typed(tmp_path), "clients", client="Mutuelle A")
    assert "fait le 20 novembre 2026 à 18 h 00" in re.sub(r"\s", " ", told)
    untold = paper(typed(tmp_path), "clients", client="Mutuelle B")
    assert "| dans les meilleurs délais |" in untold


def test_insured_people_are_not_told_what_only_professionals_lost(tmp_path: Path) -> None:
    sources = typed(tmp_path)
    insured = paper(sources, "people", population="insured")
    assert "NIR" in insured
    assert "RIB" not in insured
    assert "RIB" in paper(sources, "people", population="professionals")
    with pytest.raises(UsageError, match="a paper of its own"):
        paper(sources, "people")


def test_no_letter_tells_people_or_clients_what_is_weak(tmp_path: Path) -> None:
    sources = typed(tmp_path)
    for text in (
        paper(sources, "people", population="insured"),
        paper(sources, "clients", client="Mutuelle A"),
    ):
        assert "SSH" not in text
        assert "claims-1" not in text


def test_an_insurer_counts_from_when_it_was_told(tmp_path: Path) -> None:
    text = paper(typed(tmp_path), "dora", client="Mutuelle A")
    assert "21 novembre 2026 à 18" in text


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("copied: 1200", "copied: 130000", r"facts\.yaml:10: .*at most exposed \(120000\)"),
        ("referenced: 500000", "referenced: 5", r"facts\.yaml:15: .*at most referenced"),
        ("T22:00:00+01:00", "T22:00:00", r"facts\.yaml:5: "),
        ("2026-11-18T22", "2026-11-21T22", r"facts\.yaml:5: .*before the discovery"),
        ("proof: absents de la base", "why: x", r"facts\.yaml:11: "),
        ("file:log.txt", "file:none.txt", r"facts\.yaml:17: .*none\.txt"),
        ("population: professionals", "population: insured", r"facts\.yaml:12: .*once"),
        ("name: Mutuelle B", "name: Mutuelle A", r"facts\.yaml:16: .*once"),
        ("role: processor", "role: host", r"facts\.yaml:2: .*controller, processor"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    with pytest.raises(ContentErrors, match=complaint):
        typed(tmp_path, FACTS.replace(old, new, 1))


def test_the_schema_accepts_what_the_reader_accepts() -> None:
    validator = Draft202012Validator(dossier.schema())
    assert list(validator.iter_errors(documents.parse(FACTS).value)) == []
    wrong = documents.parse(FACTS.replace("certain: true", "certain: maybe")).value
    assert list(validator.iter_errors(wrong)) != []


def texts(language: str) -> Texts:
    return documents.load(built_in() / f"reports/dossier/{language}.yaml", Texts)


def test_every_field_and_duty_has_words_in_every_language() -> None:
    keys = {field.key for field in DUTIES.dossier_fields}
    assert keys == set(FIELDS)
    stages = {
        f"{one.id}.{number}"
        for one in DUTIES.regimes
        for names in REGIMES.values()
        if one.id in names
        for number in range(1, len(notification.stages(one)) + 1)
    }
    for language in LANGUAGES:
        assert set(texts(language).fields) == keys
        assert stages <= set(texts(language).duties)
        assert set(texts(language).sentences) == set(texts("en").sentences)


@pytest.mark.parametrize("language", ["fr", "de"])
def test_papers_and_sentences_want_the_same_names_in_every_language(language: str) -> None:
    other, english = texts(language), texts("en")
    for to in ADDRESSEES:
        assert names(getattr(other, to)) == names(getattr(english, to))
    for key, sentence in english.sentences.items():
        assert names(other.sentences[key]) == names(sentence), key


def names(text: str) -> set[str]:
    return set(re.findall(r"\$(\w+)", text))


def test_french_keeps_its_punctuation_together() -> None:
    french = texts("fr")
    papers = [getattr(french, to) for to in ADDRESSEES]
    for text in (*papers, *french.sentences.values(), *french.duties.values()):
        assert not re.search(r"\w [:;?!»]", text), text
        assert "'" not in text


def headings(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("#")]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_names_stay_text(tmp_path: Path, payload: str) -> None:
    clean = typed(tmp_path)
    run: Run = infected(clean.run, payload)
    sources = dossier.Sources(run, clean.typed, clean.words)
    text = paper(sources, "authority")
    assert "<script" not in text.replace("\\<", "")
    assert "](" not in text.replace("\\]", "")
    assert "\x1b" not in text
    assert headings(text) == headings(paper(clean, "authority"))


def test_the_command_writes_a_private_file(tmp_path: Path) -> None:
    typed(tmp_path)
    save(sample_run(), tmp_path / "run.json")
    out = tmp_path / "cnil.md"
    arguments = [str(tmp_path / "run.json"), str(tmp_path / "facts.yaml"), "-o", str(out)]
    answer = CliRunner().invoke(command, arguments)
    assert answer.exit_code == 0, answer.exception
    assert out.stat().st_mode & 0o777 == 0o600
    assert out.read_text(encoding="utf-8").startswith("# PROJET")


def test_the_command_says_what_it_needs(tmp_path: Path) -> None:
    answer = CliRunner().invoke(command, [])
    assert isinstance(answer.exception, RempartError)
    assert "FACTS.yaml" in str(answer.exception)
