import json
import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from rempart.background import FrameworkRecord, RequirementRecord, StepControl, StepRecord
from rempart.card import LANGUAGES
from rempart.check import Severity
from rempart.errors import UsageError
from rempart.redaction import view
from rempart.report.interactive import STATIC
from rempart.report.render import PAPER, render
from rempart.report.trend import with_earlier
from rempart.results import Run
from tests.golden_files import same_as_golden
from tests.infected import PAYLOADS, infected
from tests.pages import Page
from tests.sample_readings import GRAPHS
from tests.samples import result, sample_run

TEMPLATES = ("report", "technical", "executive", "compliance", "team:ops")


def copy(kind: str, name: str, encrypted: object, *layers: dict[str, Any]) -> dict[str, Any]:
    return {"kind": kind, "name": name, "subject": "adh", "encrypted": encrypted, "layers": layers}


def layer(name: str, encrypted: object, holder: str | None = None) -> dict[str, Any]:
    return {"kind": "mount", "name": name, "encrypted": encrypted, "key_holder": holder}


UNKNOWN = {"seen": "unknown", "reason": "privilege", "detail": ""}
CHAIN = {
    "type": "StoreChain",
    "subject": "adh",
    "copies": (
        copy("original", "adh", False, layer("claims-1:/srv", False)),
        copy("backup", "nightly", UNKNOWN, layer("vault:/b", UNKNOWN, "HSM")),
    ),
}
FRAMEWORKS = {
    "gdpr": FrameworkRecord(
        "General Data Protection Regulation", "European Union", "2016/679",
        "https://eur-lex.europa.eu/eli/reg/2016/679/oj", "verified",
        (
            RequirementRecord("32(1)(a)", "Encrypt", ("enc.rest.database",)),
            RequirementRecord("33", "Notify", ("proc.notification",)),
        ),
    ),
    "cnil-2022-100": FrameworkRecord(
        "Recommandation sur les mots de passe", "CNIL", "2022-100", "https://www.cnil.fr/",
        "verified_secondary",
        (RequirementRecord("cas-1", "Strength", ("cred.password.strength", "exp.ssh")),),
    ),
}  # fmt: skip


REQUESTS = tuple(
    {
        "at": f"2026-11-25T08:{n:02}:00Z", "account": f"canary-{'ab'[n % 2]}", "method": "GET",
        "path": f"/claims/{17 + n}?beneficiary=canary&page={n}", "status": (200, 403, 429)[n % 3],
    }
    for n in range(12)
)  # fmt: skip


def full_run(**changes: Any) -> Run:
    """The sample with everything that only some runs have, an earlier run included."""
    run = sample_run(
        frameworks=FRAMEWORKS,
        graphs=(CHAIN, *GRAPHS),
        requests=REQUESTS,
        **changes,
    )
    results = tuple(one for one in run.results if one.check != "portal.hsts")
    started = run.started - timedelta(days=30)
    older = sample_run(id="older", results=results, started=started, finished=started)
    return with_earlier(run, [older])


def page(template: str, run: Run | None = None, **how: Any) -> Page:
    return Page(render(run or full_run(), template, **how))


@pytest.mark.parametrize("template", ["executive", "technical", "compliance"])
def test_the_documents_look_like_their_golden_files(template: str) -> None:
    assert same_as_golden(f"{template}.fr.html", render(full_run(), template, "fr"))


@pytest.mark.parametrize("template", TEMPLATES)
def test_ids_are_unique_and_links_within_the_page_arrive(template: str) -> None:
    found = page(template)
    ids = Counter(found.values("id"))
    assert [name for name, n in ids.items() if n > 1] == []
    within = {target[1:] for target in found.values("href") if target.startswith("#")}
    assert within <= ids.keys()
    for attribute in ("aria-labelledby", "for"):
        labels = {name for value in found.values(attribute) for name in value.split()}
        assert labels <= ids.keys()


@pytest.mark.parametrize("template", TEMPLATES)
def test_columns_say_that_they_are_and_pictures_have_words(template: str) -> None:
    tags = page(template).tags
    assert all("scope" in attributes for tag, attributes in tags if tag == "th")
    pictures = [attributes for tag, attributes in tags if tag == "svg"]
    assert all("aria-labelledby" in one or one.get("aria-hidden") for one in pictures)
    assert not [one for _, one in tags if "style" in one or any(n.startswith("on") for n in one)]


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_run_and_a_full_one_render(template: str, language: str) -> None:
    empty: dict[str, Any] = dict.fromkeys(("replays", "waivers", "statements", "subjects"), ())
    empty |= {"connections": {}, "populations": {}}
    if not template.startswith("team:"):
        run = sample_run(results=(), **empty)
        assert page(template, run, language=language).text
    assert page(template, language=language).text


def test_a_team_gets_its_own_measures_and_an_unknown_one_is_told() -> None:
    assert "M01" in page("team:ops").text
    with pytest.raises(UsageError, match=r"teams with measures: ops"):
        page("team:night")


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_tool_never_says_that_a_law_is_obeyed(template: str) -> None:
    text = page(template, language="fr").text.lower()
    assert not re.search(r"\b(non )?conformes?\b(?! aux? )", text)
    assert "qualifié" not in text


def test_a_clause_read_second_hand_says_so() -> None:
    text = page("compliance", language="fr").text
    assert "Recommandation sur les mots de passe source secondaire" in text
    assert "General Data Protection Regulation source secondaire" not in text


def test_what_no_check_looks_at_is_not_tested_in_letters() -> None:
    text = page("compliance", language="en").text
    assert "1 requirement no check of this audit looks at: 33" in text


