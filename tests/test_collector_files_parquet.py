"""Parquet files as pyarrow writes them, and damaged ones."""

import random
import shutil
from pathlib import Path

import pytest

from rempart.check import Gap
from rempart.collectors.files.parquet import snappy
from rempart.judge.identifiers import proven
from rempart.observations.datastores import Export
from tests.documents import everything, missed

RECORDED = Path(__file__).parent / "recorded" / "parquet"


def exported(path: Path) -> Export:
    (found,) = [one for one in everything(path) if isinstance(one, Export)]
    return found


@pytest.mark.parametrize("name", ["snappy", "plain-v2", "zstd", "gzip"])
def test_columns_of_every_usual_file_are_read(tmp_path: Path, name: str) -> None:
    shutil.copy(RECORDED / f"pyarrow-26.0-{name}.parquet", tmp_path / "lake")
    export = exported(tmp_path)
    sure = [one.column for one in export.columns if proven("nir", one.candidates, one.valid)]
    assert (export.format, export.sampled, export.whole) == ("Parquet", 20, True)
    assert sure == ["nir", "person.nir", "seen.list.element"]
    assert missed(tmp_path) == []


def test_a_column_in_another_encoding_is_not_clean(tmp_path: Path) -> None:
    shutil.copy(RECORDED / "pyarrow-26.0-delta.parquet", tmp_path / "lake")
    ((_, reason, detail),) = missed(tmp_path)
    assert (reason, "encoding" in detail) == ("no collector", True)
    assert not exported(tmp_path).whole


def test_a_packing_nobody_reads_is_said(tmp_path: Path) -> None:
    shutil.copy(RECORDED / "pyarrow-26.0-lz4.parquet", tmp_path / "lake")
    ((_, reason, detail),) = missed(tmp_path)
    assert (reason, detail) == ("no collector", "a Parquet file packed with LZ4")


def test_damaged_files_end_in_words(tmp_path: Path) -> None:
    whole = (RECORDED / "pyarrow-26.0-snappy.parquet").read_bytes()
    chance = random.Random(3)  # noqa: S311
    for number in range(200):
        content = bytearray(whole)
        for _ in range(6):
            content[chance.randrange(4, len(content) - 8)] = chance.randrange(256)
        (tmp_path / f"{number}.parquet").write_bytes(content)
    seen = everything(tmp_path)
    assert len({one.key for one in seen if isinstance(one, Export | Gap)}) == 200


def test_snappy_copies_what_overlaps() -> None:
    assert snappy(b"\x0a\x04ab\x11\x02", 100) == b"ab" * 5
    with pytest.raises(ValueError, match="no such place"):
        snappy(b"\x0a\x04ab\x11\x09", 100)
    with pytest.raises(ValueError, match="longer"):
        snappy(b"\xff\xff\x7f\x04ab", 100)
