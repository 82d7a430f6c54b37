import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from rempart.errors import UsageError
from rempart.export.md import escaped, export
from tests.golden_files import same_as_golden
from tests.infected import PAYLOADS, infected
from tests.samples import result, sample_run


def parsed(text: str) -> list[Token]:
    """All tokens of GitHub's dialect, inline ones included."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).enable("table").parse(text)
    return [inner for token in tokens for inner in (token, *(token.children or ()))]


def test_the_sample_looks_like_its_golden_file() -> None:
    assert same_as_golden("report.fr.md", export(sample_run(), language="fr").decode())


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_found_becomes_markup(payload: str) -> None:
    benign = {token.type for token in parsed(export(infected(sample_run(), "x")).decode())}
    hostile = parsed(export(infected(sample_run(), payload)).decode())
    assert {token.type for token in hostile} <= benign
    assert not benign & {"link_open", "image", "html_inline", "html_block", "code_inline"}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_rows_keep_their_columns(payload: str) -> None:
    benign = parsed(export(infected(sample_run(), "x", before=True)).decode())
    hostile = parsed(export(infected(sample_run(), payload, before=True)).decode())
    for kind in ("td_open", "tr_open", "heading_open", "list_item_open"):
        count = sum(token.type == kind for token in benign)
        assert sum(token.type == kind for token in hostile) == count


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# head", r"\# head"),
        ("- item", "&#45; item"),
        ("12. item", "&#49;2. item"),
        ("a|b", r"a\|b"),
        ("<b>", "&lt;b>"),
        ("https://a.example", "https&#58;//a.example"),
        ("www.a.example", "www&#46;a.example"),
        ("sshd 9.2 - Debian", "sshd 9.2 - Debian"),
    ],
)
def test_text_is_shown_as_it_is(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_many_places_are_counted_and_not_all_listed() -> None:
    run = sample_run(results=tuple(result(instance=f"/srv/{n}") for n in range(80)))
    text = export(run, language="en").decode()
    assert "30 more are in the run file" in text
    assert "/srv/79" not in text


def test_a_team_is_not_given_the_whole_run_as_markdown() -> None:
    with pytest.raises(UsageError, match="--for team:platform"):
        export(sample_run(), template="team:platform")


def test_says_that_markdown_has_one_form(caplog: pytest.LogCaptureFixture) -> None:
    plain = export(sample_run(), template="report")
    assert not caplog.text
    assert export(sample_run(), template="executive") == plain
    assert "Markdown has one form, the short report: --template executive is for" in caplog.text
