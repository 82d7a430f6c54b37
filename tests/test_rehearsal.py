import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from rempart import brand, documents, overlay
from rempart.background import EarlierRecord, FrameworkRecord, RequirementRecord
from rempart.catalogue import built_in
from rempart.check import Outcome, Severity, Vantage
from rempart.cli.reports import command
from rempart.errors import ContentError, ContentErrors, Reason, RempartError, UsageError
from rempart.rehearsal import SYNTHETIC, rehearse, synthetic
from rempart.report.language import language
from rempart.report.render import context, render, sandbox
from rempart.results import Run, encoded, fingerprint
from rempart.retest import retested
from rempart.review import Answer, DocumentRecord, Edition
from tests.sample_cards import CONTROLS
from tests.sample_readings import GRAPHS
from tests.samples import result, sample_run, unseen
from tests.test_overlay import FALSE, OWN, RATING

NAME = "Tiers Payant Exemple <&> « é » 🩺 שלום"
CHAIN = {
    "type": "StoreChain",
    "key": "adh",
    "subject": "adh",
    "source": "inventory",
    "vantage": "observed",
    "root": "",
    "line": None,
    "end_line": None,
    "copies": [
        {
            "name": "adh",
            "subject": "adh",
            "kind": "original",
            "encrypted": False,
            "layers": [
                {"kind": "file", "name": "/srv/pg", "encrypted": False, "key_holder": None},
                {"kind": "luks", "name": "sdb1", "encrypted": True, "key_holder": "claims-1"},
            ],
        },
        {
            "name": "adh.sql.age",
            "subject": "claims-1",
            "kind": "dump",
            "encrypted": True,
            "layers": [],
        },
    ],
}


def made(folder: Path) -> Run:
    """A run with something of everything; `nox -s golden` keeps it as reports/synthetic.json."""
    base = sample_run(organisation=NAME)
    more = tuple(
        unseen("ssh.root_login", "claims-2", reason, f"<{reason}>")
        for reason in Reason
        if reason not in (Reason.PRIVILEGE, Reason.TRUNCATED)
    )
    stated = result("stated.log.detect", "pro", Outcome.PASS, vantage=Vantage.STATED, seen="<i>")
    run = sample_run(
        organisation=NAME,
        results=(*base.results, *more, stated),
        graphs=(CHAIN, *GRAPHS),
        requests=({"method": "GET", "url": "/api/rights?nir=…", "status": 200, "subject": "pro"},),
        frameworks={
            name: FrameworkRecord(
                name.upper(),
                "CNIL",
                "1",
                "https://www.cnil.fr/",
                "verified" if name == "gdpr" else "verified_secondary",
                (RequirementRecord("1", "Encryption", ("enc.rest.database", "exp.ssh")),),
            )
            for name in base.audit.frameworks
        },
    )
    (folder / "proof.png").write_bytes(b"a picture")
    file = folder / "overlay.yaml"
    parts = (RATING, FALSE.removeprefix("results:\n"), OWN)
    file.write_text("schema: rempart.overlay/1\n" + "".join(parts), encoding="utf-8")
    reviewed = overlay.applied(run, overlay.load(file), CONTROLS).run
    again = retested(run, run).retest
    now = "2026-11-26"
    edition = Edition("0.1", now, "A. Martin", dict.fromkeys(("en", "fr", "de"), "<b>"), "C. Roy")
    document = DocumentRecord(
        sha256="8" * 64,
        title=dict.fromkeys(("en", "fr", "de"), "<title>"),
        classification=dict.fromkeys(("en", "fr", "de"), "TLP:AMBER"),
        auditor="Cabinet Exemple",
        team=("A. Martin", "C. Roy"),
        recipients=("Direction générale",),
        reservations=dict.fromkeys(("en", "fr", "de"), "<i>Trois jours.</i>"),
        editions=(edition,),
    )
    root = fingerprint("ssh.root_login", None, Vantage.OBSERVED, "claims-1", "", "")
    earlier = EarlierRecord(
        "older",
        datetime(2026, 10, 1, tzinfo=UTC),
        {"critical": 2, "high": 5},
        3,
        {"fixed": 2, "new": 1, "still open": 4},
        ("<remark>",),
        {root: "regressed"},
    )
    return msgspec.structs.replace(
        reviewed, document=document, retest=again, earlier=(earlier,), id="synthetic"
    )


def test_the_synthetic_run_is_the_golden_one(tmp_path: Path) -> None:
    file = built_in() / "reports" / SYNTHETIC
    made_now = encoded(made(tmp_path))
    from os import environ

    if environ.get("REMPART_GOLDEN") == "write":
        file.write_bytes(made_now)
    assert file.read_bytes() == made_now


