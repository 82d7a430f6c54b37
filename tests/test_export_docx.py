import os
import subprocess
import sys
from collections import Counter
from functools import cache
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from docx import Document
from lxml import etree
from msgspec.structs import replace

from rempart.card import LANGUAGES
from rempart.catalogue import built_in
from rempart.errors import RenderError, UsageError
from rempart.export import write_all
from rempart.export.docx import export
from rempart.report.analysis import Analysis
from rempart.report.findings import Findings
from rempart.results import Run
from tests.infected import PAYLOADS, infected
from tests.samples import sample_run
from tests.test_pages import full_run
from tests.word import KINDS, template

ESCAPES = {
    "reads the class of a string": "{{ ''.__class__.__mro__ }}",
    "calls into the interpreter": "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "switches escaping off": "{% autoescape false %}{{ run.id }}{% endautoescape %}",
    "asks for an unknown name": "{{ run.organization }}",
}
MAY_VARY = {"r", "t", "br", "tab", "rPr", "rFonts", "sz"}  # runs of one paragraph


def parts(document: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(document)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def text(document: bytes) -> str:
    opened = Document(BytesIO(document))
    return "".join(node.text or "" for node in opened.element.iter("{*}t"))


def shape(document: bytes) -> Counter[str]:
    """Every element of every part but those a line break in a text adds."""
    tags: Counter[str] = Counter()
    for name, content in parts(document).items():
        if name.endswith((".xml", ".rels")):
            for element in etree.fromstring(content).iter():
                tags[f"{name} {etree.QName(element).localname}"] += 1
    return Counter({key: n for key, n in tags.items() if key.split()[-1] not in MAY_VARY})


def canonical(part: bytes) -> bytes:
    return bytes(etree.tostring(etree.fromstring(part), method="c14n"))


def written(run: Run, name: str, language: str = "") -> bytes:
    """The document of that kind; that of a team for the first that has something to do."""
    team = Analysis(Findings(run)).sheets[0].team if name == "team" else ""
    return export(run, template=f"team:{team}" if team else name, language=language)


@cache
def harmless(name: str, before: bool) -> Counter[str]:
    return shape(written(infected(sample_run(), "x", before=before), name))


def of_mine(folder: Path, where: str, words: str) -> str:
    document = Document()
    paragraph = document.add_paragraph("Mine")
    if where == "body":
        paragraph.text = words
    elif where == "header":
        document.sections[0].header.paragraphs[0].text = words
    elif where == "footer":
        document.sections[0].footer.paragraphs[0].text = words
    else:
        document.core_properties.title = words
    document.save(str(folder / "mine.docx"))
    return str(folder / "mine.docx")


@pytest.mark.parametrize("name", KINDS)
def test_the_shipped_template_is_the_one_put_together_here_golden(name: str) -> None:
    file = built_in() / "reports" / "docx" / f"{name}.docx"
    if os.environ.get("REMPART_GOLDEN") == "write":
        file.write_bytes(template(name))
    shipped, made = parts(file.read_bytes()), parts(template(name))
    for part in ("word/document.xml", "word/header1.xml", "word/footer1.xml"):
        assert canonical(shipped[part]) == canonical(made[part])


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_document_speaks_one_language(name: str, language: str) -> None:
    document = written(full_run(), name, language)
    titles = {"fr": "SSH refuse root", "en": "SSH refuses root", "de": "SSH verweigert root"}
    for spoken, title in titles.items():
        assert (title in text(document)) == (spoken == language)
    locale = {"fr": "fr-FR", "en": "en-GB", "de": "de-DE"}[language]
    assert f'w:val="{locale}"'.encode() in parts(document)["word/styles.xml"]


def test_ten_renderings_are_the_same_bytes() -> None:
    assert len({export(sample_run()) for _ in range(10)}) == 1


def test_it_is_dated_when_the_run_ended() -> None:
    run = sample_run()
    properties = Document(BytesIO(export(run))).core_properties
    assert properties.created.isoformat() == run.finished.isoformat()
    with ZipFile(BytesIO(export(run))) as archive:
        assert {one.date_time[:5] for one in archive.infolist()} == {(2026, 11, 25, 2, 17)}


def test_what_word_shows_of_the_file_is_not_escaped_twice() -> None:
    run = sample_run(organisation="Fils & Filles <Santé>")
    assert "Fils & Filles <Santé>" in Document(BytesIO(export(run))).core_properties.title


def test_findings_stand_in_it_with_evidence_and_remedy() -> None:
    shown = text(export(sample_run(), language="fr"))
    for expected in ("PermitRootLogin yes", "sudo -n sshd -T", "Écrire ", "CNIL ✗", "W-1"):
        assert expected in shown
    assert "`" not in shown


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("name", KINDS)
def test_nothing_found_becomes_markup(name: str, payload: str, before: bool) -> None:
    document = written(infected(sample_run(), payload, before=before), name)
    if name == "team" and "." in payload:  # what stands before a dot names a product
        assert shape(document).keys() == harmless(name, before).keys()
    else:
        assert shape(document) == harmless(name, before)
    assert "{{7*7}}" in text(document) or "{{7*7}}" not in payload


def test_names_in_other_scripts_are_kept() -> None:
    run = sample_run(organisation="شركة التأمين الصحي 🏥 ביטוח")
    assert "شركة التأمين الصحي 🏥 ביטוח" in text(export(run))


def test_an_empty_run_is_a_document_too() -> None:
    run = sample_run(results=(), subjects=(), waivers=(), statements=(), replays=(), checks={})
    for name in (one for one in KINDS if one != "team"):
        assert "Tiers Payant Démonstration" in text(export(run, template=name))


def test_the_technical_page_shares_the_template_of_the_report() -> None:
    assert export(sample_run(), template="technical") == export(sample_run())


def test_a_template_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(UsageError, match=r"'minutes'; there are: compliance, .*team:NAME"):
        export(sample_run(), template="minutes")


def test_a_template_of_yours_is_filled_in_every_part(tmp_path: Path) -> None:
    for where in ("body", "header", "footer"):
        mine = of_mine(tmp_path, where, "{{ run.organisation }} & {{ say('yes') }}")
        document = export(sample_run(), template=mine, language="de")
        assert "Tiers Payant Démonstration &amp; ja" in "".join(
            content.decode() for name, content in parts(document).items() if name.endswith(".xml")
        )


@pytest.mark.parametrize("where", ["body", "header", "footer", "title"])
@pytest.mark.parametrize("words", ESCAPES.values(), ids=ESCAPES)
def test_a_template_cannot_leave_the_sandbox(tmp_path: Path, where: str, words: str) -> None:
    mine = of_mine(tmp_path, where, words)
    with pytest.raises(RenderError, match=r"^mine\.docx"):
        export(sample_run(), template=mine)


def test_a_fault_is_told_with_the_words_around_it(tmp_path: Path) -> None:
    mine = of_mine(tmp_path, "body", "Nous avons vu {% if run %} ceci")
    with pytest.raises(RenderError, match=r"mine\.docx.*near “.*Nous avons vu"):
        export(sample_run(), template=mine)


def test_a_template_that_eats_the_machine_is_stopped(tmp_path: Path) -> None:
    mine = of_mine(tmp_path, "body", "{% for i in range(99999) %}{{ 'x' * 99999 }}{% endfor %}")
    with pytest.raises(RenderError, match=r"mine\.docx: MemoryError|more memory"):
        export(sample_run(), template=mine)


def test_what_is_no_word_document_is_said(tmp_path: Path) -> None:
    for content in (b"", b"PK\x03\x04 not really", b"<html>"):
        (tmp_path / "mine.docx").write_bytes(content)
        with pytest.raises(RenderError, match=r"mine\.docx: expected a Word document"):
            export(sample_run(), template=str(tmp_path / "mine.docx"))
    with pytest.raises(UsageError, match="there is no such template"):
        export(sample_run(), template=str(tmp_path / "gone.docx"))


def test_without_docxtpl_one_line_says_so_and_a_page_is_written(tmp_path: Path) -> None:
    (tmp_path / "docxtpl.py").write_text("raise ModuleNotFoundError('docxtpl')\n")
    (tmp_path / "try.py").write_text(
        "from pathlib import Path\n"
        "from rempart.export import write_all\n"
        "from rempart.errors import Lacking\n"
        "from tests.samples import sample_run\n"
        "try:\n"
        "    print(list(write_all(sample_run(), [Path('a.docx'), Path('b.md')])))\n"
        "except Lacking as error:\n"
        "    print(error)\n"
    )
    root = str(Path(__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "try.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{root}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        "a.docx: a Word document needs docxtpl: pip install 'rempart[docx]'; "
        "a.docx.html was written instead"
    ]
    assert "Tiers Payant" in (tmp_path / "a.docx.html").read_text(encoding="utf-8")
    assert (tmp_path / "b.md").exists()


def test_every_file_asked_for_is_written(tmp_path: Path) -> None:
    run: Run = replace(sample_run(), language="en")
    asked = [tmp_path / "a.docx", tmp_path / "a.csv"]
    assert list(write_all(run, asked)) == asked
    assert asked[0].stat().st_mode & 0o777 == 0o600


def test_one_team_is_given_its_own_measures_and_nobody_elses() -> None:
    shown = text(export(sample_run(), template="team:ops", language="en"))
    assert "SSH refuses root" in shown
    with pytest.raises(UsageError, match=r'no measure for a team "lawyers"; teams .*ops'):
        export(sample_run(), template="team:lawyers")


def test_the_matrix_of_requirements_is_told_in_words() -> None:
    document = Document(BytesIO(export(full_run(), template="compliance", language="en")))
    rows = [[cell.text for cell in row.cells] for one in document.tables for row in one.rows]
    asked, missed = (row for row in rows if row[0] == "32(1)(a)")
    assert asked[1:3] == ["Encrypt", "not met"]
    assert "claims-2: not tested" in asked[3].splitlines()
    assert missed[1:] == ["not met", "F03 Volumes are encrypted"]


@pytest.mark.parametrize("template", ["team", "minutes", "nowhere/mine.docx"])
def test_a_word_template_that_is_not_there_is_refused_before_anything_is_written(
    tmp_path: Path, template: str
) -> None:
    wanted = [tmp_path / name for name in ("a.json", "b.docx")]
    with pytest.raises(UsageError, match=r"no Word template|no such template|team:NAME"):
        list(write_all(sample_run(), wanted, template=template))
    assert list(tmp_path.iterdir()) == []


def test_every_breach_is_replayed_again_after_the_measures() -> None:
    run = full_run()
    again = tuple(
        replace(one, scenario=f"{one.scenario}-{n}") for n in range(4) for one in run.replays
    )
    shown = text(export(replace(run, replays=again), template="compliance", language="en"))
    assert shown.count("And after the 30-day measures?") == len(again)
    assert "→" in shown or "change the state of no step" in shown
