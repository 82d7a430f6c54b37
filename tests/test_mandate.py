"""The papers an audit begins with, and the commands that print them and check an inventory."""

import json
import re
from pathlib import Path
from string import Template

import pytest
from click.testing import CliRunner, Result

from rempart import mandate
from rempart.cli import cli
from rempart.inventory import load

ROOT = Path(__file__).parents[1]
EXAMPLE = (ROOT / "inventories" / "reference.yaml").read_text("utf-8")
LANGUAGES = ("fr", "en", "de")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "siem-rule.pdf").write_bytes(b"rule")
    (tmp_path / "mandate.pdf").write_bytes(b"signed")
    (tmp_path / "waivers.yaml").write_text("schema: rempart.waivers/1\n")
    (tmp_path / "mine.yaml").write_text(EXAMPLE)
    return tmp_path / "mine.yaml"


def names(text: str) -> set[str]:
    return set(Template(text).get_identifiers())


def test_the_three_languages_say_the_same_things() -> None:
    french, *others = (mandate.words(ROOT / "reports", lang) for lang in LANGUAGES)
    for other in others:
        assert other.sentences.keys() == french.sentences.keys()
        for part in (*mandate.PARTS, "account"):
            assert names(getattr(other, part)) == names(getattr(french, part))
        for key, sentence in other.sentences.items():
            assert names(sentence) == names(french.sentences[key]), key


def test_french_papers_have_french_spacing() -> None:
    text = (ROOT / "reports" / "mandate" / "fr.yaml").read_text("utf-8")
    assert not re.search(r" [;?!»]|« ", text)
    assert "'" not in mandate.words(ROOT / "reports", "fr").letter


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_letter_states_the_mandate_whole(file: Path, lang: str) -> None:
    letter = run("mandate", file, "--part", "letter", "--lang", lang, "--auditor", "Cabinet X")
    assert letter.exit_code == 0, letter.output
    for words in (
        "DEMO-2026-001",
        "Tiers Payant Démonstration",
        "Cabinet X",
        "`127.0.0.0/8`",
        r"`*.payer.example`",
        "`127.0.0.1:5432`",
        "soc@payer.example",
        "SHA-256",
        "2026",
    ):
        assert words in letter.stdout
    assert "$" not in letter.stdout


def test_the_letter_lists_only_what_is_allowed(file: Path) -> None:
    letter = run("mandate", file, "--part", "letter", "--lang", "en").stdout
    assert "Active operations." in letter
    assert "Canary accounts." in letter
    assert "Intrusive operations" not in letter


def test_the_notice_says_from_where_to_where_and_how_fast(file: Path) -> None:
    notice = run("mandate", file, "--part", "notice", "--lang", "en", "--source", "203.0.113.7")
    assert "From `203.0.113.7`." in notice.stdout
    assert "`127.0.0.1:8443` (pro)" in notice.stdout
    assert "`10.0.0.5:22` (claims-1" in notice.stdout
    assert "200 connections and 400 requests" in notice.stdout
    assert "32 systems at a time" in notice.stdout
    blank = run("mandate", file, "--part", "notice", "--lang", "en")
    assert "Source addresses of the auditor, to be filled in" in blank.stdout


def test_the_sheet_describes_each_canary_and_names_no_secret(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANARY_A", "correct-horse")
    sheet = run("mandate", file, "--part", "canaries", "--lang", "en").stdout
    assert sheet.count("on the portal pro") == 3
    assert "`env:CANARY_A_TOTP`" in sheet
    assert "`/claims/17`" in sheet
    assert sheet.count("will be locked on purpose") == 1
    assert sheet.count("must not be locked") == 2
    assert "at most 12 wrong passwords" in sheet
    assert "canary-none" in sheet
    assert "correct-horse" not in sheet


def test_all_papers_come_in_the_language_of_the_inventory(file: Path) -> None:
    whole = run("mandate", file)
    assert whole.exit_code == 0
    assert "# Mandat d’audit de sécurité" in whole.stdout
    assert "# Avis d’audit au centre d’exploitation" in whole.stdout
    assert "# Fiche de création des comptes témoins" in whole.stdout


def test_the_letter_can_be_printed_before_it_is_signed(file: Path) -> None:
    (file.parent / "mandate.pdf").unlink()
    assert run("mandate", file, "--part", "letter").exit_code == 0
    file.write_text(EXAMPLE.replace("  document: file:mandate.pdf", ""))
    assert run("mandate", file, "--part", "letter").exit_code == 0


def test_text_of_an_inventory_is_never_a_template_nor_markup(file: Path) -> None:
    hostile = "'{{7*7}} $reference `x` <b> [a](b)'"
    file.write_text(EXAMPLE.replace("Tiers Payant Démonstration", hostile))
    spoken = mandate.words(ROOT / "reports", "en")
    letter = mandate.paper("letter", load(file), spoken, "en", threads=1)
    assert r"{{7\*7}} \$reference \`x\` \<b\> \[a\](b)" in letter


def test_check_says_what_is_contacted_asked_and_not_allowed(file: Path) -> None:
    done = run("inventory", "check", file)
    assert done.exit_code == 0, done.output
    assert re.search(r"mandate +DEMO-2026-001, granted by Direction des systèmes", done.stdout)
    assert "https://portail.payer.example/ at 127.0.0.1:8443\n" in done.stdout
    assert "ssh audit@10.0.0.5:22  [not contacted: 10.0.0.5 port 22 is outside" in done.stdout
    assert "nothing: /srv/exports is read here" in done.stdout
    assert f"not there: {file.parent / 'lab-ca.pem'} (ca of pro)" in done.stdout
    assert "Subjects: 15, statements: 1, waivers: 0. Nothing was contacted." in done.stdout
    file.write_text(EXAMPLE.replace("[active, canary]", "[canary]"))
    asked = run("inventory", "check", file).stdout
    active = [text for text in asked.splitlines() if text.startswith("  active ")]
    assert active
    assert all("not allowed by the mandate" in text for text in active)


def test_check_shows_an_expired_window_and_no_escapes(file: Path) -> None:
    text = EXAMPLE.replace("2026-11-01T00", "2020-11-01T00").replace("2026-12-31", "2020-12-31")
    file.write_text(text.replace("owner: Direction digitale", 'name: "\\e[31m"'))
    done = run("inventory", "check", file)
    assert "NOT in force now" in done.stdout
    assert "\x1b" not in done.output


def test_new_writes_a_starter_that_is_valid_and_never_overwrites(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    assert run("inventory", "new", file).exit_code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert run("inventory", "check", file).exit_code == 0
    again = run("inventory", "new", file)
    assert again.exit_code != 0
    assert "does not overwrite" in str(again.exception)


def test_schema_is_json(file: Path) -> None:
    found = json.loads(run("inventory", "schema").stdout)
    assert found["title"] == "rempart.inventory/1"
    assert file.exists()
