"""Run files: what reads back, and what is refused in words."""

import json
import re
from pathlib import Path

import pytest

from rempart import export
from rempart.errors import ContentError, UsageError
from rempart.results import SCHEMA, Run, encoded, load, run_digest, save
from tests.samples import sample_run

FIRST = Path(__file__).parent / "recorded" / "run-1-first.json"  # of the first release of schema 1
GOOD = encoded(sample_run())


def refused(folder: Path, content: bytes) -> str:
    file = folder / "run.json"
    file.write_bytes(content)
    with pytest.raises(ContentError) as raised:
        load(file)
    assert str(raised.value).startswith(f"{file}: expected a run ({SCHEMA}), found: ")
    return raised.value.message.partition("found: ")[2]


def test_a_run_of_an_older_schema_is_rendered_in_every_text_format(tmp_path: Path) -> None:
    run = load(FIRST)
    assert run.frameworks == {}
    assert run.delivery is None
    for suffix in (".html", ".md", ".csv", ".sarif", ".oscal.json", ".ocsf.json", ".xlsx"):
        export.write(run, tmp_path / f"old{suffix}")
        assert (tmp_path / f"old{suffix}").stat().st_size > 500


@pytest.mark.parametrize("cut", [0, 1, 500, len(GOOD) // 2, len(GOOD) - 3])
def test_a_truncated_run_is_refused_wherever_it_is_cut(tmp_path: Path, cut: int) -> None:
    assert refused(tmp_path, GOOD[:cut])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (GOOD.replace(b"rempart.run/1", b"rempart.run/2"), "written by a newer rempart"),
        (GOOD.replace(b"rempart.run/1", b"other.run/1"), "other.run/1"),
        (GOOD.replace(b"rempart.run/1", b"rempart.run/x"), "rempart.run/x"),
        (b"{}", "no schema"),
        (b"[]", "Expected `object`"),
        (b'{"schema": "\xff"}', "utf-8"),
        (b'{"schema": "rempart.run/1", "settings": ' + b'{"a":' * 100_000, "too deep"),
        (b'{"schema": 7}', "Expected `str`"),
        (GOOD.replace(b'"connections"', b'"colour"'), "colour"),
        (b"PK\x03\x04", "malformed"),
    ],
)
def test_what_is_no_run_is_refused_in_words(tmp_path: Path, content: bytes, told: str) -> None:
    assert told in refused(tmp_path, content)


def test_a_folder_or_nothing_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.json"):
        with pytest.raises(ContentError, match="cannot be read"):
            load(path)


def test_a_run_reads_back_the_same_and_has_one_digest(tmp_path: Path) -> None:
    save(sample_run(), tmp_path / "run.json")
    found: Run = load(tmp_path / "run.json")
    assert found == sample_run()
    assert run_digest(found) == run_digest(sample_run())


def test_names_from_right_to_left_and_emoji_read_back(tmp_path: Path) -> None:
    run = sample_run(organisation="قسم الصحة 🏥 Ünïcode")
    save(run, tmp_path / "run.json")
    assert load(tmp_path / "run.json").organisation == run.organisation


@pytest.mark.parametrize("name", ["folder.csv", "run.json/x.csv", "none/x.csv"])
def test_an_output_that_cannot_be_written_is_said_and_leaves_nothing(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "folder.csv").mkdir()
    save(sample_run(), tmp_path / "run.json")
    with pytest.raises(UsageError, match="cannot be written"):
        export.write(sample_run(), tmp_path / name)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["folder.csv", "run.json"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "an empty file: was the disk full"),
        (b"\n ", "an empty file"),
        (b'{"schema": "rempart.run/0"}', "written by an older rempart: render it with that one"),
        (b'{"schema": "rempart.run/9"}', "written by a newer rempart: render it with that one"),
        (b'{"schema": "rempart.run/1", "results": [{"che', "bytes only: copy it again"),
    ],
)
def test_says_what_to_do_with_what_is_no_whole_run(
    content: bytes, told: str, tmp_path: Path
) -> None:
    file = tmp_path / "run.json"
    file.write_bytes(content)
    with pytest.raises(ContentError, match=re.escape(told)):
        load(file)


def test_a_run_written_before_fields_were_added_is_read(tmp_path: Path) -> None:
    kept = json.loads(encoded(sample_run()))
    for added in ("gate", "delivery", "earlier", "document", "retest"):
        kept.pop(added, None)
    file = tmp_path / "run.json"
    file.write_text(json.dumps(kept))
    assert load(file).results == sample_run().results


def test_a_file_without_its_folder_says_to_make_one(tmp_path: Path) -> None:
    file = tmp_path / "none" / "report.html"
    with pytest.raises(UsageError, match=f"there is no folder {file.parent}; make it first"):
        export.write(sample_run(), file)
