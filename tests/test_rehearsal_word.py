"""Word templates of the user's own, rehearsed as `rempart reports check` does."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from docx import Document

from rempart.card import LANGUAGES
from rempart.catalogue import built_in
from rempart.rehearsal import Rehearsed, rehearse

GOOD = (
    '{%p import "docx/words.j2" as wording with context %}',
    "{{ run.organisation }} {{ say('answer.heading') }}",
    "{%p for finding in found.open %}",
    "{{ wording.number(finding.check) }} {{ words(finding.check).title }}",
    "{%p endfor %}",
)


def mine(folder: Path, *paragraphs: str, name: str = "mine.docx") -> Path:
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    document.save(str(folder / name))
    return folder


def complaints(done: Rehearsed) -> list[str]:
    return [str(one) for one in done.faults]


def test_a_good_one_is_filled_in_every_language_from_a_full_run_and_an_empty_one(
    tmp_path: Path,
) -> None:
    done = rehearse(mine(tmp_path, *GOOD))
    assert (done.pages, done.faults, done.untried) == (("mine.docx",), (), ())
    assert done.renderings == 2 * len(LANGUAGES)


@pytest.mark.parametrize("name", ["report", "executive", "compliance"])
def test_ours_are_a_place_to_start_from(tmp_path: Path, name: str) -> None:
    shutil.copy(built_in() / "reports" / "docx" / f"{name}.docx", tmp_path / "mine.docx")
    done = rehearse(tmp_path)
    assert complaints(done) == []
    assert done.renderings == 2 * len(LANGUAGES)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Seen by {{ run.organization }}", r"organization.*near “.*Seen by"),
        ("Number {{ analysis.scores }}", r"scores.*near “.*Number"),
        ("{% for one in found.open %}{{ one.check }}", r"endfor|end of template"),
        ("{{ ''.__class__.__mro__ }}", r"__class__|unsafe|not allowed"),
        ("{{ cycler.__init__.__globals__ }}", r"__init__|unsafe|undefined"),
        ("{% autoescape false %}{{ run.id }}{% endautoescape %}", r"autoescape"),
        ("{{ say('no.such.sentence') }}", r"no sentence `no\.such\.sentence`.*near “"),
    ],
)
def test_what_is_wrong_is_told_once_with_the_file(
    tmp_path: Path, text: str, complaint: str
) -> None:
    done = rehearse(mine(tmp_path, text))
    told = complaints(done)
    assert told
    assert all("mine.docx" in one for one in told)
    assert re.search(complaint, " ".join(told))
    assert len(told) == len(set(told))


def test_what_fails_only_where_there_is_nothing_is_found(tmp_path: Path) -> None:
    done = rehearse(mine(tmp_path, "{{ run.subjects[0].id }}"))
    assert len(done.faults) == 1


def test_what_is_no_word_document_is_told(tmp_path: Path) -> None:
    (tmp_path / "mine.docx").write_bytes(b"PK\x03\x04 no archive")
    assert "expected a Word document" in complaints(rehearse(tmp_path))[0]


def test_the_command_names_file_and_fault_and_leaves_with_2(tmp_path: Path) -> None:
    mine(tmp_path, *GOOD, name="good.docx")
    mine(tmp_path, "Cher {{ client }}", name="letter.docx")
    command = (sys.executable, "-m", "rempart", "reports", "check", str(tmp_path))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "letter.docx" in done.stderr
    assert "client" in done.stderr
    assert "good.docx" not in done.stderr
