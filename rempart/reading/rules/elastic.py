"""Elastic's threshold rules, as its interface exports them.

Source: Elastic Security, rules API, type `threshold` (field, value, cardinality; from, query).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rempart.reading.batch import Rule
from rempart.reading.rules.wording import Refused, Words, counted, seconds, whole

ALL = ("*", "*:*")  # queries that select everything
_TERM = re.compile(
    r"""([\w.@-]+)\s*:\s*("[^"]*"|\(\s*[^():]*\)|[^\s():"]+)(?:\s+(?:and\s+)?|$)""", re.IGNORECASE
)


def elastic(value: Mapping[str, Any], words: Words) -> Rule:
    """A threshold rule. Raises Refused."""
    if value.get("type") != "threshold":
        raise Refused(f"a rule of type {value.get('type')}")
    threshold = value.get("threshold")
    if not isinstance(threshold, dict):
        raise Refused(f"the threshold {threshold}")
    if value.get("filters"):
        raise Refused("filters beside the query")
    if value.get("language", "kuery") != "kuery":
        raise Refused(f"a query in {value.get('language')}")
    _grouped(threshold.get("field"), words)
    query = str(value.get("query", "")).strip()
    counts = counted(_terms("" if query.replace(" ", "") in ALL else query))
    least = whole(threshold.get("value"))
    if people := threshold.get("cardinality"):
        counts, least = "people", _different(people, least, counts, words)
    return Rule("", "elastic", counts, least, _window(value.get("from")))


def _grouped(fields: Any, words: Words) -> None:  # noqa: ANN401
    listed = fields if isinstance(fields, list) else [fields] if fields else []
    if not listed:
        raise Refused("a count over all accounts together, without a field")
    for field in listed:
        if not words.is_account(field):
            raise Refused(f"a count by {field}")


def _different(people: Any, least: int, counts: str, words: Words) -> int:  # noqa: ANN401
    one = people[0] if isinstance(people, list) and len(people) == 1 else people
    if not isinstance(one, dict):
        raise Refused("the cardinality of several fields")
    if not words.is_person(one.get("field")) or counts != "requests":
        raise Refused(f"the cardinality of {one.get('field')}")
    different = whole(one.get("value"))
    if least > different:
        raise Refused(f"{least} lines and {different} different people at once")
    return different


def _window(begin: Any) -> int:  # noqa: ANN401
    text = str(begin)
    if not text.startswith("now-"):
        raise Refused(f"a window from {begin}")
    return seconds(text.removeprefix("now-"))


def _terms(query: str) -> Iterator[tuple[str, object]]:
    """The fields and values of a query that joins terms by `and`."""
    place = 0
    while place < len(query):
        found = _TERM.match(query, place)
        if found is None:
            raise Refused(f"the query {query[:80]}")
        yield found[1], found[2]
        place = found.end()
