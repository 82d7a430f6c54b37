"""Sigma: correlations of version 2, and the `count() by` that came before them.

Source: the Sigma specification, correlation rules 2.0 (types, group-by, timespan, condition).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rempart.reading.batch import Rule
from rempart.reading.rules.wording import Refused, Words, counted, seconds, whole

Known = Mapping[str, Mapping[str, Any]]
KEYS = frozenset({"type", "rules", "group-by", "timespan", "condition", "generate", "field"})
_COUNT = re.compile(
    r"\s*([\w*]+(?:\s+of\s+[\w*]+)?)\s*\|\s*count\(\s*([\w.$-]*)\s*\)\s+by\s+([\w.$-]+)"
    r"\s*(>=?)\s*(\d+)\s*"
)


def correlation(value: Mapping[str, Any], known: Known, words: Words) -> Rule:
    """A correlation. Raises Refused."""
    rule = _mapping(value["correlation"], "the correlation")
    if unknown := sorted(map(str, rule.keys() - KEYS)):
        raise Refused(f"the key {unknown[0]} of a correlation")
    kind = rule.get("type")
    if kind not in ("event_count", "value_count"):
        raise Refused(f"a correlation of type {kind}")
    _grouped(rule.get("group-by"), words)
    condition = _mapping(rule.get("condition"), "the condition")
    least = _least({key: each for key, each in condition.items() if key != "field"})
    counts = _base(rule.get("rules"), known)
    if kind == "value_count":
        field = condition.get("field", rule.get("field"))
        if not words.is_person(field) or counts != "requests":
            raise Refused(f"a count of different {field}")
        counts = "people"
    return Rule("", "sigma", counts, least, seconds(rule.get("timespan")))


def legacy(value: Mapping[str, Any], words: Words) -> Rule:
    """A detection whose condition counts. Raises Refused."""
    detection = _mapping(value["detection"], "the detection")
    found = _COUNT.fullmatch(str(detection.get("condition")))
    if found is None:
        raise Refused(f"the condition {detection.get('condition')}")
    selection, field, account, sign, number = found.groups()
    _grouped(account, words)
    counts = counted(_selected(detection, selection))
    if field:
        if not words.is_person(field) or counts != "requests":
            raise Refused(f"a count of different {field}")
        counts = "people"
    least = whole(number) + (sign == ">")
    return Rule("", "sigma", counts, least, seconds(detection.get("timeframe")))


def _mapping(value: Any, what: str) -> Mapping[str, Any]:  # noqa: ANN401
    if not isinstance(value, dict):
        raise Refused(f"{what} {value}")
    return value


def _grouped(fields: Any, words: Words) -> None:  # noqa: ANN401
    listed = fields if isinstance(fields, list) else [fields] if fields else []
    if not listed:
        raise Refused("a count over all accounts together, without group-by")
    for field in listed:
        if not words.is_account(field):
            raise Refused(f"a count by {field}")


def _least(condition: Mapping[str, Any]) -> int:
    if len(condition) != 1:
        raise Refused(f"a condition of {', '.join(map(str, condition)) or 'nothing'}")
    ((sign, number),) = condition.items()
    if sign not in ("gte", "gt"):
        raise Refused(f"the condition {sign}")
    return whole(number) + (sign == "gt")


def _base(names: Any, known: Known) -> str:  # noqa: ANN401
    """What the rules a correlation rests on select."""
    listed = names if isinstance(names, list) else [names]
    if len(listed) != 1 or not isinstance(listed[0], str):
        raise Refused("a correlation of several rules")
    base = known.get(listed[0])
    if base is None:
        raise Refused(f"the rule {listed[0]}, which is not in the file")
    detection = _mapping(base.get("detection"), "the detection")
    return counted(_selected(detection, str(detection.get("condition"))))


def _selected(detection: Mapping[str, Any], condition: str) -> Iterator[tuple[str, object]]:
    """The fields and values of the one selection that a condition names."""
    name = condition.strip()
    if name.split()[0:2] in (["1", "of"], ["all", "of"]) or name not in detection:
        raise Refused(f"the condition {name}")
    selection = detection[name]
    for part in selection if isinstance(selection, list) else [selection]:
        for field, value in _mapping(part, "the selection").items():
            yield str(field).partition("|")[0], value
