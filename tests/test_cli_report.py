from pathlib import Path

import pytest
from click.testing import CliRunner

from rempart.cli.report import command
from rempart.errors import ContentError, RempartError, UsageError
from rempart.results import save
from tests.samples import sample_run


@pytest.fixture
def run_file(tmp_path: Path) -> Path:
    save(sample_run(), tmp_path / "run.json")
    return tmp_path / "run.json"


def reported(*arguments: object) -> str:
    answer = CliRunner().invoke(command, [str(item) for item in arguments])
    if isinstance(answer.exception, RempartError):
        raise answer.exception
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_a_saved_run_is_written_in_each_format_asked_for(run_file: Path) -> None:
    page, table = run_file.with_name("client.html"), run_file.with_name("all.csv")
    told = reported(run_file, "-o", page, "-o", table, "--lang", "de")
    assert told.split() == [str(page), str(table)]
    assert '<html lang="de">' in page.read_text(encoding="utf-8")
    assert "SSH verweigert root" in table.read_text(encoding="utf-8")


def test_without_a_file_the_summary_is_shown(run_file: Path) -> None:
    assert "3 weaknesses" in reported(run_file, "--lang", "en")


def test_a_template_of_yours_is_used(run_file: Path) -> None:
    template = run_file.with_name("mine.j2")
    template.write_text("<p>{{ run.organisation }}", encoding="utf-8")
    page = run_file.with_name("mine.html")
    reported(run_file, "-o", page, "--template", template)
    assert page.read_text(encoding="utf-8") == "<p>Tiers Payant Démonstration"


def test_an_unknown_suffix_is_refused_before_anything_is_written(run_file: Path) -> None:
    with pytest.raises(UsageError):
        reported(run_file, "-o", run_file.with_name("a.html"), "-o", run_file.with_name("b.xyz"))
    assert not run_file.with_name("a.html").exists()


def test_a_file_that_is_no_run_is_named(run_file: Path) -> None:
    run_file.write_text("{}", encoding="utf-8")
    with pytest.raises(ContentError, match=r"run\.json: expected a run"):
        reported(run_file)
