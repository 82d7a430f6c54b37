"""The PDFs as poppler and a reader's software see them."""

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from rempart.card import LANGUAGES
from rempart.errors import Lacking, RenderError
from rempart.export.pdf import export
from rempart.paper import thrift
from rempart.results import Run
from tests.infected import PAYLOADS, infected
from tests.lab import lacking, need
from tests.samples import result, sample_run
from tests.test_pages import full_run

pytestmark = pytest.mark.lab

TEMPLATES = ("report", "executive", "technical", "compliance", "team:ops")
FRONT = 2  # the cover and one page of contents
MARGIN = 28  # points from the edge that nothing passes
WORD = re.compile(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">')
PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', re.DOTALL)
LONG = "/srv/" + "verylongunbreakablename" * 12


def paper(run: Run, template: str = "report", language: str = "fr") -> bytes:
    try:
        return export(run, template=template, language=language)
    except Lacking as error:
        lacking(str(error))


@cache
def full(template: str, language: str = "fr") -> bytes:
    return paper(full_run(), template, language)


def poppler(program: str, document: bytes, *options: str) -> str:
    command = (need(program, "poppler-utils"), *options, "-", "-")
    if program in ("pdffonts", "pdfinfo"):
        command = command[:-1]
    done = subprocess.run(command, input=document, capture_output=True, check=True)
    return done.stdout.decode()


def texts(document: bytes) -> list[str]:
    """The text of each page, as laid out."""
    return poppler("pdftotext", document, "-layout").split("\f")[:-1]


def bare(text: str) -> str:
    """Letters and digits alone: spaces and hyphens depend on where lines end."""
    return "".join(filter(str.isalnum, text))


def objects(document: bytes) -> Iterator[DictionaryObject]:
    reader = PdfReader(BytesIO(document))
    for number in range(1, int(str(reader.trailer["/Size"]))):
        found = reader.get_object(IndirectObject(number, 0, reader))
        if isinstance(found, DictionaryObject):
            yield found


def plain(value: Any) -> Any:
    return value.get_object() if isinstance(value, IndirectObject) else value


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_the_contents_name_the_pages_that_chapters_are_on(template: str, language: str) -> None:
    pages = texts(full(template, language))
    entries = re.findall(r"^ *(\S.*?) ?[. ]{4,}(\d+)$", pages[1], re.MULTILINE)
    assert len(entries) >= 3
    for heading, number in entries:
        page = bare(pages[FRONT + int(number) - 1])
        # word by word: a heading that wraps beside its mark is read across both
        assert all(bare(word) in page for word in heading.split()), heading


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_page_says_whose_it_is_and_how_many_there_are(template: str) -> None:
    pages = texts(full(template))
    body = pages[FRONT:]
    for number, text in enumerate(body, 1):
        assert "Tiers Payant Démonstration" in text
        assert "Confidentiel" in text
        assert re.search(rf"\b{number} ?/ ?{len(body)}$", text.rstrip()), text[-200:]
    assert "Confidentiel" in pages[0]
    assert not re.search(r"\d+ ?/ ?\d+$", pages[0].rstrip())


@pytest.mark.parametrize("template", TEMPLATES)
def test_readers_are_told_language_title_structure_and_page_numbers(template: str) -> None:
    reader = PdfReader(BytesIO(full(template)))
    root = plain(reader.trailer["/Root"])
    assert plain(root["/MarkInfo"])["/Marked"].value is True
    assert root["/Lang"] == "fr"
    assert "Tiers Payant Démonstration" in str(reader.metadata and reader.metadata.title)
    assert reader.page_labels[: FRONT + 2] == ["i", "ii", "1", "2"]
    assert len(reader.outline) >= 3


@pytest.mark.parametrize("template", TEMPLATES)
def test_drawings_are_described_and_header_cells_say_what_they_head(template: str) -> None:
    kinds = [
        (str(one["/S"]), one) for one in objects(full(template)) if "/S" in one and "/P" in one
    ]
    drawings = [one for kind, one in kinds if kind == "/Figure"]
    heads = [one for kind, one in kinds if kind == "/TH" and "/A" in one]
    assert all(one.get("/Alt") for one in drawings)
    assert {plain(one["/A"])["/Scope"] for one in heads} <= {"/Row", "/Column"}
    assert heads or template == "team:ops"
    assert {"/H2", "/P", "/L"} <= {kind for kind, _ in kinds}


@pytest.mark.parametrize("template", TEMPLATES)
def test_nothing_leaves_the_page(template: str) -> None:
    hosts = tuple(
        result("volumes.encrypted", "claims-1", instance=f"{LONG}/{n}", seen=LONG) for n in range(3)
    )
    run = sample_run(results=(*sample_run().results, *hosts), organisation="Mutuelle " * 30)
    for document in (full(template), paper(run, "report")):
        boxed = poppler("pdftotext", document, "-bbox")
        for number, (width, height, words) in enumerate(PAGE.findall(boxed)):
            for left, top, right, bottom in WORD.findall(words):
                assert float(left) >= MARGIN, number
                assert float(right) <= float(width) - MARGIN, number
                assert float(top) >= MARGIN, number
                assert float(bottom) <= float(height) - MARGIN, number


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_page_is_empty(template: str, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(full(template))
    command = (need("pdftoppm", "poppler-utils"), "-r", "20", "-gray", "a.pdf", "p")
    subprocess.run(command, cwd=tmp_path, check=True)
    for picture in sorted(tmp_path.glob("p-*.pgm")):
        head = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", picture.read_bytes())
        assert head
        pixels = picture.read_bytes()[head.end() :]
        assert len(pixels) == int(head[1]) * int(head[2])
        assert sum(pixel < 160 for pixel in pixels) > 60, picture.name


def test_its_fonts_are_ours_and_embedded() -> None:
    lines = poppler("pdffonts", full("technical")).splitlines()[2:]
    names = {line.split()[0].split("+")[-1] for line in lines}
    assert {name.split("-")[0] for name in names} <= {"Inter", "JetBrains"}
    assert all(re.search(r"\byes\s+yes\s+(yes|no)\b", line) for line in lines)


def test_ten_renderings_are_the_same_bytes() -> None:
    assert len({paper(sample_run(), "executive") for _ in range(10)}) == 1


def test_it_is_dated_when_the_run_ended() -> None:
    metadata = PdfReader(BytesIO(paper(sample_run()))).metadata
    assert metadata
    assert metadata.creation_date == metadata.modification_date == sample_run().finished


def _doors(document: bytes) -> set[str]:
    """Whatever leads out of a document or makes it act."""
    found = set()
    for one in objects(document):
        for key in ("/URI", "/JS", "/Launch", "/EmbeddedFiles", "/AA", "/OpenAction", "/AcroForm"):
            if key in one:
                found.add(f"{key} {plain(one[key])}")
        if "/Subtype" in one and "/Rect" in one:
            found.add(str(one["/Subtype"]))
        if isinstance(one.get("/S"), str) and "/P" not in one:
            found.add(str(one["/S"]))
    return found


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("template", ["report", "executive"])
def test_nothing_found_leads_out_or_acts(template: str, payload: str) -> None:
    harmless = _doors(paper(infected(sample_run(), "x", before=True), template))
    document = paper(infected(sample_run(), payload, before=True), template)
    assert _doors(document) <= harmless
    shown = "".join(texts(document))
    assert "{{7*7}}" in shown or "{{7*7}}" not in payload
    assert "\x1b" not in shown


def test_names_in_other_scripts_are_shown() -> None:
    shown = "".join(texts(paper(sample_run(organisation="Στοά ביטוח تأمين 🏥", language="en"))))
    for word in ("Στοά", "🏥"):
        assert word in shown
    assert "ביטוח" in shown or "חוטיב" in shown


def test_an_empty_run_is_a_document_too() -> None:
    run = sample_run(results=(), subjects=(), waivers=(), statements=(), replays=(), checks={})
    for template in TEMPLATES[:4]:
        assert len(texts(paper(run, template))) > FRONT


@pytest.mark.parametrize(
    "outside",
    ["file:///etc/passwd", "http://127.0.0.1:9/logo.png", "data:text/html,x", "font:../../x.ttf"],
)
def test_a_template_of_yours_loads_nothing_from_outside(tmp_path: Path, outside: str) -> None:
    mine = tmp_path / "mine.html.j2"
    mine.write_text(f'<html lang="fr"><title>t</title><img src="{outside}" alt="x"><h2>A</h2>')
    with pytest.raises(RenderError, match=r"may not load|loads nothing from elsewhere") as told:
        paper(sample_run(), str(mine))
    assert outside in str(told.value)


def test_a_picture_of_many_megabytes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "logo").mkdir()
    mine = tmp_path / "mine.html.j2"
    mine.write_text(f'<img alt="" src="data:image/png;base64,{"A" * 5_000_000}">')
    with pytest.raises(RenderError, match=r"data:image/png.* \(\d+ characters\)"):
        paper(sample_run(), str(mine))


def test_a_template_of_yours_has_its_own_front_and_styles(tmp_path: Path) -> None:
    (tmp_path / "mine.html.j2").write_text(
        '{% extends "report.html.j2" %}{% block findings %}<h2>Nos mots</h2>{% endblock %}'
    )
    (tmp_path / "front.html.j2").write_text(
        '<html lang="fr"><title>Chez nous</title><h1>Cabinet {{ title }}</h1>'
        "{% for one in contents %}<p>{{ one.text }} {{ one.page }}</p>{% endfor %}"
    )
    document = paper(sample_run(), str(tmp_path / "mine.html.j2"))
    pages = texts(document)
    assert "Cabinet Audit de sécurité" in pages[0]
    assert re.search(r"Nos mots \d", pages[0])
    assert "Nos mots" in "".join(pages[1:])
    found = PdfReader(BytesIO(document)).metadata
    assert found
    assert found.title == "Chez nous"


def test_the_links_of_the_contents_arrive() -> None:
    reader = PdfReader(BytesIO(full("technical")))
    links = [plain(one) for one in plain(reader.pages[1].get("/Annots", ArrayObject()))]
    assert len(links) >= 10
    names = reader.named_destinations
    targets = [str(plain(one["/A"])["/D"] if "/A" in one else one["/Dest"]) for one in links]
    assert set(targets) <= names.keys()


def _decoded(document: bytes) -> Iterator[object]:
    """Every object of a document in order, what is packed in it unpacked."""
    for one in objects(document):
        if str(one.get("/Type")) in ("/XRef", "/ObjStm"):
            continue
        kept = {key: _written(value) for key, value in one.items() if key != "/Length"}
        yield kept, one.get_data() if isinstance(one, StreamObject) else b""


def _written(value: Any) -> bytes:
    written = BytesIO()
    value.write_to_stream(written)
    return written.getvalue()


@pytest.mark.parametrize("template", ["technical", "compliance"])
def test_working_sparingly_changes_nothing_in_the_document(
    template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sparing = paper(full_run(), template)
    monkeypatch.setattr(thrift, "KNOWN", ("none", "none"))
    lavish = paper(full_run(), template)
    monkeypatch.undo()
    assert sparing != lavish  # packed less tightly: so the other way was taken
    assert list(_decoded(sparing)) == list(_decoded(lavish))
    assert sparing == paper(full_run(), template)
