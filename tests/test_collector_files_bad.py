"""What each kind of bad file ends in."""

import gzip
import os
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from rempart.collectors.files import parts, visit
from rempart.errors import Unreachable
from rempart.observations.backups import Artefact
from tests import documents
from tests.documents import (
    PEOPLE,
    TEXT,
    docx,
    found,
    grouped,
    message,
    missed,
    pdf,
    read,
    tarred,
    zipped,
)

PNG = b"\x89PNG\r\n\x1a\n" + bytes(60)


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


def test_a_hole_of_ten_gigabytes_takes_no_time(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.seek(10 << 30)
        file.write(TEXT.encode())
    begun = time.monotonic()
    assert found(tmp_path) == {"sparse": [("nir", "clear", 20)]}
    assert time.monotonic() - begun < 5


def test_what_must_be_held_whole_is_bounded(tmp_path: Path) -> None:
    with (tmp_path / "a.pdf").open("wb") as file:
        file.write(b"%PDF-1.7\n")
        file.truncate(8 << 30)
    with (tmp_path / "b.eml").open("wb") as file:
        file.write(b"Received: x\nMessage-ID: <1>\nFrom: a\nTo: b\n\n")
        file.writelines(b"x" * 999 + b"\n" for _ in range(70_000))
    for _, reason, detail in missed(tmp_path):
        assert (reason, "must be held whole" in detail) == ("limit", True)
    assert len(missed(tmp_path)) == 2


def stamped(header: str, body: bytes) -> bytes:
    return f"Received: x\nMessage-ID: <1>\nFrom: a\n{header}\n\n".encode() + body


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", lambda: docx(PEOPLE, **{"word/a.xml": b"<" * 3_000_000})),
        ("a.docx", lambda: docx(PEOPLE, **{"word/a.xml": b"<a " * 1_000_000})),
        ("a.xlsx", lambda: docx(PEOPLE, **{"xl/sharedStrings.xml": b"</t><rPr></rPr>" * 99_999})),
        ("a.eml", lambda: stamped("Content-Type: multipart/x; boundary=a", b"\n--a" * 3_000_000)),
        ("a.html", lambda: b"<" * 9_000_000),
        ("a.rtf", lambda: b"{\\rtf" + b"{\\'" * 900_000),
        ("a.log", lambda: b"SELECT " * 900_000 + TEXT.encode()),
        ("a.log", lambda: b"0 00 00 00 000 000 " * 300_000),
        ("a.mbox", lambda: b"From a@b Wed Nov 25 10:00:00 2026\nX: y\n" + b"From " * 900_000),
    ],
)
def test_no_text_is_slow_to_look_through(tmp_path: Path, name: str, content: object) -> None:
    (tmp_path / name).write_bytes(content())  # type: ignore[operator]
    begun = time.process_time()
    assert read(tmp_path).source == "."
    assert time.process_time() - begun < 10


def test_a_huge_member_is_not_held(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("b.zip", b"PK\x03\x04" + os.urandom(66 << 20))
    ((_, reason, detail),) = missed(tmp_path)
    assert (reason, "must be held" in detail) == ("limit", True)


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


@contextmanager
def nobody() -> Iterator[None]:
    """As an account that owns nothing, where the tests run as root."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


def test_what_may_not_be_read_says_so() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "a.txt").write_text(TEXT)
        (folder / "closed").mkdir()
        (folder / "closed" / "b.txt").write_text(TEXT)
        (folder / "a.txt").chmod(0)
        (folder / "closed").chmod(0)
        with nobody():
            assert missed(folder) == [
                ("a.txt", "privilege", "the file may not be read"),
                ("closed", "privilege", "the folder may not be read"),
            ]
        (folder / "closed").chmod(0o700)


@pytest.mark.skipif(not Path("/proc/self/mounts").exists(), reason="needs /proc")
def test_what_the_kernel_shows_as_files_is_not_entered() -> None:
    assert b"/proc" in visit._kernel()
    assert not visit._kernel() & {b"/", b"/tmp", b"/home"}


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
