"""Three runs told in every document and language, held to what they told before.

The demo payer as it was audited once, a run in which nothing could be looked at, and 5,000
failures on 250 hosts. A document is kept as one line: its size, its SHA-256 and what is in it, so
that a change shows what moved; `nox -s golden` writes the lines again.
"""

import gzip
import hashlib
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import msgspec
import pytest

from rempart.card import LANGUAGES
from rempart.check import Outcome
from rempart.export import formats
from rempart.report.findings import Findings
from rempart.report.interactive import STATIC
from rempart.report.render import render
from rempart.results import Run, SubjectRecord
from tests.golden_files import same_as_golden
from tests.pages import Page
from tests.sample_cards import CHECKS
from tests.samples import coverage, result, sample_run

RECORDED = Path(__file__).parent / "recorded" / "run-1-demo.json.gz"
PAGES = ("report", "technical", "executive", "compliance")
# Formats whose bytes are ours alone: no library's version is in them.
FILES = (".md", ".csv", ".junit.xml", ".oscal.json", ".ocsf.json", ".hdf.json")
HOSTS = 250


def demo() -> Run:
    return msgspec.json.decode(gzip.decompress(RECORDED.read_bytes()), type=Run)


def empty() -> Run:
    nothing = ("results", "subjects", "waivers", "statements", "replays")
    return sample_run(**dict.fromkeys(nothing, ()), connections={}, coverage=coverage(0, ()))


def large() -> Run:
    """5,000 failures of the sample's checks; cards of the catalogue would change it every week."""
    subjects = tuple(
        SubjectRecord(f"host-{n:03}", "host", f"claims-{n:03}.payer.example", owner=f"Team {n % 7}")
        for n in range(HOSTS)
    )
    names = list(CHECKS)
    results = tuple(
        result(
            names[n % len(names)],
            f"host-{n * 7 % HOSTS:03}",
            Outcome.PASS if n % 5 == n // 50 % 5 else Outcome.FAIL,
            instance=f"/srv/claims/{n:05}",
            authority=None,
            severity=CHECKS[names[n % len(names)]].severity,
            seen=f"value {n} where {n % 17} was wanted",
        )
        for n in range(6250)
    )
    return sample_run(
        subjects=subjects,
        results=results,
        waivers=(),
        statements=(),
        connections={one.id: 1 for one in subjects},
        coverage=coverage(HOSTS, results),
    )


RUNS = {"demo": demo, "empty": empty, "large": large}


@cache
def run_of(name: str) -> Run:
    return RUNS[name]()


@cache
def page_of(name: str, template: str, language: str) -> str:
    return render(run_of(name), template, language)


def kept(name: str, content: bytes, told: str = "") -> str:
    return f"{name} {len(content)} bytes sha256:{hashlib.sha256(content).hexdigest()}{told}\n"


def inside(page: str) -> str:
    """How much of what a reader sees is in a page."""
    tags = Counter(tag for tag, _ in Page(page).tags)
    told = ("h2", "h3", "article", "table", "tr", "svg", "a")
    return "".join(f" {tag}:{tags[tag]}" for tag in told)


@pytest.mark.parametrize("name", RUNS)
def test_the_pages_of_the_run_are_the_golden_ones(name: str) -> None:
    lines = [
        kept(f"{template}.{language}.html", page.encode(), inside(page))
        for template in PAGES
        for language in LANGUAGES
        for page in [page_of(name, template, language)]
    ]
    assert same_as_golden(f"run-{name}-pages.txt", "".join(lines))


@pytest.mark.parametrize("name", RUNS)
def test_the_files_of_the_run_are_the_golden_ones(name: str) -> None:
    written = formats()
    lines = [
        kept(f"run{suffix}", written[suffix](run_of(name), template="", language="fr"))
        for suffix in FILES
    ]
    assert same_as_golden(f"run-{name}-files.txt", "".join(lines))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", ["report", "technical"])
def test_the_demo_payer_has_a_card_for_each_of_its_findings(template: str, language: str) -> None:
    found = Findings(run_of("demo"))
    page = Page(page_of("demo", template, language))
    cards = [one for tag, one in page.tags if tag == "article" and "open" in one["class"].split()]
    assert len(found.open) >= 20
    assert [one["data-severity"] for one in cards] == [one.severity.value for one in found.open]
    rows = sum(tag == "tr" and "data-subject" in one for tag, one in page.tags)
    assert rows == sum(len(one.occurrences) for one in (*found.open, *found.stricter))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", PAGES)
def test_of_an_empty_run_nothing_good_is_said(template: str, language: str) -> None:
    page = Page(page_of("empty", template, language))
    classes = [one.get("class", "").split() for _, one in page.tags]
    assert not [one for one in classes if "verdict" in one and "good" in one]
    assert not [one for one in classes if one[:1] == ["card"] or "pass" in one]
    assert template == "compliance" or "verdict" in {name for one in classes for name in one}


@pytest.mark.parametrize("language", LANGUAGES)
def test_five_thousand_findings_are_all_on_the_page_as_data(language: str) -> None:
    page = page_of("large", "technical", language)
    found = re.search(r'<script type="application/json" id="findings-data">(.*?)</script>', page)
    assert found
    data = json.loads(found[1])
    rows = [row for finding in data["findings"] for row in finding["rows"]]
    assert len(rows) == sum(one.open for one in run_of("large").results) == 5000 > STATIC
    assert len({row[1] for row in rows}) == 5000
    assert len(page.encode()) <= 2_000_000