def test_the_synthetic_run_has_something_of_everything() -> None:
    run = synthetic()
    assert {one.outcome for one in run.results} == set(Outcome)
    assert {one.vantage for one in run.results} >= {Vantage.OBSERVED, Vantage.STATED}
    assert {one.reason for one in run.results} >= set(Reason)
    assert {one.severity for one in run.results} >= {Severity.LOW, Severity.CRITICAL}
    for name in ("waivers", "statements", "requests", "graphs", "replays", "frameworks"):
        assert getattr(run, name), name
    assert run.document is not None
    assert run.retest is not None
    assert run.retest.items
    reviews = [one.review for one in run.results if one.review]
    assert any(one.false_positive for one in reviews)
    assert any(one.rerated for one in reviews)
    assert any(one.answer for one in reviews)
    assert any(one.source for one in reviews)
    assert {type(one.answer) for one in reviews} == {Answer, type(None)}


def faults(folder: Path, text: str, name: str = "mine.html.j2") -> list[ContentError]:
    (folder / name).write_text(text, encoding="utf-8")
    return list(rehearse(folder).faults)


def told(found: list[ContentError], folder: Path) -> list[str]:
    return [str(one).removeprefix(f"{folder.resolve()}/") for one in found]


def test_an_unknown_name_is_told_with_its_line_and_a_hint(tmp_path: Path) -> None:
    found = told(faults(tmp_path, "<p>\n{{ verdikt }}\n"), tmp_path)
    assert 'mine.html.j2:2: expected a name of the data contract, found "verdikt"' in found[0]
    assert 'did you mean "verdict"?' in found[0]


def test_an_unknown_name_in_a_branch_not_taken_is_found(tmp_path: Path) -> None:
    text = "{% if run.id == 'never' %}\n{{ nothing }}{{ run.authorisation.referense }}\n{% endif %}"
    found = told(faults(tmp_path, text), tmp_path)
    assert [one.split(": ")[0] for one in found] == ["mine.html.j2:2", "mine.html.j2:2"]
    assert any(
        'AuthorisationRecord, found "referense", did you mean "reference"' in f for f in found
    )


def test_fields_are_followed_through_loops(tmp_path: Path) -> None:
    text = (
        "{% for result in run.results if false %}\n{{ result.wear.source }}{% endfor %}\n"
        "{% for finding in found.open if false %}\n{{ finding.recrod.team }}{% endfor %}"
    )
    found = told(faults(tmp_path, text), tmp_path)
    assert ['"wear"' in found[0], '"recrod"' in found[1]] == [True, True]
    assert [one.split(": ")[0] for one in found] == ["mine.html.j2:2", "mine.html.j2:4"]


def test_what_fails_only_when_rendered_is_told_with_its_line(tmp_path: Path) -> None:
    found = told(faults(tmp_path, "<p>\n\n{{ run.waivers[0].reason }}"), tmp_path)
    assert found == ["mine.html.j2:3: tuple object has no element 0"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{% if %}", r"mine\.html\.j2:1: "),
        ("\n{{ ''.__class__ }}", r"mine\.html\.j2:2: .*unsafe"),
        ("{% include 'none.j2' %}", "no template"),
        ("{{ run.id | safe }}", r"mine\.html\.j2:1: .*safe"),
        ("\n{{ say('no.such') }}", r"mine\.html\.j2:2: .*no sentence"),
        ("{% for i in range(10 ** 9) %}{% endfor %}", "too much|Range too big"),
    ],
)
def test_what_is_forbidden_or_broken_is_told(tmp_path: Path, text: str, complaint: str) -> None:
    (first, *_) = told(faults(tmp_path, text), tmp_path)
    assert re.search(complaint, first), first


