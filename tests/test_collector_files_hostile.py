"""Files made to break their reader, and people whose digits must never leave it."""

import base64
import gzip
import io
import logging
import random
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rempart.check import Gap, Observation
from rempart.collectors import files
from rempart.transport.access import Access
from tests.documents import (
    docx,
    grouped,
    message,
    nothing_of,
    numbers,
    odt,
    pdf,
    xlsx,
    zipped,
)

PEOPLE = list(numbers(12))
TEXT = "\n".join(f"nir={one};{grouped(one)}" for one in PEOPLE).encode()


def tarred() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo(PEOPLE[0])
        info.size = len(TEXT)
        archive.addfile(info, io.BytesIO(TEXT))
    return buffer.getvalue()


SEEDS = [
    TEXT,
    TEXT.decode().encode("utf-16"),
    docx(PEOPLE),
    xlsx(PEOPLE),
    odt(PEOPLE),
    zipped({PEOPLE[1]: TEXT, "b.zip": zipped({"c": TEXT})}),
    gzip.compress(TEXT),
    tarred(),
    message(PEOPLE, (PEOPLE[2], docx(PEOPLE)), ("x.pdf", b"%PDF-1.4 " + TEXT)),
    b"From a@b Wed Nov 25 10:00:00 2026\n" + message(PEOPLE),
    b"nir;b\n" + b"\n".join(f"{one};1".encode() for one in PEOPLE),
    b"".join(b'{"who":{"nir":"%b"}}\n' % one.encode() for one in PEOPLE),
    b"\n".join(base64.b64encode(one.encode()) for one in PEOPLE),
    b"\n".join(one.encode().hex().encode() for one in PEOPLE),
    b"".join(f"01{one}DUPONT    \n".encode() for one in PEOPLE),
    b"INSERT INTO a VALUES ('" + TEXT + b"');",
]


def told(content: bytes, name: str) -> list[Observation | Gap]:
    with TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(content)
        subject = SimpleNamespace(id="exports", kind="files", path=Path(folder), on="")
        access = Access.offline(subject, seconds=60)
        return list(files.collect(subject, access, frozenset(files.BRINGS)))


@pytest.mark.parametrize("seed", range(len(SEEDS)))
def test_no_five_digits_of_a_person_leave_any_reader(
    seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in (f"{PEOPLE[0]}.csv", f"dossier {grouped(PEOPLE[1])}.json", "plain.txt"):
        assert nothing_of(PEOPLE, told(SEEDS[seed], name))
    assert nothing_of(PEOPLE, caplog.text)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damaged_files_end_in_words_and_never_in_an_error(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(SEEDS)))
    chance = random.Random(data.draw(st.integers(0, 1 << 32)))  # noqa: S311
    for _ in range(data.draw(st.integers(1, 12))):
        at = chance.randrange(len(content))
        match chance.randrange(4):
            case 0:
                content[at] = chance.randrange(256)
            case 1:
                del content[at : at + chance.randrange(1, 60)]
            case 2:
                content[at:at] = chance.randbytes(chance.randrange(1, 20))
            case _:
                content = content[: max(1, at)]
        if not content:
            content = bytearray(b"x")
    found = told(bytes(content), data.draw(st.sampled_from(["a.csv", "a", "a.sql", "a.json"])))
    assert found
    assert nothing_of(PEOPLE, found)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=st.binary(max_size=3000))
def test_any_bytes_end_in_words(content: bytes) -> None:
    assert told(content, "a.dat")


@pytest.mark.parametrize("page", [None, "x"])
def test_pdf_files_damaged_anywhere_end_in_words(page: str | None) -> None:
    whole = pdf([page] * 3)
    chance = random.Random(7)  # noqa: S311
    with TemporaryDirectory() as folder:
        for number in range(30):
            content = bytearray(whole)
            for _ in range(8):
                content[chance.randrange(len(content))] = chance.randrange(256)
            (Path(folder) / f"{number}.pdf").write_bytes(content)
        subject = SimpleNamespace(id="exports", kind="files", path=Path(folder), on="")
        access = Access.offline(subject, seconds=60)
        assert list(files.collect(subject, access, frozenset(files.BRINGS)))
