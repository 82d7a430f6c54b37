"""Drafts as pages, PDFs and Word documents: what a person typed stays text in each."""

import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner

from rempart.cli.notify import command
from rempart.dossier.paper import ADDRESSEES, To
from rempart.dossier.sheets import Run, blocks, page, runs, written
from rempart.results import save
from tests.infected import PAYLOADS
from tests.samples import sample_run
from tests.test_dossier import FACTS, paper, typed

TYPED = (
    "Jeanne Roy", "dpo@payer.example", "Un compte hameçonné a lu des fiches.", "identité", "IBAN",
    "absents de la base", "Mutuelle A",
)  # fmt: skip


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.update((tag, *(f"{tag} {name}" for name, _ in attrs)))


def hostile(payload: str) -> str:
    facts = FACTS
    for text in TYPED:
        facts = facts.replace(text, json.dumps(text + payload), 1)
    return facts


def draft(folder: Path, facts: str, to: To) -> str:
    return paper(typed(folder, facts), to)


@pytest.mark.parametrize("to", ADDRESSEES)
@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_a_person_typed_makes_no_tag(tmp_path: Path, payload: str, to: To) -> None:
    more = {"client": "Mutuelle B"} if to == "clients" else {}
    more |= {"population": "insured"} if to == "people" else {}
    plain = paper(typed(tmp_path), to, **more)
    typed_in = paper(typed(tmp_path, hostile(payload)), to, **more)
    assert Tags(page(typed_in, "fr")).found == Tags(page(plain, "fr")).found
    assert "\x1b" not in page(typed_in, "fr")
    assert [one.kind for one in blocks(typed_in)] == [one.kind for one in blocks(plain)]


def test_the_looks_of_a_line() -> None:
    text = r"**a** *b* `c*` d\*e \[x\] f"
    assert list(runs(text)) == [
        Run("a", "strong"), Run(" "), Run("b", "em"), Run(" "), Run("c*", "code"),
        Run(" d*e [x] f"),
    ]  # fmt: skip


def test_blocks_are_told_apart() -> None:
    text = "# T\n\n> a\n> b\n\nc\nd\n- e\n- f\n\n---\n\n| g | h\\|i |\n| --- | --- |\n| j | k |\n"
    found = [(one.kind, one.lines) for one in blocks(text)]
    assert found == [
        ("heading", [["T"]]), ("quote", [["a b"]]), ("paragraph", [["c d"]]),
        ("list", [["e"], ["f"]]), ("rule", []), ("table", [["g", "h\\|i"], ["j", "k"]]),
    ]  # fmt: skip


def test_a_page_loads_and_runs_nothing(tmp_path: Path) -> None:
    told = page(draft(tmp_path, FACTS, "authority"), "fr")
    assert "default-src 'none'; style-src 'sha256-" in told
    assert "<script" not in told
    assert "http" not in told.replace("http-equiv", "")
    assert "Un compte hameçonné a lu des fiches." in told


@pytest.mark.parametrize("payload", PAYLOADS)
def test_word_holds_the_same_words_and_no_link(tmp_path: Path, payload: str) -> None:
    docx = pytest.importorskip("docx")
    text = draft(tmp_path, hostile(payload), "authority")
    document = docx.Document(BytesIO(written(text, ".docx", "fr")))
    clean = docx.Document(BytesIO(written(draft(tmp_path, FACTS, "authority"), ".docx", "fr")))
    assert len(document.paragraphs) == len(clean.paragraphs)
    assert len(document.tables) == len(clean.tables) > 1
    assert "hyperlink" not in document.element.xml
    assert "instrText" not in document.element.xml


@pytest.mark.parametrize("suffix", [".md", ".html", ".pdf", ".docx"])
def test_the_name_says_the_format(tmp_path: Path, suffix: str) -> None:
    pytest.importorskip("weasyprint" if suffix == ".pdf" else "docx")
    typed(tmp_path)
    save(sample_run(), tmp_path / "run.json")
    out = tmp_path / f"cnil{suffix}"
    arguments = [str(tmp_path / "run.json"), str(tmp_path / "facts.yaml"), "-o", str(out)]
    answer = CliRunner().invoke(command, arguments)
    assert answer.exit_code == 0, answer.exception
    assert out.stat().st_mode & 0o777 == 0o600
    begins = {".md": b"# PROJET", ".html": b"<!doctype", ".pdf": b"%PDF-", ".docx": b"PK\x03\x04"}
    assert out.read_bytes().startswith(begins[suffix])


def test_a_pdf_is_set_in_the_fonts_of_the_reports(tmp_path: Path) -> None:
    pytest.importorskip("weasyprint")
    made = written(draft(tmp_path, FACTS, "authority"), ".pdf", "fr")
    unpacked = b"".join(_streams(made))
    names = set(re.findall(rb"/BaseFont\s*/\w+\+([\w-]+)", unpacked))
    assert {b"Inter", b"Inter-Bold"} <= names
    assert all(name.startswith((b"Inter", b"JetBrains")) for name in names)


def _streams(made: bytes) -> Iterator[bytes]:
    yield made
    for found in re.finditer(rb"stream\r?\n(.*?)endstream", made, re.DOTALL):
        try:
            yield zlib.decompress(found[1].strip(b"\r\n"))
        except zlib.error:
            yield b""


def test_word_is_a4_in_the_language_of_the_draft(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    document = docx.Document(BytesIO(written(draft(tmp_path, FACTS, "authority"), ".docx", "fr")))
    assert [(round(s.page_width.mm), round(s.page_height.mm)) for s in document.sections] == [
        (210, 297)
    ]
    assert 'w:val="fr-FR"' in document.styles.element.xml
    table = document.tables[0]
    assert "w:tblHeader" in table.rows[0]._tr.xml
    assert sum(cell.width.mm for cell in table.rows[0].cells) == pytest.approx(170, abs=1)


def test_another_name_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    arguments = [str(tmp_path / "no.json"), str(tmp_path / "no.yaml"), "-o", "x.txt"]
    answer = CliRunner().invoke(command, arguments)
    assert "expected a name that ends in one of .md, .html, .pdf, .docx" in str(answer.exception)
