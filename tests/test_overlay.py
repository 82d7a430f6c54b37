from pathlib import Path

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from rempart import documents, overlay
from rempart.check import Outcome, Severity
from rempart.cli.overlay import command as overlay_command
from rempart.cli.report import command as report_command
from rempart.errors import ContentErrors, RempartError
from rempart.export.md import export
from rempart.report.findings import Findings, said
from rempart.report.language import language
from rempart.results import ResultRecord, Run, load, save
from tests.sample_cards import CONTROLS
from tests.samples import sample_run

RUN = sample_run()
ROOT = next(one for one in RUN.results if one.check == "ssh.root_login" and one.open)
POLICY = next(one for one in RUN.results if one.check == "accounts.password_policy" and one.open)


def written(folder: Path, text: str) -> Path:
    (folder / "proof.png").write_bytes(b"a picture")
    file = folder / "overlay.yaml"
    file.write_text(f"schema: rempart.overlay/1\n{text}", encoding="utf-8")
    return file


def applied(folder: Path, text: str, run: Run = RUN) -> overlay.Applied:
    return overlay.applied(run, overlay.load(written(folder, text)), CONTROLS)


def of(run: Run, fingerprint: str) -> ResultRecord:
    return next(one for one in run.results if one.fingerprint == fingerprint)


RATING = f"""\
results:
  "{ROOT.fingerprint}":
    rating: {{impact: minor, exploitability: hard, by: A. Martin, on: 2026-11-26,
             reason: {{fr: "Joignable du seul bastion.", en: "Only the bastion reaches it."}}}}
    answer: {{says: Corrigé en décembre, by: Production, on: 2026-11-28, decision: planned,
             due: 2026-12-31}}
    seen: {{fr: "Connexion de root admise <b>", en: "root may sign in"}}
"""
FALSE = f"""\
results:
  "{POLICY.fingerprint}":
    digest: {POLICY.digest}
    false_positive: {{reason: The realm checks lengths itself, proof: "file:proof.png",
                     by: A. Martin, on: 2026-11-26}}
"""
OWN = """\
findings:
  - id: E-01
    source: interview
    about: [pro]
    impact: critical
    exploitability: easy
    controls: [cred.mfa.external]
    seen: Aucun second facteur n’est prévu
    by: A. Martin
    on: 2026-11-24
    evidence: "file:proof.png"
    fr: {title: "Le portail exige deux facteurs", rationale: Parce que., remediation: Activer.}
"""


def test_a_rating_moves_the_result_and_keeps_what_the_tool_said(tmp_path: Path) -> None:
    done = applied(tmp_path, RATING)
    result = of(done.run, ROOT.fingerprint)
    assert result.severity is Severity.LOW
    assert result.review is not None
    assert result.review.severity is ROOT.severity
    assert result.review.reason["de"] == "Joignable du seul bastion."
    assert result.review.answer is not None
    assert result.review.answer.due == "2026-12-31"
    assert result.open
    assert said(done.run, result, language("en")) == "root may sign in"
    assert of(RUN, ROOT.fingerprint).review is None


def test_a_rated_finding_stands_where_the_reviewer_put_it(tmp_path: Path) -> None:
    found = Findings(applied(tmp_path, RATING).run)
    record = next(one.record for one in found.open if one.check == "ssh.root_login")
    assert (record.impact, record.exploitability) == ("minor", "hard")


def test_a_digest_alone_says_nothing(tmp_path: Path) -> None:
    text = f'results: {{"{ROOT.fingerprint}": {{digest: {ROOT.digest}}}}}'
    assert of(applied(tmp_path, text).run, ROOT.fingerprint).review is None


def test_a_false_positive_is_no_failure_and_no_pass(tmp_path: Path) -> None:
    done = applied(tmp_path, FALSE)
    result = of(done.run, POLICY.fingerprint)
    found = Findings(done.run)
    assert result.outcome is Outcome.NOTAPPLICABLE
    assert found.false_positives == (result,)
    assert "accounts.password_policy" not in [one.check for one in found.open]
    assert dict(found.passed).get("accounts.password_policy") == 1
    assert "accounts.password_policy" not in dict(found.inapplicable)
    assert result.review is not None
    assert len(result.review.proof_sha256) == 64
    assert done.run.coverage.outcomes["fail"] == RUN.coverage.outcomes["fail"] - 1


def test_what_a_false_positive_proved_is_unknown_in_a_replay(tmp_path: Path) -> None:
    before = RUN.replays[0].steps[0].stop[0]
    after = applied(tmp_path, FALSE).run.replays[0].steps[0].stop[0]
    assert (before.state, after.state) == ("fail", "notchecked")


def test_a_false_positive_comes_back_when_its_facts_change(tmp_path: Path) -> None:
    done = applied(tmp_path, FALSE.replace(POLICY.digest, "0" * 20))
    assert of(done.run, POLICY.fingerprint).open
    assert done.changed == (POLICY.fingerprint,)


def test_what_the_run_does_not_hold_is_kept_for_another_run(tmp_path: Path) -> None:
    run = replace(RUN, results=tuple(one for one in RUN.results if one != ROOT))
    assert applied(tmp_path, RATING, run).unused == (ROOT.fingerprint,)


def test_a_finding_of_ones_own_stands_among_the_others(tmp_path: Path) -> None:
    run = applied(tmp_path, OWN).run
    found = Findings(run)
    own = next(one for one in found.open if one.check == "own.E-01")
    assert own.severity is Severity.CRITICAL
    assert own.subjects == ("pro",)
    assert own.record.words["de"].title == "Le portail exige deux facteurs"
    assert own.occurrences[0].first.review.source == "interview"  # type: ignore[union-attr]
    mfa = [one for step in run.replays[0].steps for one in step.stop if "mfa" in one.control]
    assert [one.state for one in mfa] == ["fail"]


