"""Detection rules a payer hands over, as far as they count per account and window.

Plain thresholds, Sigma correlations (`event_count`, `value_count`) and their older form (`count()
by`), and Elastic's threshold rules, in YAML, JSON or NDJSON. What a rule says beyond such a count
is named in `Rule.refused`: it is then not run, rather than run as something else.

A plain file holds `thresholds: [{name: Bulk reading, people: 200, within: 1 hour}]`, with
`people`, `requests` or `failures`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from rempart.documents import contents, every, parse
from rempart.plain import line
from rempart.reading.batch import Rule
from rempart.reading.rules.elastic import elastic
from rempart.reading.rules.sigma import Known, correlation, legacy
from rempart.reading.rules.wording import Refused, Words, seconds, whole

SIZE = 1_000_000  # bytes of a file
SHOWN = 120  # characters of a name or a construct
COUNTS = ("people", "requests", "failures")


def load(path: Path, account: str = "", person: str = "") -> tuple[Rule, ...]:
    """The rules of a file, at least one: what cannot be run says so in `refused`.

    `account` and `person` are the fields of the log, as rules may name them. Raises ContentErrors
    for what is no YAML or JSON.
    """
    if path.suffix.lower() == ".toml":
        return (Rule(path.name, "elastic", refused="a rule in TOML: export it as JSON"),)
    content = contents(path, SIZE)
    if path.suffix.lower() == ".ndjson":
        lines = enumerate(content.splitlines(), 1)
        found = [parse(each, f"{path}:{number}").value for number, each in lines if each.strip()]
    else:
        found = [document.value for document in every(content, str(path))]
    values = [one for value in found for one in (value if isinstance(value, list) else [value])]
    whole_file = [value for value in values if isinstance(value, dict)]
    known = {name: value for value in whole_file for name in _names(value)}
    words = Words(account, person)
    rules = [rule for value in whole_file for rule in _rules(value, path.name, known, words)]
    return tuple(rules) or (Rule(path.name, "threshold", refused="no rule that counts"),)


def _names(rule: Mapping[str, Any]) -> Iterator[str]:
    for key in ("name", "id", "title"):
        if isinstance(rule.get(key), str):
            yield rule[key]


def _rules(value: Mapping[str, Any], file: str, known: Known, words: Words) -> Iterator[Rule]:
    if isinstance(value.get("thresholds"), list):
        for each in value["thresholds"]:
            yield _read("threshold", each, file, partial(_plain, each))
    elif "correlation" in value:
        yield _read("sigma", value, file, lambda: correlation(value, known, words))
    elif isinstance(value.get("detection"), dict):
        if "|" in str(value["detection"].get("condition", "")):
            yield _read("sigma", value, file, lambda: legacy(value, words))
        elif not _rested_on(value, known):
            yield _read("sigma", value, file, _single)
    elif "type" in value and ("rule_id" in value or "threshold" in value or "query" in value):
        yield _read("elastic", value, file, lambda: elastic(value, words))


def _read(kind: str, value: object, file: str, rule: Callable[[], Rule]) -> Rule:
    titles = value if isinstance(value, dict) else {}
    called = titles.get("title") or titles.get("name")
    name = line(f"{file}: {called}" if called else file)[:SHOWN]
    try:
        return replace(rule(), name=name)
    except Refused as refused:
        return Rule(name, kind, refused=line(str(refused))[:SHOWN])


def _plain(value: object) -> Rule:
    if not isinstance(value, dict):
        raise Refused(f"the threshold {value}")
    counts = [key for key in COUNTS if key in value]
    if len(counts) != 1 or value.keys() - {"name", "within", *COUNTS}:
        raise Refused(f"a threshold of {', '.join(map(str, value))}")
    return Rule("", "threshold", counts[0], whole(value[counts[0]]), seconds(value.get("within")))


def _single() -> Rule:
    raise Refused("a detection of single events")


def _rested_on(value: Mapping[str, Any], known: Known) -> bool:
    """Whether a correlation of the file names this rule."""
    names = set(_names(value))
    for other in known.values():
        inner = other.get("correlation")
        listed = inner.get("rules") if isinstance(inner, dict) else ()
        if names & set(map(str, listed if isinstance(listed, list) else [listed])):
            return True
    return False
