"""What stands in files of every kind, and what each kind of bad file ends in."""

import bz2
import contextlib
import gzip
import io
import lzma
import os
import shutil
import sqlite3
import struct
import tarfile
import time
import zipfile
from pathlib import Path

import pytest
import zstandard

from rempart.collectors.files import parts
from rempart.collectors.files import pdf as reading
from rempart.collectors.files.scan import Scan, whole
from rempart.errors import Limited, Truncated, Unreachable
from rempart.observations.backups import Artefact
from rempart.observations.datastores import Dump
from tests import documents
from tests.documents import (
    docx,
    found,
    grouped,
    message,
    missed,
    numbers,
    odt,
    pdf,
    pictures,
    read,
    xlsx,
    zipped,
)

PEOPLE = list(numbers(20))
TEXT = "".join(f"Dossier de {one}, à rappeler\n" for one in PEOPLE)
RTF = (
    b"{\\rtf1\\ansi "
    + b"".join(
        b"{\\b %b}{\\fs24\\i %b}\\par\r\n" % (one[:7].encode(), one[7:].encode()) for one in PEOPLE
    )
    + b"}"
)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(60)


def counted(text: bytes) -> list[tuple[str, str, int]]:
    scan = Scan()
    for block in whole(iter((text,))):
        scan.add(block)
    return [(one.identifier, one.encoding, one.valid) for one in scan.counts()]


@pytest.mark.parametrize(
    "spelt",
    [
        "nir={}",
        '"nir":"{}"',
        "(NIR {})",
        "/beneficiaires/{}/droits",
        "?nir%3D{}&x=1",
        "é{}è",
        "<td>{}</td>",
    ],
)
def test_finds_a_number_beside_any_sign(spelt: str) -> None:
    text = "\n".join(spelt.format(one) for one in PEOPLE)
    assert counted(text.encode()) == [("nir", "clear", 20)]


@pytest.mark.parametrize("between", [" ", ".", "-", "\u00a0", "\u202f", "+", "%20", "_", "&nbsp;"])
def test_finds_a_number_in_groups(between: str) -> None:
    text = "\n".join(f"NIR : {grouped(one).replace(' ', between)}, suite" for one in PEOPLE)
    assert counted(text.encode()) == [("nir", "clear", 20)]


def test_finds_corsica_and_a_key_apart() -> None:
    assert counted(b"190012A00405509 x " * 9) == [("nir", "clear", 9)]
    assert counted(b"1 90 01 2a 004 055 09\n" * 9) == [("nir", "clear", 9)]
    assert counted("\n".join(f"{one[:13]} {one[13:]}" for one in PEOPLE).encode()) == [
        ("nir", "clear", 20)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IBAN FR76 3000 6000 0112 3456 7890 189", ("iban", "clear", 1)),
        ("FR7630006000011234567890189", ("iban", "clear", 1)),
        ("RSSMRA85T10A562S", ("cf", "clear", 6)),
        ("1EG4TE5MK73", ("mbi", "clear", 6)),
        ("KVNR A000500015", ("kvnr", "clear", 6)),
        ("85073003328", ("niss", "clear", 6)),
        ("15070649C103", ("rvnr", "clear", 6)),
        ("assuré 1850578006084;", ("nir13", "clear", 6)),
        ("MTg1MDU3ODAwNjA4NDkx", ("nir", "base64", 6)),
        ("313835303537383030363038343931", ("nir", "hex", 6)),
    ],
)
def test_finds_other_identifiers(text: str, expected: tuple[str, str, int]) -> None:
    assert expected in counted("\n".join([text] * 6).encode())


@pytest.mark.parametrize(
    "text",
    [
        "1732526400000",  # a moment in milliseconds
        "18505780060849",
        "1850578006084911",
        "ref185057800608491",
        "185057800608491abc",
        "commande 1850578006084",
        "06 12 34 56 78",
        "2026-11-25 10:00:01 12 000 000 00",
    ],
)
def test_other_figures_are_nobody(text: str) -> None:
    assert counted("\n".join([text] * 50).encode()) == []


def test_random_references_are_not_proven(tmp_path: Path) -> None:
    lines = (f"ref={10**14 + 7_919_777_777 * n % (9 * 10**14):015d}\n" for n in range(40_000))
    (tmp_path / "a.log").write_text("".join(lines))
    assert found(tmp_path) == {}
    assert read(tmp_path).findings


