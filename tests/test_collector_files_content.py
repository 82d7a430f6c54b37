"""What stands in documents, archives and mail, and pictures that say nothing."""

import bz2
import contextlib
import gzip
import lzma
import sqlite3
import struct
import tarfile
from pathlib import Path

import pytest
import zstandard

from rempart.observations.datastores import Dump
from tests import documents
from tests.documents import (
    PEOPLE,
    TEXT,
    docx,
    found,
    message,
    missed,
    odt,
    pdf,
    pictures,
    tarred,
    xlsx,
    zipped,
)

RTF = (
    b"{\\rtf1\\ansi "
    + b"".join(
        b"{\\b %b}{\\fs24\\i %b}\\par\r\n" % (one[:7].encode(), one[7:].encode()) for one in PEOPLE
    )
    + b"}"
)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(60)


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16", "utf-16-le", "utf-16-be"])
def test_reads_texts_of_any_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "note").write_bytes(("Été à la mer. " * 20 + TEXT).encode(encoding))
    assert found(tmp_path) == {"note": [("nir", "clear", 20)]}


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("a.gz", gzip.compress),
        ("a.bz2", bz2.compress),
        ("a.xz", lzma.compress),
        ("a.zst", zstandard.compress),
        ("a.zip", lambda text: zipped({"dir/a.txt": text})),
        ("a.zip.gz", lambda text: gzip.compress(zipped({"a.txt": text}))),
        ("b.zip", lambda text: zipped({"c.zip": zipped({"a.txt": text})})),
    ],
)
def test_looks_into_what_is_packed(tmp_path: Path, name: str, pack: object) -> None:
    (tmp_path / name).write_bytes(pack(TEXT.encode()))  # type: ignore[operator]
    assert found(tmp_path) == {name: [("nir", "clear", 20)]}
    assert missed(tmp_path) == []


def test_numbers_in_cells_of_binary_workbooks_are_read(tmp_path: Path) -> None:
    number = b"\x03\x02\x0e\0" + bytes(6)
    cells = b"".join(number + struct.pack("<d", int(one)) for one in PEOPLE)
    (tmp_path / "a.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + cells)
    real = b"".join(b"\x05\x10" + bytes(8) + struct.pack("<d", int(one)) for one in PEOPLE)
    members = {"[Content_Types].xml": b"<Types/>", "xl/workbook.bin": b"\x83\x01\0"}
    (tmp_path / "b.xlsb").write_bytes(zipped({**members, "xl/worksheets/sheet1.bin": real}))
    assert found(tmp_path) == {"a.xls": [("nir", "clear", 20)], "b.xlsb": [("nir", "clear", 20)]}


@pytest.mark.parametrize("format_", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
def test_looks_into_tar(tmp_path: Path, mode: str, format_: int) -> None:
    (tmp_path / "a.tar").write_bytes(tarred(mode, format_=format_))
    assert found(tmp_path) == {"a.tar": [("nir", "clear", 40)]}
    assert missed(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "content", "valid"),
    [
        ("a.docx", docx(PEOPLE), 20),
        ("a.xlsx", xlsx(PEOPLE), 40),
        ("a.odt", odt(PEOPLE), 20),
        ("a.eml", message(PEOPLE), 20),
        ("a.eml", message(PEOPLE[:9], ("a.docx", docx(PEOPLE))), 29),
        ("a.eml", message([], ("a.zip", zipped({"a.csv": TEXT.encode()}))), 20),
        ("a.eml", message([], ("a.eml", message(PEOPLE))), 20),
        ("a.pdf", pdf([f"NIR {one}" for one in PEOPLE]), 20),
        ("a.zip", zipped({"b.pdf": pdf([f"NIR {one}" for one in PEOPLE])}), 20),
        ("a.rtf", RTF, 20),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(999) + TEXT.encode("utf-16-le"), 20),
    ],
)
def test_reads_documents(tmp_path: Path, name: str, content: bytes, valid: int) -> None:
    (tmp_path / name).write_bytes(content)
    assert found(tmp_path) == {name: [("nir", "clear", valid)]}
    assert missed(tmp_path) == []


def test_reads_a_mailbox_message_by_message(tmp_path: Path) -> None:
    stamp = b"From a@payer.example Wed Nov 25 10:00:00 2026\n"
    box = b"\n".join(
        stamp + message(PEOPLE[n : n + 1], ("a.docx", docx(PEOPLE[:1]))) for n in range(20)
    )
    (tmp_path / "root").write_bytes(box)
    assert found(tmp_path) == {"root": [("nir", "clear", 40)]}


def test_a_document_of_another_language_of_office_has_no_entity_to_grow(tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><w:p>&b;&#49;8</w:p>'
    (tmp_path / "a.docx").write_bytes(docx(PEOPLE, **{"word/header1.xml": bomb}))
    assert found(tmp_path) == {"a.docx": [("nir", "clear", 20)]}


def test_pictures_are_counted_by_their_folder_and_never_clean(tmp_path: Path) -> None:
    for folder in ("factures/2026", "divers"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "x1.png").write_bytes(PNG)
    (tmp_path / "factures/2026/scan.pdf").write_bytes(pdf([None, None, "Page 3"]))
    (tmp_path / "factures/2026/b.eml").write_bytes(message([], ("p.jpg", b"\xff\xd8\xff\xe0" * 9)))
    seen = {one.key: one for one in pictures(tmp_path)}
    assert set(seen) == {"divers", "factures/2026"}
    assert seen["divers"].context == ""
    shown = seen["factures/2026"]
    assert (shown.images, shown.documents, shown.pages, shown.context) == (2, 1, 2, "factures")
    ((path, reason, detail),) = missed(tmp_path)
    assert (path, reason) == ("factures/2026/scan.pdf", "no collector")
    assert "pictures" in detail


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("bons de transport/a.png", "bons de transport"),
        ("x/Factures_2025/a.png", "factures"),
        ("VSL/a.png", "VSL"),
        ("x/ordonnance-12.png", "ordonnance"),
        ("icons/a.png", ""),
        ("transporter/a.png", ""),
    ],
)
def test_names_say_what_pictures_are_likely_to_show(tmp_path: Path, path: str, word: str) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(PNG)
    (one,) = pictures(tmp_path)
    assert one.context in (word, word.rsplit(maxsplit=1)[-1] if word else "")


def test_an_sqlite_file_is_read_by_its_columns(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "a.db")) as base, base:
        base.execute("CREATE TABLE people (name TEXT, nir TEXT, number INTEGER)")
        rows = [("DUPONT", one, int(one)) for one in PEOPLE]
        base.executemany("INSERT INTO people VALUES (?, ?, ?)", rows)
    (dump,) = [one for one in documents.everything(tmp_path) if isinstance(one, Dump)]
    assert [(one.column, one.identifier, one.valid) for one in dump.columns] == [
        ("people.nir", "nir", 20),
        ("people.number", "nir", 20),
    ]
