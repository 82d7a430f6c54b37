import os
import subprocess
import sys
from pathlib import Path

import pytest

from rempart import export
from rempart.errors import UsageError
from rempart.results import load
from tests.samples import sample_run


def test_formats_are_found_by_their_place() -> None:
    assert {".csv", ".html", ".json", ".md", ".sarif"} <= export.formats().keys()


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("run.json", b"{"),
        ("report.html", b"<!doctype html>"),
        ("gate.sarif", b"{"),
        ("all.CSV", b"\xef\xbb\xbfcheck"),
        ("notes.md", b"# "),
    ],
)
def test_the_suffix_names_the_format(tmp_path: Path, name: str, start: bytes) -> None:
    export.write(sample_run(), tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(start)


def test_what_is_written_is_its_owner_s_alone(tmp_path: Path) -> None:
    for suffix in export.formats():
        file = tmp_path / f"out{suffix}"
        export.write(sample_run(), file)
        assert file.stat().st_mode & 0o777 == 0o600


def test_a_run_file_reads_back_the_same(tmp_path: Path) -> None:
    export.write(sample_run(), tmp_path / "run.json")
    assert load(tmp_path / "run.json") == sample_run()


@pytest.mark.parametrize("name", ["report.rtf", "report", ".html", "x.observations.json"])
def test_an_unknown_suffix_is_answered_with_those_there_are(name: str) -> None:
    with pytest.raises(UsageError, match=r"\.csv, .*\.html, .*\.json, .*\.md, .*\.sarif"):
        export.format_of(Path(name))


@pytest.mark.parametrize("name", ["x.oskal.json", "x.OCFS.JSON", "a.b.sarif.json"])
def test_a_mistyped_format_is_not_written_as_the_run_file(name: str) -> None:
    with pytest.raises(UsageError, match="expected a name"):
        export.format_of(Path(name))


@pytest.mark.parametrize("name", ["run.fr.json", "run.2026-11-25.json", "client v1.2.json"])
def test_a_run_file_may_name_its_language_or_date(name: str) -> None:
    assert export.format_of(Path(name)) is export.formats()[".json"]


def test_the_language_is_the_run_s_unless_another_is_asked_for(tmp_path: Path) -> None:
    export.write(sample_run(), tmp_path / "a.html")
    export.write(sample_run(), tmp_path / "b.html", language="de")
    assert '<html lang="fr">' in (tmp_path / "a.html").read_text(encoding="utf-8")
    assert '<html lang="de">' in (tmp_path / "b.html").read_text(encoding="utf-8")


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        export.write(sample_run(), tmp_path / "none" / "run.json")


DIGESTS = """
import hashlib, sys
from rempart.export import formats
from tests.exports import every
for suffix, export in formats().items():
    if suffix not in (".pdf", ".docx"):  # held to it in their own tests
        content = export(every(), template=sys.argv[1], language="fr")
        print(suffix, hashlib.sha256(content).hexdigest())
"""


@pytest.mark.parametrize("template", ["report", "executive", "technical", "compliance"])
def test_renderings_of_one_run_are_the_same_bytes_in_every_process(template: str) -> None:
    told = set()
    for seed in ("0", "1"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": f"UTC{seed}"}
        command = [sys.executable, "-c", DIGESTS, template]
        done = subprocess.run(command, env=environment, capture_output=True, check=True, timeout=60)
        told.add(done.stdout)
    assert len(told) == 1
    assert told.pop().count(b"\n") > 10


def test_every_format_takes_a_run_in_which_nothing_was_found() -> None:
    empty = sample_run(
        results=(), subjects=(), checks={}, controls={}, waivers=(), statements=(), replays=(),
        connections={},
    )  # fmt: skip
    for suffix, format_ in export.formats().items():
        if suffix not in (".pdf", ".docx"):
            assert format_(empty, template="report", language="de")


@pytest.mark.parametrize("page", ["b.html", "b.pdf", "b.docx", "b.md"])
def test_the_sheet_of_a_team_without_measures_is_refused_before_anything_is_written(
    tmp_path: Path, page: str
) -> None:
    wanted = [tmp_path / name for name in ("a.csv", page)]
    with pytest.raises(UsageError, match=r"no measure for a team|holds the whole run"):
        list(export.write_all(sample_run(), wanted, template="team:lawyers"))
    assert list(tmp_path.iterdir()) == []


def test_a_format_without_templates_is_written_whatever_the_team(tmp_path: Path) -> None:
    asked = tmp_path / "a.csv"
    assert not export.heeds(asked)
    assert export.heeds(tmp_path / "b.html")
    assert list(export.write_all(sample_run(), [asked], template="team:lawyers")) == [asked]
