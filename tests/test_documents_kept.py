import os
from pathlib import Path

import pytest

from rempart.documents import read
from rempart.documents.kept import folder, keep, kept
from rempart.errors import ContentErrors

TEXT = "a: [1, {b: two}]\nc:\n  d: true\n  e: []\n"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder()


def test_a_kept_document_is_as_it_was_read(tmp_path: Path, cache: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(TEXT)
    plain = read(file)
    for _ in range(2):
        one = kept(file)
        assert (one.value, one.file, one.line) == (plain.value, plain.file, plain.line)
        for path in ((), ("a",), ("a", 1), ("a", 1, "b"), ("c", "d"), ("c", "e"), ("c", "no")):
            assert one.line_of(path) == plain.line_of(path)
    (entry,) = cache.iterdir()
    assert entry.stat().st_mode & 0o077 == 0


def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a: 1\n")
    assert kept(file).value == {"a": 1}
    file.write_text("a: 2\n")
    os.utime(file, ns=(1, 1))
    assert kept(file).value == {"a": 2}
    assert len(list(folder().iterdir())) == 1


def test_a_cache_that_is_broken_or_cannot_be_written_is_no_error(
    tmp_path: Path, cache: Path
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(TEXT)
    keep(file)
    (entry,) = cache.iterdir()
    entry.write_bytes(b"no msgpack")
    assert kept(file).value == read(file).value
    entry.unlink()
    cache.rmdir()
    cache.write_text("a file where the folder should be")
    assert kept(file).value == read(file).value


def test_errors_are_those_of_reading(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a: [\n")
    with pytest.raises(ContentErrors):
        kept(file)
