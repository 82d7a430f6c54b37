"""Logs as they lie about: rotated, packed, cut, growing, broken."""

import bz2
import gzip
import lzma
import os
import random
import sys
from pathlib import Path
from typing import Any

import pytest
import zstandard

from rempart.check import Reason, Unknown
from rempart.collectors import packing
from rempart.collectors.read_logs import sources
from rempart.collectors.read_logs.sources import Cut, Missing
from rempart.errors import NoCollector, Privilege, Unreachable
from rempart.observations.reading import (
    LogCoverage,
)
from tests.read_logs import START, day, one, read, record, seen, subject


def reason(path: Path) -> str:
    """Why not all of it was read, or none."""
    try:
        return read(path)[0].missed[0][0]
    except Missing as missing:
        return missing.reason


def test_rotated_files_come_oldest_first(tmp_path: Path) -> None:
    names = ["access.log", "access.log.1", "access.log.2.gz", "access.log.10.gz"]
    for place, name in enumerate(names):
        text = record(START - place * 1000, "a", "1").encode()
        (tmp_path / name).write_bytes(gzip.compress(text) if name.endswith("gz") else text)
    (tmp_path / "error.txt").write_text("")
    expected = [START - 3000, START - 2000, START - 1000, START]
    assert read(tmp_path / "access.log*")[1].column("times") == expected
    assert read(tmp_path)[1].column("times") == expected
    assert read(tmp_path / "access.log")[1].column("times") == [START]
    dated = [sources.LogFile(f"a-{day}.log.gz", "gz", 1, 0, "", 0) for day in (20261103, 20261101)]
    assert [each.name for each in sorted(dated, key=sources._age)] == [dated[1].name, dated[0].name]


@pytest.mark.parametrize(
    "packed",
    [gzip.compress, bz2.compress, lzma.compress, zstandard.ZstdCompressor().compress],
    ids=["gz", "bz2", "xz", "zst"],
)
def test_packed_files_are_read_and_told_from_damaged_ones(packed: Any, tmp_path: Path) -> None:
    text = day(START, reads=2000).encode()
    path = tmp_path / "a"
    path.write_bytes(packed(text[: len(text) // 2]) + packed(text[len(text) // 2 :]))
    facts, _ = read(path)
    assert (facts.lines, facts.missed, facts.unread) == (12_000, (), 0)
    whole = packed(text)
    path.write_bytes(whole[: len(whole) * 2 // 3])
    assert reason(path) == "truncated"
    broken = bytearray(whole)
    broken[len(broken) // 2 :] = b"\xff" * (len(broken) - len(broken) // 2)
    path.write_bytes(bytes(broken))
    assert reason(path) == "truncated"


@pytest.mark.parametrize("packed", ["gz", "zst"])
def test_a_packed_file_that_swells_is_read_in_pieces(packed: str, tmp_path: Path) -> None:
    path = tmp_path / "bomb"
    bomb = b"\n" * 64_000_000
    path.write_bytes(
        gzip.compress(bomb) if packed == "gz" else zstandard.ZstdCompressor().compress(bomb)
    )
    (file,) = sources.found(str(path)).files
    sizes = [len(block) for block in sources.blocks(file, Cut())]
    assert sum(sizes) == len(bomb)
    assert max(sizes) <= 40_000_000


def test_says_what_to_install_where_zstandard_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.zst"
    path.write_bytes(zstandard.ZstdCompressor().compress(day(START).encode()))
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(NoCollector, match=r"pip install 'rempart\[logs\]'"):
        seen(subject(path))


def test_a_file_that_grows_is_read_to_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(record(START, "a", "1") + record(START, "a", "2")[:20])
    (file,) = sources.found(str(path)).files
    with path.open("a") as more:
        more.write(record(START, "a", "2")[20:] + record(START, "b", "3"))
    assert b"".join(sources.blocks(file, Cut())) == record(START, "a", "1").encode()
    (whole,) = sources.found(str(path)).files
    assert b"".join(sources.blocks(whole, Cut())).count(b"\n") == 3


def test_a_last_line_without_an_end_is_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(record(START, "a", "1") + record(START, "b", "2").rstrip())
    assert read(path)[0].lines == 2


def test_a_file_that_shrinks_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(day(START))
    (file,) = sources.found(str(path)).files
    os.truncate(path, 100)
    cut = Cut()
    assert len(b"".join(sources.blocks(file, cut))) <= 101
    assert cut.reasons == [("truncated", "a file became shorter while it was read")]


def test_lines_beyond_a_megabyte_are_counted_and_dropped(tmp_path: Path) -> None:
    long = '{"user":"' + "x" * 1_100_000 + '"}\n'
    path = tmp_path / "a.jsonl"
    path.write_text(record(START, "a", "1") + long + record(START, "b", "2") + long * 2
                    + "y" * 3_000_000)  # fmt: skip
    facts, kept = read(path)
    assert (facts.overlong, facts.lines, facts.named) == (4, 6, 2)
    assert kept.column("times") == [START, START]


def test_binary_junk_and_other_formats_are_counted_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    junk = random.Random(7).randbytes(3000).replace(b"\n", b"") + b"\n"  # noqa: S311
    web = b'10.0.0.1 - a [02/Nov/2026:10:15:30 +0100] "GET / HTTP/1.1" 200 7 "-" "-"\n'
    sound = day(START).encode()
    path.write_bytes(sound + junk + web + b"\0" * 4096 + b"\n" + sound)
    facts, _ = read(path)
    assert (facts.named, facts.unread) == (240, 2)


def test_nothing_is_read_through_a_link_or_a_pipe(tmp_path: Path) -> None:
    (tmp_path / "real").write_text(day(START))
    (tmp_path / "link").symlink_to(tmp_path / "real")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe", "nothing"):
        with pytest.raises(Unreachable):
            seen(subject(tmp_path / name))
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path / "real")
    with pytest.raises(Missing):
        sources.found(str(folder))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_a_privilege(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(day(START))
    path.chmod(0)
    with pytest.raises(Privilege):
        seen(subject(path))


def test_what_has_no_known_format_says_what_to_declare(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("hello\nworld\n")
    with pytest.raises(NoCollector, match="declare format, account, person and time"):
        seen(subject(path))


def test_a_cut_file_proves_nothing_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(day(START).encode())[:-30])
    found = one(seen(subject(path)), LogCoverage)
    assert isinstance(found.whole, Unknown)
    assert found.whole.reason is Reason.TRUNCATED
    assert found.lines > 0


def test_packing_names_no_stream_it_cannot_unpack() -> None:
    for packed in ("gz", "bz2", "xz", "zst"):
        stream = packing.stream(packed)
        with pytest.raises(packing.damages()):
            list(stream.pieces(b"nothing of the kind" * 100))