def test_a_number_across_two_blocks_is_found() -> None:
    number = PEOPLE[0].encode()
    for cut in range(1, 15):
        pieces = iter((b"x" * 9000 + b" " + number[:cut], number[cut:] + b" y" * 9000))
        scan = Scan()
        for block in whole(pieces):
            scan.add(block)
        assert [one.valid for one in scan.counts()] == [1]


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


def test_numbers_in_cells_of_binary_workbooks_are_read(tmp_path: Path) -> None:
    number = b"\x03\x02\x0e\0" + bytes(6)
    cells = b"".join(number + struct.pack("<d", int(one)) for one in PEOPLE)
    (tmp_path / "a.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + cells)
    real = b"".join(b"\x05\x10" + bytes(8) + struct.pack("<d", int(one)) for one in PEOPLE)
    members = {"[Content_Types].xml": b"<Types/>", "xl/workbook.bin": b"\x83\x01\0"}
    (tmp_path / "b.xlsb").write_bytes(zipped({**members, "xl/worksheets/sheet1.bin": real}))
    assert found(tmp_path) == {"a.xls": [("nir", "clear", 20)], "b.xlsb": [("nir", "clear", 20)]}


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


def tarred(mode: str = "w", *, format_: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, format=format_) as archive:  # type: ignore[call-overload]
        for name in ("a.txt", "long/" + "x" * 150 + ".txt"):
            info = tarfile.TarInfo(name)
            info.size = len(TEXT.encode())
            archive.addfile(info, io.BytesIO(TEXT.encode()))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return buffer.getvalue()


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


def nested(depth: int) -> bytes:
    inner = TEXT.encode()
    for _ in range(depth):
        inner = zipped({"a.zip": inner})
    return inner


def bomb() -> bytes:
    return zipped({"a.txt": b"\0" * 100_000_000})


def crowd() -> bytes:
    return zipped({f"{n}.txt": b"" for n in range(parts.MEMBERS + 5)})


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


@pytest.mark.parametrize(
    ("name", "content", "reason", "detail"),
    [
        ("a.zip", bomb, "limit", "unpacks to more than 100 times its size"),
        ("a.gz", lambda: gzip.compress(b" " * 300_000_000), "limit", "more than 100 times"),
        ("a.zip", lambda: nested(6), "limit", "deeper than 3"),
        ("a.zip", crowd, "limit", "more than 10000 members"),
        ("a.zip", lambda: cut(zipped({"a.txt": TEXT.encode()})), "truncated", "directory"),
        ("a.gz", lambda: cut(gzip.compress(TEXT.encode())), "truncated", "end early"),
        ("a.gz", lambda: gzip.compress(TEXT.encode())[:30] + b"\xff" * 60, "truncated", "damaged"),
        ("a.tar", lambda: tarred()[:1500], "truncated", "ends early"),
        ("a.pdf", lambda: b"%PDF-1.7\nnothing of the kind\n", "truncated", "cannot be read"),
        ("a.pdf", lambda: cut(pdf(["x"] * 9)).replace(b"obj", b"o"), "truncated", "cannot be read"),
        ("a.rar", lambda: b"Rar!\x1a\x07\x01\0" + bytes(99), "no collector", "reads RAR"),
        ("a.bin", lambda: os.urandom(40_000), "no collector", "look encrypted or packed"),
    ],
)
def test_what_cannot_be_read_says_why(
    tmp_path: Path, name: str, content: object, reason: str, detail: str
) -> None:
    (tmp_path / name).write_bytes(content())  # type: ignore[operator]
    begun = time.monotonic()
    (one,) = missed(tmp_path)
    assert one[:2] == (name, reason)
    assert detail in one[2]
    assert time.monotonic() - begun < 20


def test_what_was_not_read_is_no_file_read(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(bomb())
    (tmp_path / "a.png").write_bytes(PNG)
    (tmp_path / "a.pdf").write_bytes(pdf([None]))
    (tmp_path / "a.age").write_bytes(b"age-encryption.org/v1\n-> X25519 x\n--- y\n" + bytes(99))
    seen = read(tmp_path)
    assert sum(one.files for one in seen.places) == 0
    assert seen.sealed == 1


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


def test_a_hole_of_ten_gigabytes_takes_no_time(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.seek(10 << 30)
        file.write(TEXT.encode())
    begun = time.monotonic()
    assert found(tmp_path) == {"sparse": [("nir", "clear", 20)]}
    assert time.monotonic() - begun < 5


def test_pipes_and_links_are_passed_and_loops_end(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    os.mkfifo(folder / "pipe.log")
    (folder / "loop").symlink_to(folder)
    (tmp_path / "out.txt").write_text(TEXT)
    (folder / "link.txt").symlink_to(tmp_path / "out.txt")
    (folder / "here.txt").symlink_to("real.txt")
    (folder / "real.txt").write_text("rien")
    (folder / "a").mkdir()
    (folder / "a" / "up").symlink_to("..")
    (folder / "one").symlink_to("two")
    (folder / "two").symlink_to("one")
    seen = read(folder)
    assert [one.files for one in seen.places] == [1]
    assert [(one.path, str(one.reason), one.count, one.detail) for one in seen.unread] == [
        (".", "no collector", 1, "pipes, sockets or devices, not opened"),
        (".", "no collector", 5, "links that lead elsewhere or in a circle, not followed"),
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_nobody_lets_us_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "a.txt").chmod(0)
    assert missed(tmp_path) == [("a.txt", "privilege", "the file may not be read")]


def test_no_time_left_is_a_limit(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    seen = read(tmp_path, seconds=0)
    assert [one.reason for one in seen.unread] == ["limit"]
    assert seen.findings == ()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        read(tmp_path / "absent")


def test_a_zip_with_locked_members_is_counted_as_sealed(tmp_path: Path) -> None:
    raw = bytearray(zipped({"a.txt": b"x" * 30}))
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(raw)
    assert read(tmp_path).sealed == 1
    assert missed(tmp_path) == []
    (one,) = [each for each in documents.everything(tmp_path) if isinstance(each, Artefact)]
    assert (one.key, one.encryption, one.names) == ("a.zip", "ZipCrypto", True)


def test_a_member_of_an_unknown_packing_is_not_clean(tmp_path: Path) -> None:
    raw = bytearray(zipped({"a.txt": b"x" * 30}))
    raw[8] = raw[raw.index(b"PK\x01\x02") + 10] = 97
    (tmp_path / "a.zip").write_bytes(raw)
    ((_, reason, _),) = missed(tmp_path)
    assert reason == "no collector"


def test_nothing_is_written_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, scratch = tmp_path / "in", tmp_path / "tmp"
    folder.mkdir()
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.chdir(scratch)
    (folder / "a.zip").write_bytes(zipped({"../../b.txt": TEXT.encode(), "/etc/x": b"y"}))
    (folder / "a.pdf").write_bytes(pdf(["x"]))
    assert found(folder) == {"a.zip": [("nir", "clear", 20)]}
    assert list(scratch.iterdir()) == []
    assert sorted(one.name for one in folder.iterdir()) == ["a.pdf", "a.zip"]


def test_no_digit_of_a_person_leaves(tmp_path: Path) -> None:
    (tmp_path / f"{PEOPLE[0]}.txt").write_text(TEXT)
    (tmp_path / f"{grouped(PEOPLE[1])}.zip").write_bytes(zipped({PEOPLE[2]: TEXT.encode()}))
    (tmp_path / "a.eml").write_bytes(message(PEOPLE, (PEOPLE[3], b"%PDF-1.7 " + TEXT.encode())))
    (tmp_path / "factures").mkdir()
    (tmp_path / "factures" / f"{PEOPLE[4]}.png").write_bytes(PNG)
    told = documents.everything(tmp_path)
    assert documents.nothing_of(PEOPLE, told)


def test_a_member_that_lies_about_its_size_is_counted(tmp_path: Path) -> None:
    raw = bytearray(zipped({"a.txt": b"\0" * 50_000_000}))
    at = raw.index(b"PK\x01\x02") + 24
    raw[at : at + 4] = (30).to_bytes(4, "little")
    (tmp_path / "a.zip").write_bytes(raw)
    ((_, reason, _),) = missed(tmp_path)
    assert reason in ("limit", "truncated")


def test_stored_members_of_a_large_archive_are_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("b.txt", TEXT * 3)
    assert found(tmp_path) == {"a.zip": [("nir", "clear", 60)]}
