"""Rules handed over: what counts per account and window is run, anything else is named."""

import json
from pathlib import Path

import pytest

from rempart.errors import ContentErrors
from rempart.reading.batch import Rule
from rempart.reading.rules import load

BASE = """\
title: Read of a person
name: person_read
logsource: {product: portal}
detection: {selection: {action: read}, condition: selection}
"""
CORRELATION = """\
title: Bulk reading
correlation:
  type: value_count
  rules: [person_read]
  group-by: [user]
  timespan: 1h
  condition: {gte: 200, field: nir}
"""
ELASTIC = {
    "type": "threshold",
    "rule_id": "1",
    "name": "Bulk reading",
    "language": "kuery",
    "query": 'event.action : "patient_read" and event.outcome: success',
    "threshold": {
        "field": ["user.name"],
        "value": 1,
        "cardinality": [{"field": "patient.id", "value": 150}],
    },
    "from": "now-65m",
    "interval": "5m",
}


def loaded(folder: Path, text: str, name: str = "bulk.yml") -> tuple[Rule, ...]:
    (folder / name).write_text(text)
    return load(folder / name, account="$.usr.login", person="$.beneficiary_key")


def refused(folder: Path, text: str, name: str = "bulk.yml") -> str:
    (rule,) = loaded(folder, text, name)
    return rule.refused


def test_reads_plain_thresholds(tmp_path: Path) -> None:
    text = """\
thresholds:
  - {name: Bulk, people: 200, within: 1 hour}
  - {name: Lines, requests: 5000, within: 1d}
  - {failures: 20, within: 15 minutes}
"""
    assert loaded(tmp_path, text) == (
        Rule("bulk.yml: Bulk", "threshold", "people", 200, 3600),
        Rule("bulk.yml: Lines", "threshold", "requests", 5000, 86400),
        Rule("bulk.yml", "threshold", "failures", 20, 900),
    )


def test_reads_a_sigma_value_count_with_its_base_rule(tmp_path: Path) -> None:
    assert loaded(tmp_path, f"{BASE}---\n{CORRELATION}") == (
        Rule("bulk.yml: Bulk reading", "sigma", "people", 200, 3600),
    )


def test_reads_a_sigma_event_count_of_failed_sign_ins(tmp_path: Path) -> None:
    base = BASE.replace("action: read", "action: login_failed")
    text = CORRELATION.replace("value_count", "event_count").replace(
        "{gte: 200, field: nir}", "{gt: 10}"
    )
    assert loaded(tmp_path, f"{base}---\n{text}") == (
        Rule("bulk.yml: Bulk reading", "sigma", "failures", 11, 3600),
    )


def test_reads_the_older_count_by(tmp_path: Path) -> None:
    text = """\
title: Old
detection:
  selection: {action: read}
  timeframe: 15m
  condition: selection | count(beneficiary_key) by usr.login > 60
"""
    assert loaded(tmp_path, text) == (Rule("bulk.yml: Old", "sigma", "people", 61, 900),)


def test_reads_an_elastic_threshold_and_its_export(tmp_path: Path) -> None:
    expected = (Rule("r.json: Bulk reading", "elastic", "people", 150, 3900),)
    assert loaded(tmp_path, json.dumps(ELASTIC), "r.json") == expected
    lines = f'{json.dumps(ELASTIC)}\n{{"exported_count": 1, "exported_rules_count": 1}}\n'
    (rule,) = loaded(tmp_path, lines, "r.ndjson")
    assert (rule.counts, rule.least, rule.seconds) == ("people", 150, 3900)