def test_the_replay_is_told_again_after_thirty_days() -> None:
    root = StepControl("exp.ssh", "SSH", "fail", ())
    step = StepRecord("in", {"en": "Gets in"}, "host", "confirmed", (root,), (), (), "open")
    run = full_run(results=(result(), result(subject="claims-2")))
    run = replace(run, replays=(replace(run.replays[0], steps=(step,), verdict="open"),))
    text = page("compliance", run, language="en").text
    assert "And after the 30-day measures?" in text
    assert "Step 1, Gets in: open to the attacker → attack stopped here" in text


def test_what_an_account_reads_stands_beside_what_is_declared() -> None:
    html = render(full_run(), "compliance", "en")
    told = '<th scope="row">One account in 1 h, log pro-access</th><td class="n">481</td>'
    assert f"{told}<td>at the pace of 2024: the declared ceiling is exceeded</td>" in html


def test_a_layer_nobody_saw_is_not_known() -> None:
    text = page("technical", language="en").text
    assert "vault:/b" in text
    assert "? not known Missing privilege" in text


def test_what_is_new_since_the_earlier_run_says_so() -> None:
    cells = re.findall(r"<td>(new|still open)</td>", render(full_run(), "technical", "en"))
    assert sorted(cells) == ["new", "still open", "still open", "still open"]


def many(count: int) -> Run:
    places = tuple(
        result(subject="claims-1", instance=f"/srv/{n}", severity=Severity.HIGH)
        for n in range(count)
    )
    return sample_run(results=places)


def test_many_findings_become_data_that_leaves_the_script_element_alone() -> None:
    html = render(
        infected(many(STATIC + 1), "</script><script>alert(1)</script>\u202e"), "technical"
    )
    data = re.search(r'<script type="application/json" id="findings-data">(.*?)</script>', html)
    assert data
    told = json.loads(data[1])
    assert sum(len(one["rows"]) for one in told["findings"]) == STATIC + 1
    assert "<" not in data[1]
    assert "\u202e" not in html


def test_few_findings_and_paper_need_no_script() -> None:
    assert 'id="findings-data"' not in render(many(STATIC), "technical")
    paper = render(many(STATIC + 1), "technical", medium=PAPER)
    assert "<script" not in paper
    assert "/srv/499" in paper


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_found_becomes_markup(template: str, payload: str) -> None:
    benign, hostile = (hurt(template, text) for text in ("x", payload))
    assert set(hostile.shape - benign.shape) <= {("p",), ("code",)}
    for target in hostile.values("href"):
        assert re.match(r"#[\w.?-]+$|https?://", target)


@pytest.mark.parametrize("template", TEMPLATES[:-1])
@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_found_is_interpreted(template: str, payload: str) -> None:
    html = render(infected(full_run(), payload, before=True), template)
    assert not set(html) & set("\x1b\x9b\x07\u202e\u200b\u2028")
    if "{{7*7}}" in payload:
        assert "{{7*7}}" in html


@pytest.mark.parametrize("recipient", ["executive", "regulator", "client-insurer", "team:ops"])
@pytest.mark.parametrize("template", ["report", "executive", "technical", "compliance"])
def test_every_view_of_a_run_can_be_told(template: str, recipient: str) -> None:
    assert page(template, view(full_run(), recipient)).text


def hurt(template: str, payload: str) -> Page:
    run = infected(full_run(), payload)
    name = f"team:ops{payload}" if template.startswith("team:") else template
    return Page(render(run, name))


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_same_run_gives_the_same_bytes(template: str) -> None:
    run = full_run()
    assert len({render(run, template) for _ in range(10)}) == 1


def test_a_later_run_is_no_earlier_one() -> None:
    run = sample_run()
    with pytest.raises(UsageError, match="no earlier one"):
        with_earlier(run, [replace(run, started=run.started + timedelta(days=1))])


@pytest.mark.parametrize(
    ("language", "heads"),
    [
        ("fr", ["Instant", "Compte", "Méthode", "Chemin", "Réponse"]),
        ("en", ["Time", "Account", "Method", "Path", "Answer"]),
        ("de", ["Zeitpunkt", "Konto", "Methode", "Pfad", "Antwort"]),
    ],
)
def test_what_canary_accounts_sent_is_told_line_by_line(language: str, heads: list[str]) -> None:
    told = render(full_run(), "technical", language)
    table = told[told.index('<table class="requests">') :].split("</table>")[0]
    assert re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', table) == heads
    rows = re.findall(r"<tr>(<td>.*?)</tr>", table)
    assert len(rows) == len(REQUESTS)
    assert rows[2] == (
        "<td>2026-11-25T08:02:00Z</td><td>canary-a</td><td>GET</td>"
        "<td>/claims/19?beneficiary=canary&amp;page=2</td><td>429</td>"
    )


def test_a_long_log_of_requests_says_how_many_are_left_out() -> None:
    sent = tuple({"account": "canary-a", "path": f"/{n}"} for n in range(450))
    told = render(sample_run(requests=sent), "technical", "en")
    assert told.count("<td>canary-a</td>") == 400
    assert "50 more" in told[told.index('id="canaries"') :].split("</section>")[0]


@pytest.mark.parametrize("template", ["executive", "technical"])
def test_the_picture_of_effort_and_risk_says_no_more_than_its_table(template: str) -> None:
    told = render(full_run(), template, "fr")
    picture = told[told.index('<svg class="scatter"') :].split("</svg>")[0]
    table = told[told.index('<table class="spots">') :].split("</table>")[0]
    drawn, listed = (set(re.findall(r"\bM\d\d\b", part)) for part in (picture, table))
    assert drawn == listed != set()
    assert picture.count("<circle") == len(drawn)