def test_parts_see_what_their_template_sets(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts/foot.j2").write_text("{{ mark }}{{ language.id }}{{ missing }}")
    text = "{% set mark = 'x' %}{% if false %}{% include 'parts/foot.j2' %}{% endif %}"
    found = told(faults(tmp_path, text), tmp_path)
    assert [one.split(", did")[0] for one in found] == [
        'parts/foot.j2:1: expected a name of the data contract, found "missing"'
    ]


def test_the_starter_is_good(tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    answer = CliRunner().invoke(command, ["new", str(folder)])
    assert answer.exit_code == 0, answer.output
    again = CliRunner().invoke(command, ["new", str(folder)])
    assert isinstance(again.exception, UsageError)
    checked = CliRunner().invoke(command, ["check", str(folder)])
    assert checked.exit_code == 0, checked.exception
    assert "good (24 renderings)" in checked.output


def test_a_folder_without_templates_says_what_it_wants(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"expected a file \*\.html\.j2"):
        rehearse(tmp_path)


# Brand.

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>'


def branded(folder: Path, text: str = "", logo: bytes = SVG, name: str = "logo.svg") -> brand.Brand:
    (folder / name).write_bytes(logo)
    file = folder / "brand.yaml"
    head = f'schema: rempart.brand/1\nname: "A & B <i>"\nlogo: "file:{name}"\n'
    file.write_text(head + text, encoding="utf-8")
    return brand.load(folder)


def test_a_brand_is_seen_on_the_page_and_stays_text(tmp_path: Path) -> None:
    branded(tmp_path, 'colours: {band: "#400040"}\ncover: [{label: Mission, text: "<b>114"}]\n')
    (tmp_path / "mine.html.j2").write_text('{% extends "report.html.j2" %}')
    page = render(sample_run(), str(tmp_path / "mine.html.j2"))
    assert 'src="data:image/svg+xml;base64,' in page
    assert 'alt="A &amp; B &lt;i&gt;"' in page
    assert "--wall: #400040" in page
    assert "<dt>Mission</dt><dd>&lt;b&gt;114</dd>" in page


def test_without_a_brand_the_page_is_ours(tmp_path: Path) -> None:
    assert brand.load(tmp_path) == brand.Brand()


@pytest.mark.parametrize(
    ("logo", "name", "complaint"),
    [
        (b"\0" * (50 << 20), "big.png", r"brand\.yaml:3: .*at most 524288 bytes"),
        (b"MZ", "logo.png", r"brand\.yaml:3: .*PNG, JPEG or SVG"),
        (b"<svg><script>1</script></svg>", "a.svg", r"brand\.yaml:3: .*runs and loads nothing"),
        (b'<svg onload="x()"></svg>', "a.svg", r"loads nothing"),
        (b'<svg><image href="https://x.example/"/></svg>', "a.svg", r"loads nothing"),
        (b'<svg><a href="data:text/html,x"/></svg>', "a.svg", r"loads nothing"),
        (b"<svg><style>@import 'x'</style></svg>", "a.svg", r"loads nothing"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]><svg/>', "a.svg", r"PNG, JPEG or SVG"),
        (
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\1\0\0\0\1\0\0\x08\2\0\0\0",
            "a.png",
            r"4000 pixels a side, found 65536 x 65536",
        ),
    ],
)
def test_a_logo_that_will_not_do_is_refused(
    tmp_path: Path, logo: bytes, name: str, complaint: str
) -> None:
    with pytest.raises(ContentErrors, match=complaint):
        branded(tmp_path, logo=logo, name=name)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('colours: {link: "#9acd32"}', r"brand\.yaml:4: .*contrast of 4\.5 to 1 on #ffffff"),
        ('colours: {band: "#ffffff"}', r"contrast of 4\.5 to 1 on #ffffff, found 1\.1"),
        ('colours: {band: "red;}"}', r"brand\.yaml:4: "),
        ("colors: {}", r'did you mean "colours"'),
        ("cover: [{label: {fr: Mission}, text: x}]", r"brand\.yaml:4: "),
    ],
)
def test_a_brand_that_will_not_do_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(ContentErrors, match=complaint):
        branded(tmp_path, text)


def test_a_missing_logo_is_named(tmp_path: Path) -> None:
    branded(tmp_path)
    (tmp_path / "logo.svg").unlink()
    with pytest.raises(RempartError, match=r"brand\.yaml:3: .*logo\.svg"):
        brand.load(tmp_path)


def test_the_schema_accepts_the_starter() -> None:
    value = documents.read(built_in() / "reports/starter/brand.yaml").value
    assert list(Draft202012Validator(brand.schema()).iter_errors(value)) == []


def test_the_documentation_names_everything_a_template_sees() -> None:

    text = (Path(__file__).parents[1] / "docs/reports.md").read_text(encoding="utf-8")
    builtin = {"range", "dict", "lipsum", "cycler", "joiner", "namespace"}
    names = set(context(sample_run(), language("en"))) | set(
        sandbox(built_in() / "reports").globals
    )
    assert [name for name in sorted(names - builtin) if f"`{name}" not in text] == []


def test_every_kind_of_template_names_what_it_does_not_know(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    for place in ("macros", "sections"):
        (tmp_path / place).mkdir()
    (tmp_path / "mine.html.j2").write_text(
        '{% import "macros/own.j2" as own with context %}\n<p>{{ own.piece(1) }}</p>\n'
        '{% include "sections/own.j2" %}\n'
    )
    (tmp_path / "macros/own.j2").write_text("{% macro piece(x) %}\n{{ lost }}\n{% endmacro %}\n")
    (tmp_path / "sections/own.j2").write_text("\n\n{{ gone }}\n")
    (tmp_path / "front.html.j2").write_text("{{ title }}{{ contents | length }}\n{{ away }}\n")
    paper = docx.Document()
    paper.add_paragraph("{{ run.organisation }} {{ missing }}")
    paper.sections[0].header.paragraphs[0].text = "{{ title }} {{ absent }}"
    paper.save(str(tmp_path / "mine.docx"))
    faults = rehearse(tmp_path).faults
    told = {(str(one.file), one.line): one.message for one in faults}
    for where, name in (
        ((f"{tmp_path}/macros/own.j2", 2), "lost"),
        ((f"{tmp_path}/sections/own.j2", 3), "gone"),
        ((f"{tmp_path}/front.html.j2", 2), "away"),
    ):
        assert name in told.pop(where)
    assert {file for file, _ in told} == {str(tmp_path / "mine.docx")}
    words = [one.message for one in faults if str(one.file).endswith(".docx")]
    assert sorted(words)[:2] == [
        'expected a name of the data contract, found "absent" (near “{{ title }} {{ absent }}”)',
        'expected a name of the data contract, found "missing"'
        " (near “{{ run.organisation }} {{ missing }}”)",
    ]
