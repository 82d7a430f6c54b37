import io
import re

import pytest
from msgspec.structs import replace

from rempart.card import LANGUAGES
from rempart.report.summary import show, summary
from tests.golden_files import same_as_golden
from tests.infected import PAYLOADS, infected
from tests.samples import result, sample_run


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sample_looks_like_its_golden_file(language: str) -> None:
    assert same_as_golden(f"summary.{language}.txt", summary(sample_run(), language))


@pytest.mark.parametrize("width", [40, 60, 80, 132])
def test_no_line_is_wider_than_asked(width: int) -> None:
    long = result(subject="claims-" + "1" * 90, instance="x" * 200)
    run = sample_run(results=(*sample_run().results, long))
    assert max(map(len, summary(run, width=width).splitlines())) <= width


def test_the_answer_is_the_first_thing_after_the_name() -> None:
    name, answer, *_ = summary(sample_run(), "en").splitlines()
    assert name == "Tiers Payant Démonstration"
    assert answer == "3 weaknesses of level “High” or above need to be corrected."


def test_a_run_without_findings_says_so_and_no_more() -> None:
    run = sample_run(results=sample_run().results[1:2], replays=(), waivers=())
    assert "Nothing that was checked fails." in summary(run, "en")
    assert "Findings" not in summary(run, "en")


def test_nothing_judged_is_not_called_good() -> None:
    assert "Nothing could be judged." in summary(sample_run(results=()), "en")


def test_a_waiver_whose_facts_changed_is_not_called_in_force() -> None:
    waiver = replace(sample_run().waivers[0], expired=False, used=0, changed=2)
    text = summary(sample_run(waivers=(waiver,)), "en")
    assert f"{waiver.id}: 2 results came back, their facts changed" in text
    assert "expires" not in text


def test_ten_findings_are_shown_and_the_others_counted() -> None:
    results = tuple(result(f"ssh.check_{n:02}") for n in range(14))
    text = summary(sample_run(results=results), "en")
    assert "ssh.check_09" in text
    assert "ssh.check_10" not in text
    assert "4 more" in text


def test_a_pipe_gets_plain_text() -> None:
    out = io.StringIO()
    show(sample_run(), out)
    assert out.getvalue() == summary(sample_run())


def test_a_terminal_gets_the_same_lines_in_colours() -> None:
    out = Terminal()
    show(sample_run(), out)
    assert "\x1b[" in out.getvalue()
    uncoloured = re.sub(r"\x1b\[[\d;]*m", "", out.getvalue())
    assert [line.rstrip() for line in uncoloured.splitlines()] == summary(sample_run()).splitlines()


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    out = Terminal()
    show(sample_run(), out)
    assert "\x1b" not in out.getvalue()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_found_reaches_the_terminal_as_a_command(payload: str) -> None:
    out = Terminal()
    show(infected(sample_run(), payload, before=True), out)
    uncoloured = re.sub(r"\x1b\[[\d;]*m", "", out.getvalue())
    assert not set(uncoloured) & set("\x1b\x9b\x07\u202e\u200b\u2028\r\t")


def test_markup_of_the_terminal_library_is_shown_as_it_is() -> None:
    out = Terminal()
    show(sample_run(organisation="[bold red]x[/bold red] :warning:"), out)
    assert "[bold red]x[/bold red] :warning:" in out.getvalue()
