"""PDF files, read by a child that has limits."""

import io
import shutil
from pathlib import Path

import pytest

from rempart.collectors.files import pdf as reading
from rempart.errors import Limited, Truncated
from tests.documents import (
    docx,
    found,
    missed,
    numbers,
    pdf,
    read,
)

PEOPLE = list(numbers(20))


def locked(pages: list[str], *, owner: bool = False) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(pages))))
    if owner:  # opens for everybody: a lock that holds nobody
        writer.encrypt("", owner_password="owner", algorithm="AES-256")
    else:
        writer.encrypt("geheim", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def filled(values: list[str]) -> bytes:
    """A form whose fields hold the numbers, and that carries a letter."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject
    from pypdf.generic import TextStringObject as Text

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(["Feuille de soins"]))))
    fields = ArrayObject()
    for number, value in enumerate(values):
        field = DictionaryObject({
            NameObject("/Subtype"): NameObject("/Widget"),
            NameObject("/FT"): NameObject("/Tx"), NameObject("/T"): Text(f"nir{number}"),
            NameObject("/V"): Text(value),
            NameObject("/Rect"): ArrayObject(FloatObject(one) for one in (40, 600, 300, 620)),
        })  # fmt: skip
        fields.append(writer._add_object(field))
    writer.pages[0][NameObject("/Annots")] = fields
    form = DictionaryObject({NameObject("/Fields"): fields})
    writer._root_object[NameObject("/AcroForm")] = writer._add_object(form)
    writer.add_attachment("lettre.docx", docx(values))
    writer.add_metadata({"/Subject": values[0]})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_fields_attachments_and_properties_of_a_pdf_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(filled(PEOPLE))
    assert found(tmp_path) == {"a.pdf": [("nir", "clear", 41)]}
    assert missed(tmp_path) == []


def test_a_pdf_is_closed_only_where_it_asks_for_a_password(tmp_path: Path) -> None:
    (tmp_path / "closed.pdf").write_bytes(locked(PEOPLE))
    (tmp_path / "open.pdf").write_bytes(locked(PEOPLE, owner=True))
    assert found(tmp_path) == {"open.pdf": [("nir", "clear", 20)]}
    assert (read(tmp_path).sealed, missed(tmp_path)) == (1, [])


def test_a_pdf_reader_that_hangs_is_killed_and_the_next_file_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "slow_child.py").write_text(
        "import sys, time\nif b'hang' in sys.stdin.buffer.read(4000):\n    time.sleep(600)\n"
    )
    monkeypatch.setattr(reading, "CHILD", "slow_child")
    monkeypatch.syspath_prepend(modules)
    monkeypatch.setattr(reading, "_package", lambda: str(modules))
    with reading.Documents(seconds=0.5) as documents, pytest.raises(Limited, match=r"0\.5 s"):
        list(documents.pages(b"hang" * 2000))
    monkeypatch.undo()
    with reading.Documents() as documents:
        assert [len(page or b"") for page in documents.pages(pdf(["abc", None]))] == [3, 0]


def test_a_pdf_reader_that_dies_is_started_again(tmp_path: Path) -> None:
    with reading.Documents() as documents:
        assert list(documents.pages(pdf(["abc"]))) == [b"abc"]
        documents._engine._child.kill()  # type: ignore[union-attr]
        with pytest.raises(Truncated):
            list(documents.pages(pdf(["abc"])))
        assert list(documents.pages(pdf(["abc"]))) == [b"abc"]


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs poppler-utils")
def test_poppler_reads_where_the_package_is_missing() -> None:
    engine = reading._Poppler("pdftotext", 20)
    pages = [
        isinstance(page, bytes) and page.strip() for page in engine.pages(pdf(["abc", None, "def"]))
    ]
    assert pages == [b"abc", False, b"def"]
    with pytest.raises(reading.Locked):
        list(engine.pages(locked(["abc"])))
    with pytest.raises(Truncated):
        list(engine.pages(b"%PDF-1.7 nothing"))
