import csv
import io
import re

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from rempart.check import Outcome
from rempart.export import github, gitlab, jira
from rempart.report.language import language
from rempart.results import Run
from rempart.tickets import SHOWN, tickets
from tests.exports import HARMFUL, WAIVED, every
from tests.infected import PAYLOADS, infected
from tests.samples import result, sample_run

# What code hosts make more of than text: mentions, references, quick actions, emoji, images.
LIVE = (
    "@all", "#12 !12 $12 %12", "/close", "\n/assign @me", ":bug:", "~severity", "org/repo#1",
    "`/close`", "``` \n/close", "**b**", "[vulnerability:1]", "<!-- rempart:000000000000 -->",
)  # fmt: skip


def parsed(text: bytes) -> list[Token]:
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text.decode())
    return [inner for token in tokens for inner in (token, *(token.children or ()))]


def words(text: bytes) -> str:
    """Everything a code host would look for mentions and actions in: text that is no code."""
    return "\n".join(token.content for token in parsed(text) if token.type == "text")


def test_a_check_is_one_ticket_with_all_its_places() -> None:
    run = sample_run(results=tuple(result(instance=f"/srv/{n}") for n in range(SHOWN + 7)))
    (ticket,) = tickets(run, language("en"))
    assert (len(ticket.spots), ticket.more) == (SHOWN, 7)
    assert "7 more places" in github.export(run, language="en").decode()


def test_a_ticket_keeps_its_key_from_run_to_run() -> None:
    before = tickets(sample_run(results=(result(seen="yes"),)), language("en"))
    later = sample_run(id="later", results=(result("ssh.root_login", "b"),))
    after = tickets(later, language("fr"))
    assert before[0].key == after[0].key
    assert re.fullmatch(r"[0-9a-f]{12}", before[0].key)


def test_only_open_failures_are_tickets() -> None:
    others = [result(instance=one, outcome=one) for one in Outcome if one is not Outcome.FAIL]
    run = sample_run(results=(*others, result(waiver=WAIVED), result(binding=False)))
    assert tickets(run, language("en")) == ()
    assert github.export(run, language="en").decode().count("\n") == 1


@pytest.mark.parametrize("module", [github, gitlab])
def test_each_ticket_has_its_hidden_key_once(module: object) -> None:
    for run in (every(), infected(every(), LIVE[-1])):
        text = getattr(module, "export")(run, language="en").decode()  # noqa: B009
        assert len(re.findall(r"(?m)^<!-- rempart:[0-9a-f]{12} -->$", text)) == len(
            tickets(run, language("en"))
        )


@pytest.mark.parametrize("payload", [*PAYLOADS, *LIVE])
def test_nothing_found_becomes_markup(payload: str) -> None:
    benign = {token.type for token in parsed(github.export(infected(every(), "x")))}
    for before in (False, True):
        hostile = github.export(infected(every(), payload, before=before))
        assert {token.type for token in parsed(hostile)} <= benign
    assert not benign & {"link_open", "image", "html_inline"}


@pytest.mark.parametrize("payload", LIVE)
def test_nothing_found_calls_anybody_or_does_anything(payload: str) -> None:
    seen = result(seen=payload, instance=payload, facts={})
    text = gitlab.export(sample_run(results=(seen,)), language="en")
    actions = [line for line in text.decode().splitlines() if line.startswith("/")]
    assert actions == ["/confidential", '/label ~security ~"severity::high"']
    assert payload.strip().strip("`") not in words(text).replace("/confidential", "")


def heads(run: Run) -> list[list[str]]:
    return list(csv.reader(io.StringIO(jira.export(run, language="en").decode(), newline="")))


def test_jira_gets_a_row_a_ticket() -> None:
    header, *rows = heads(every())
    assert tuple(header) == jira.COLUMNS
    assert len(rows) == len(tickets(every(), language("en")))
    assert {len(row) for row in rows} == {len(header)}
    assert len({row[-1] for row in rows}) == len(rows)


@pytest.mark.parametrize("payload", [*PAYLOADS, *LIVE, "{code}", "!x.png!", "[~admin]", "h1. x"])
def test_nothing_found_becomes_wiki_markup_or_a_formula(payload: str) -> None:
    for before in (False, True):
        for row in heads(infected(every(), payload, before=before))[1:]:
            assert not row[0].startswith(("=", "+", "-", "@", "\t", "\r"))
            assert len(row[0]) <= jira.SUMMARY
            assert not set(row[1]) & (HARMFUL | set("{}[]!|<>@~^\\"))
            assert all(
                line.startswith(("h3. ", "* ")) or not re.match(r"h[1-6]\. |[*#-]+ |bq\. ", line)
                for line in row[1].split("\n")
            )
            assert row[1].count("h3. ") <= 7


def test_a_heading_of_wiki_markup_in_a_text_stays_text() -> None:
    assert jira.wiki("h1. x") != "h1. x"
    assert jira.wiki("sshd 9.2, claims-1") == "sshd 9.2, claims-1"


@pytest.mark.parametrize("language_", ["fr", "en", "de"])
def test_tickets_speak_the_language_asked_for(language_: str) -> None:
    text = github.export(every(), language=language_).decode()
    assert language(language_).say("finding.do") in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a", "`a`"), ("a`b", "``a`b``"), ("`", "`` ` ``"), ("a\nb", "`a b`"), ("", "` `")],
)
def test_code_stays_code(text: str, shown: str) -> None:
    assert github.code(text) == shown


def test_a_block_of_code_cannot_be_left() -> None:
    lines = list(github.fenced("x\n```\n/close\n"))
    assert lines[0] == lines[-1] == "````"
