import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from rempart import documents
from rempart.card import LANGUAGES
from rempart.case import Choices, case, known_frameworks
from rempart.catalogue import built_in
from rempart.check import Outcome
from rempart.cli.inventory import command
from rempart.errors import Reason, RempartError
from rempart.inventory import load
from rempart.questionnaire import (
    Questionnaire,
    markdown,
    of_case,
    of_run,
    skeleton,
    words,
)
from rempart.results import Run, save
from tests.samples import result, sample_run, unseen

BOOKS = known_frameworks()
INVENTORY = """\
schema: rempart.inventory/1
organisation: Payer <b>
language: fr
authorisation:
  reference: T-1
  granted_by: CIO
  contact: soc@payer.example
  valid: {from: 2026-01-01T00:00:00Z, until: 2046-01-01T00:00:00Z}
  scope: ["127.0.0.1"]
subjects:
  portals:
    - {id: pro, url: "https://portal.payer.example/"}
  files:
    - {id: exports, path: exports}
"""


def asked(run: Run) -> dict[str, tuple[Reason, ...]]:
    return {one.control: one.reasons for one in of_run(run, BOOKS).questions}


def test_what_was_observed_is_not_asked() -> None:
    run = sample_run(results=(result("volumes.encrypted", outcome=Outcome.PASS),), statements=())
    control = run.checks["volumes.encrypted"].controls[0]
    assert control not in asked(run)
    assert control in asked(replace(run, results=()))


def test_what_could_not_be_seen_is_asked_with_the_reason() -> None:
    blind = unseen("volumes.encrypted", "adh", Reason.PRIVILEGE, "no rights")
    run = sample_run(results=(blind,), statements=())
    control = run.checks["volumes.encrypted"].controls[0]
    assert asked(run)[control] == (Reason.PRIVILEGE,)


def test_a_statement_in_force_is_shown_apart_and_not_asked_again() -> None:
    run = sample_run()
    found = of_run(run, BOOKS)
    assert "log.detect" not in [one.control for one in found.questions]
    assert [one.control for one in found.stated] == ["log.detect"]
    old = replace(run, statements=tuple(replace(s, until="2026-01-01") for s in run.statements))
    assert "log.detect" in asked(old)


def test_only_what_frameworks_or_breaches_want_is_asked() -> None:
    run = sample_run(replays=(), results=(), statements=())
    audit = replace(run.audit, frameworks=("anssi-ssh",))
    found = of_run(replace(run, audit=audit), BOOKS)
    assert {one.control for one in found.questions} == BOOKS.asked(("anssi-ssh",))
    assert all(one.asked_by for one in found.questions)


def test_what_breaches_turned_on_comes_first() -> None:
    found = of_run(sample_run(results=(), statements=()), BOOKS)
    counts = [one.breaches for one in found.questions]
    assert counts[0] > 0
    assert counts == sorted(counts, reverse=True)


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    (tmp_path / "exports").mkdir()
    file = tmp_path / "inventory.yaml"
    file.write_text(INVENTORY, encoding="utf-8")
    return file


def planned(file: Path) -> Questionnaire:
    return of_case(case(load(file, signed=False), Choices()), date(2026, 11, 25))


def test_what_a_check_will_look_at_is_not_asked(inventory: Path) -> None:
    controls = [one.control for one in planned(inventory).questions]
    assert "portal.tls.version" not in controls
    assert "proc.notify.client" in controls


def test_a_question_names_the_subjects_it_is_about(inventory: Path) -> None:
    about = {one.control: one.about for one in planned(inventory).questions}
    assert about["exp.segmentation"] == ("pro",)
    assert about["proc.incident"] == ("pro", "exports")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_neutral_control_has_a_question_in_every_language(lang: str) -> None:
    spoken = words(built_in() / "reports", lang)
    english = words(built_in() / "reports", "en")
    assert set(spoken.questions) == set(BOOKS.neutral)
    assert set(spoken.sentences) == set(english.sentences)
    for key, sentence in english.sentences.items():
        assert names(spoken.sentences[key]) == names(sentence), key
    for control, text in spoken.questions.items():
        assert text.ask.endswith("?"), control
        assert text.evidence, control


def names(text: str) -> set[str]:
    return set(re.findall(r"\$(\w+)", text))


def test_french_questions_keep_their_punctuation_together() -> None:
    spoken = words(built_in() / "reports", "fr")
    texts = [*spoken.sentences.values()]
    texts += [text for one in spoken.questions.values() for text in (one.ask, one.evidence)]
    for text in texts:
        assert not re.search(r"\w [:;?!»]", text), text
        assert "'" not in text, text


def test_the_questionnaire_is_printed_with_room_for_the_answers(inventory: Path) -> None:
    found = planned(inventory)
    spoken = words(built_in() / "reports", "fr")
    text = markdown(found, BOOKS, spoken, "fr")
    assert text.startswith("# Questions pour l’entretien – Payer \\<b\\>")
    assert text.count("Déclarant et fonction") == len(found.questions)


def test_the_skeleton_is_refused_until_it_is_filled_in(inventory: Path) -> None:
    found = planned(inventory)
    spoken = words(built_in() / "reports", "fr")
    text = skeleton(found, spoken, date(2026, 11, 25))
    value = documents.parse(text).value
    assert [one["control"] for one in value["statements"]] == [
        one.control for one in found.questions
    ]
    inventory.write_text(INVENTORY + text, encoding="utf-8")
    with pytest.raises(RempartError, match=r"statements\[0\]\.says"):
        load(inventory, signed=False)


def test_the_command_asks_for_a_run_or_an_inventory(inventory: Path, tmp_path: Path) -> None:
    save(sample_run(), tmp_path / "run.json")
    of_run_ = CliRunner().invoke(command, ["questions", "--run", str(tmp_path / "run.json")])
    assert "Questions pour l’entretien" in of_run_.output
    of_file = CliRunner().invoke(command, ["questions", str(inventory), "--lang", "de"])
    assert "Fragen für das Gespräch" in of_file.output
    nothing = CliRunner().invoke(command, ["questions"])
    assert isinstance(nothing.exception, RempartError)
