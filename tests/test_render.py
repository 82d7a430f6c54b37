import base64
import hashlib
import re
from collections import Counter

import pytest
from msgspec.structs import replace

from rempart.card import LANGUAGES
from rempart.check import Severity
from rempart.plain import slug
from rempart.report.render import PAPER, href, prose, render
from tests.golden_files import same_as_golden
from tests.infected import PAYLOADS, infected
from tests.pages import Page
from tests.samples import result, sample_run


def page(**changes: object) -> Page:
    return Page(render(sample_run(**changes)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sample_looks_like_its_golden_file(language: str) -> None:
    assert same_as_golden(f"report.{language}.html", render(sample_run(), language=language))


def test_the_page_needs_nothing_from_outside() -> None:
    found = page()
    assert not {tag for tag, _ in found.tags} & {
        "link",
        "img",
        "iframe",
        "object",
        "base",
    }
    assert not found.values("src") + found.values("style") + found.values("srcset")
    assert not [
        name for _, attributes in found.tags for name in attributes if name.startswith("on")
    ]


def hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@pytest.mark.parametrize("template", ["report", "technical", "executive", "compliance", "team:ops"])
def test_the_policy_allows_what_stands_in_the_page_and_nothing_else(template: str) -> None:
    html = render(sample_run(), template)
    styles = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    assert len(scripts) == (template in ("report", "technical"))
    allowed = f" script-src {hashed(scripts[0])};" if scripts else ""
    policy = next(item for item in Page(html).values("content") if "default-src" in item)
    assert policy == (
        f"default-src 'none'; style-src {' '.join(map(hashed, styles))};{allowed} img-src data:; "
        "font-src data:; base-uri 'none'; form-action 'none'"
    )
    assert not re.search(r"url\(|@import", "".join(styles))


def test_ids_are_unique_and_links_within_the_page_arrive() -> None:
    found = page()
    ids = Counter(found.values("id"))
    assert [name for name, n in ids.items() if n > 1] == []
    within = {target[1:] for target in found.values("href") if target.startswith("#")}
    assert within <= ids.keys()
    labels = {name for value in found.values("aria-labelledby") for name in value.split()}
    assert labels <= ids.keys()


def test_columns_of_tables_say_that_they_are() -> None:
    headers = [attributes for tag, attributes in page().tags if tag == "th"]
    assert headers
    assert all("scope" in attributes for attributes in headers)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_one_language(language: str) -> None:
    found = Page(render(sample_run(), language=language))
    assert ("html", {"lang": language}) in found.tags
    titles = {
        "fr": "SSH refuse root",
        "en": "SSH refuses root",
        "de": "SSH verweigert root",
    }
    for spoken, title in titles.items():
        assert (title in found.text) == (spoken == language)


def test_an_unknown_language_is_answered_in_english() -> None:
    assert ("html", {"lang": "en"}) in Page(render(sample_run(), language="it")).tags


def test_the_answer_comes_before_the_findings() -> None:
    text = page().text
    answer = "3 faiblesses de niveau «\xa0Majeur\xa0» ou supérieur sont à corriger."
    plain_answer = " ".join(answer.split())
    assert text.index(plain_answer) < text.index("Une fiche par contrôle")


def test_verdicts_of_authorities_stand_side_by_side() -> None:
    text = page().text
    assert "CNIL ✗ non atteint fait référence" in text
    assert "NIST ✗ non atteint pour information" in text


def test_what_only_an_informing_authority_refuses_stands_apart() -> None:
    html = render(sample_run())
    assert html.index('id="stricter"') < html.index('id="informs-accounts.password_policy"')


def test_what_was_not_checked_is_listed_with_its_reason() -> None:
    text = page().text
    assert "Droits insuffisants" in text
    assert "needs pg_read_all_settings" in text


def test_the_replay_says_what_is_only_stated_and_what_is_not_known() -> None:
    text = page().text
    assert "déclarée, non constatée" in text
    assert "inconnue, comptée comme ouverte" in text


def test_an_expired_waiver_is_shown_as_expired() -> None:
    assert "échue" in page().text


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_run_renders(language: str) -> None:
    run = sample_run(results=(), replays=(), waivers=(), statements=(), subjects=(), connections={})
    assert Page(render(run, language=language)).text


def test_a_failure_without_a_card_is_shown_all_the_same() -> None:
    run = sample_run(results=(result("odd.check", severity=Severity.CRITICAL),))
    assert "odd.check" in Page(render(run)).text


def test_thousands_of_places_stay_readable() -> None:
    many = tuple(result(subject="claims-1", instance=f"/srv/{n}") for n in range(10_000))
    run = sample_run(results=many)
    assert len(render(run)) < 1_000_000
    paper = render(run, medium=PAPER)
    assert len(paper) < 1_000_000
    assert "9\u202f500 autres figurent" in paper


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_found_becomes_markup(payload: str) -> None:
    benign = Page(render(infected(sample_run(), "x")))
    hostile = Page(render(infected(sample_run(), payload)))
    assert set(hostile.shape - benign.shape) <= {("p",)}  # an empty line ends a paragraph
    for target in hostile.values("href"):
        assert re.match(r"#[\w.-]+$|https?://", target)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_found_is_interpreted(payload: str) -> None:
    html = render(infected(sample_run(), payload, before=True))
    assert not set(html) & set("\x1b\x9b\x07\u202e\u200b\u2028")
    if "{{7*7}}" in payload:
        assert payload in Page(html).text


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example",
        "https://a.example/\x1b",
        "http://[::1",
    ],
)
def test_a_link_with_another_scheme_is_no_link(target: str) -> None:
    assert href(target) == ""


@pytest.mark.parametrize("target", ["https://a.example/x?y=1", "mailto:a@b.example", "#check-a.b"])
def test_a_harmless_link_stays(target: str) -> None:
    assert href(target) == target


def test_prose_marks_code_and_paragraphs_and_escapes_the_rest() -> None:
    assert prose("Set `a <b>`.\n\nThen <i>go</i>.") == (
        "<p>Set <code>a &lt;b&gt;</code>.</p><p>Then &lt;i&gt;go&lt;/i&gt;.</p>"
    )


def test_a_slug_holds_no_surprise() -> None:
    assert slug('a.b "c" <d>') == "a.b-c-d-"


def test_a_replay_that_is_stopped_says_where() -> None:
    replay = sample_run().replays[0]
    first, *others = replay.steps
    stopped = replace(replay, steps=(replace(first, state="broken"), *others), verdict="stopped")
    found = page(replays=(stopped,))
    assert "l’attaque serait arrêtée ici, à l’étape 1 sur 3" in found.text
    assert [name for name in found.values("class") if name == "link cut"]


def test_the_promise_about_data_follows_the_mandate() -> None:
    mandate = replace(sample_run().authorisation, transit="sample")
    assert "Aucune donnée de santé n’a été copiée" in page().text
    assert "Aucune donnée de santé n’a été copiée" not in page(authorisation=mandate).text