@pytest.mark.parametrize(
    ("old", "new", "construct"),
    [
        ("value_count", "temporal", "a correlation of type temporal"),
        ("[user]", "[user, src_ip]", "a count by src_ip"),
        ("  group-by: [user]\n", "", "without group-by"),
        ("field: nir", "field: src_ip", "different src_ip"),
        ("gte: 200", "lt: 200", "the condition lt"),
        ("gte: 200", "gte: many", "a threshold of many"),
        ("1h", "1 fortnight", "a time span of 1 fortnight"),
        ("[person_read]", "[person_read, other]", "several rules"),
        ("[person_read]", "[absent]", "the rule absent"),
        ("  timespan", "  aliases: {a: {b: c}}\n  timespan", "the key aliases"),
    ],
)
def test_names_what_a_correlation_says_beyond_a_count(
    old: str, new: str, construct: str, tmp_path: Path
) -> None:
    assert old in CORRELATION
    rules = loaded(tmp_path, f"{BASE}---\n{CORRELATION.replace(old, new)}")
    assert construct in rules[-1].refused


@pytest.mark.parametrize(
    ("selection", "construct"),
    [
        ("{action: read, country: FR}", "a selection by country"),
        ("{action: login_success}", "sign-ins that succeeded"),
        ("{action: read_denied}", "refused reads"),
    ],
)
def test_names_what_a_base_rule_selects_beyond_reads(
    selection: str, construct: str, tmp_path: Path
) -> None:
    base = BASE.replace("{action: read}", selection)
    assert construct in loaded(tmp_path, f"{base}---\n{CORRELATION}")[-1].refused


@pytest.mark.parametrize("query", ["*", "*:*", "* : *", ""])
def test_a_query_for_everything_selects_every_line(query: str, tmp_path: Path) -> None:
    (rule,) = loaded(tmp_path, json.dumps(ELASTIC | {"query": query}))
    assert (rule.refused, rule.counts, rule.least) == ("", "people", 150)


@pytest.mark.parametrize(
    ("change", "construct"),
    [
        ({"type": "eql"}, "a rule of type eql"),
        ({"threshold": {"field": [], "value": 9}}, "without a field"),
        ({"threshold": {"field": ["source.ip"], "value": 9}}, "a count by source.ip"),
        ({"filters": [{"meta": {}}]}, "filters"),
        ({"language": "esql"}, "a query in esql"),
        ({"query": "source.geo.country: FR"}, "a selection by source.geo.country"),
        ({"query": "event.action: (a or b) or not user.name: x"}, "the query"),
        ({"from": "2026-01-01"}, "a window from 2026-01-01"),
        (
            {
                "threshold": {
                    "field": ["user.name"],
                    "value": 900,
                    "cardinality": [{"field": "patient.id", "value": 150}],
                }
            },
            "900 lines and 150 different people at once",
        ),
    ],
)
def test_names_what_an_elastic_rule_says_beyond_a_count(
    change: dict[str, object], construct: str, tmp_path: Path
) -> None:
    assert construct in refused(tmp_path, json.dumps({**ELASTIC, **change}), "r.json")


@pytest.mark.parametrize(
    ("text", "name", "construct"),
    [
        ("", "empty.yml", "no rule that counts"),
        ("- 1\n- text\n", "list.yml", "no rule that counts"),
        (BASE, "single.yml", "a detection of single events"),
        ("[rule]\n", "rule.toml", "TOML"),
        ("thresholds: [{people: 0, within: 1h}]", "zero.yml", "a threshold of 0"),
        ("thresholds: [{people: 9, requests: 9, within: 1h}]", "two.yml", "a threshold of"),
        ("thresholds: [9]", "nine.yml", "the threshold 9"),
        ("correlation: 9", "number.yml", "the correlation 9"),
    ],
)
def test_names_a_file_without_anything_to_run(
    text: str, name: str, construct: str, tmp_path: Path
) -> None:
    assert construct in refused(tmp_path, text, name)


def test_says_where_a_file_is_no_yaml(tmp_path: Path) -> None:
    with pytest.raises(ContentErrors, match=r"bulk\.yml:2: expected YAML"):
        loaded(tmp_path, "thresholds: [\n")


def test_a_hostile_name_is_made_harmless(tmp_path: Path) -> None:
    text = 'thresholds: [{name: "a\\e[31m\\nb\\u202e", people: 9, within: 1h}]'
    (rule,) = loaded(tmp_path, text)
    assert rule.name.isprintable()
    assert len(rule.name) <= 120