def test_a_repaired_finding_of_ones_own_breaks_no_chain(tmp_path: Path) -> None:
    run = applied(tmp_path, OWN + "    fixed: 2026-11-25\n").run
    assert "own.E-01" not in [one.check for one in Findings(run).open]
    assert "broken" not in [step.state for step in run.replays[0].steps]


def test_a_finding_about_nothing_in_particular_is_about_the_estate(tmp_path: Path) -> None:
    run = applied(tmp_path, OWN.replace("    about: [pro]\n", "")).run
    assert [one.subject for one in run.results if one.check == "own.E-01"] == ["estate"]
    assert run.subjects[-1].kind == "estate"


def test_words_of_a_card_are_replaced_in_one_language(tmp_path: Path) -> None:
    run = applied(tmp_path, "checks: {ssh.root_login: {fr: {title: Root reste dehors}}}").run
    words = run.checks["ssh.root_login"].words
    assert words["fr"].title == "Root reste dehors"
    assert words["fr"].remediation == RUN.checks["ssh.root_login"].words["fr"].remediation
    assert words["en"] == RUN.checks["ssh.root_login"].words["en"]


def test_the_document_says_its_version_and_who_reviewed_it(tmp_path: Path) -> None:
    run = applied(
        tmp_path,
        "document:\n  classification: Diffusion limitée\n  editions:\n"
        '    - {version: "0.1", date: 2026-11-26, author: A. Martin, changes: Projet}\n'
        '    - {version: "1.0", date: 2026-12-10, author: A. Martin, reviewer: C. Roy,'
        " changes: {fr: Après restitution, en: After restitution}}\n",
    ).run
    assert run.document is not None
    assert run.document.current is not None
    assert run.document.current.version == "1.0"
    assert run.document.current.changes["en"] == "After restitution"
    assert run.document.classification["de"] == "Diffusion limitée"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (RATING.replace("minor", "tiny"), r"overlay\.yaml:4: .*expected one of minor"),
        (FALSE.replace("file:proof.png", "file:none.png"), r"overlay\.yaml:5: .*none\.png"),
        (FALSE.replace("file:proof.png", "proof.png"), r"overlay\.yaml:5: .*expected file:PATH"),
        (FALSE.replace(f"    digest: {POLICY.digest}\n", ""), r"overlay\.yaml:4: .*digest"),
        (OWN.replace("[pro]", "[prp]"), r'overlay\.yaml:5: .*"prp", did you mean "pro"'),
        (OWN.replace("mfa.external", "mfa"), r"overlay\.yaml:8: .*neutral control"),
        (OWN.replace("fr: {", "it: {"), r'overlay\.yaml:13: .*known key, found "it"'),
        (OWN + OWN.removeprefix("findings:\n"), r"overlay\.yaml:14: .*id once"),
        (OWN + "    fixed: 2020-01-01\n", r"overlay\.yaml:14: .*after 2026-11-24"),
        ("results: {abc: {}}", r"overlay\.yaml:2: "),
        ("checks: {ssh.root: {}}", r'did you mean "ssh.root_login"'),
        ("document: {title: {}}", r"one of the languages fr, en, de"),
        (
            'document: {editions: [{version: "1", date: 2026-01-01, author: A B,'
            " reviewer: a  b, changes: x}]}",
            r"reviewer other than the author",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(ContentErrors, match=complaint):
        applied(tmp_path, text)


def test_the_schema_accepts_what_the_reader_accepts(tmp_path: Path) -> None:
    validator = Draft202012Validator(overlay.schema())
    for text in (RATING, FALSE, OWN):
        value = documents.read(written(tmp_path, text)).value
        assert list(validator.iter_errors(value)) == []
    wrong = documents.read(written(tmp_path, OWN.replace("easy", "trivial"))).value
    assert list(validator.iter_errors(wrong)) != []


def invoked(command: object, *arguments: object) -> str:
    answer = CliRunner().invoke(command, [str(one) for one in arguments])  # type: ignore[arg-type]
    if isinstance(answer.exception, RempartError):
        raise answer.exception
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_a_draft_names_every_open_result_and_is_valid(tmp_path: Path) -> None:
    save(sample_run(organisation='a"b: [{}]\n# x'), tmp_path / "run.json")
    file = tmp_path / "draft.yaml"
    invoked(overlay_command, "new", tmp_path / "run.json", file)
    read = overlay.load(file)
    assert set(read.file.results) == {
        one.first.fingerprint for finding in Findings(RUN).open for one in finding.occurrences
    }
    assert "is valid" in invoked(overlay_command, "check", file, tmp_path / "run.json")


def test_a_report_is_written_under_an_overlay(tmp_path: Path) -> None:
    save(RUN, tmp_path / "run.json")
    file = written(tmp_path, RATING + OWN)
    out = tmp_path / "reviewed.json"
    invoked(report_command, tmp_path / "run.json", "--overlay", file, "-o", out)
    run = load(out)
    assert of(run, ROOT.fingerprint).severity is Severity.LOW
    assert any(one.check == "own.E-01" for one in run.results)


def test_markdown_lists_what_was_set_aside(tmp_path: Path) -> None:
    text = export(applied(tmp_path, FALSE).run, language="en").decode()
    assert "## Findings set aside after review" in text
    assert "The realm checks lengths itself | file:proof.png |" in text
    assert "set aside" not in export(RUN, language="en").decode()
