"""What a value of a setting answers, by the reader a rule names."""

import ipaddress
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

from rempart.check import Fact, OneOf, Unknown, all_of, any_of, negated
from rempart.collectors.policies import denies_clear_text, lets_anybody
from rempart.collectors.reach import lets_everybody_in
from rempart.collectors.repository.resource import STANDS, Setting
from rempart.collectors.repository.rows import Rule
from rempart.collectors.repository.terraform.syntax import Reference
from rempart.collectors.repository.terraform.values import shown, unresolved

LOWEST: Final = "lowest"
UNLISTED: Final = object()  # a word the table does not know
VERSIONS: Final = ("ssl3", "1.0", "1.1", "1.2", "1.3", "none")
YES: Final = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
SPAN: Final = 1 << 24  # addresses of a range that is as good as the whole Internet


def read(rule: Rule, setting: Setting, written: Sequence[Setting]) -> Any:  # noqa: ANN401
    """What one setting answers; None where it decides nothing, UNLISTED for a word not known."""
    value = setting.value
    if isinstance(value, Unknown):
        return value
    if isinstance(value, OneOf):
        return _one_of(rule, value, setting, written)
    return _READERS[rule.reader](rule, value, written)


def _one_of(rule: Rule, value: OneOf, setting: Setting, written: Sequence[Setting]) -> Any:  # noqa: ANN401
    answers = []
    for one in value.values:
        if one is None:
            answers.append(rule.default if rule.reader != "set" else False)
        else:
            inner = Setting(setting.name, one, setting.line, setting.end_line)
            answers.append(_READERS[rule.reader](rule, one, written or [inner]))
    words = f"{setting.name} is {shown(value)[:60]}"
    if any(not isinstance(one, bool | str) for one in answers):
        return unresolved(words)
    if any(isinstance(one, str) and one not in VERSIONS for one in answers):
        return unresolved(words)
    distinct = list(dict.fromkeys(answers))
    return distinct[0] if len(distinct) == 1 else OneOf(tuple(distinct))


def _boolean(_rule: Rule, value: Any, _all: Sequence[Setting]) -> Any:  # noqa: ANN401
    if isinstance(value, bool):
        return value
    return YES.get(str(value).lower(), unresolved(shown(value)[:60]))


def _set(_rule: Rule, value: Any, _all: Sequence[Setting]) -> bool:  # noqa: ANN401
    return value is STANDS or value not in ("", (), [], {})


def _open(_rule: Rule, value: Any, _all: Sequence[Setting]) -> Any:  # noqa: ANN401
    if isinstance(value, Reference):
        return False  # a group or network of one's own
    values = [part.strip() for part in value.split(",")] if isinstance(value, str) else [value]
    return lets_everybody_in([one for one in values if one != ""])


def _range(_rule: Rule, _value: Any, written: Sequence[Setting]) -> Any:  # noqa: ANN401
    values = [one.value for one in written]
    unknown = next((one for one in values if isinstance(one, Unknown)), None)
    if unknown is not None:
        return unknown
    try:
        first, last = (ipaddress.ip_address(str(one).strip()) for one in values[:2])
    except ValueError:
        return unresolved(", ".join(map(shown, values))[:60])
    return int(last) - int(first) >= SPAN


def _words(rule: Rule, value: Any, _all: Sequence[Setting]) -> Any:  # noqa: ANN401
    text = shown(value)
    for meant, answer in rule.words.items():
        if meant != "*" and word(meant, text):
            return answer
    return rule.words.get("*", UNLISTED)


def _number(rule: Rule, value: Any, _all: Sequence[Setting]) -> Any:  # noqa: ANN401
    number = version(shown(value))
    if number is None:
        return unresolved(shown(value)[:60])
    least, most = rule.at_least, rule.at_most
    low = least is None or (version(str(least)) or ()) <= number
    return low and (most is None or number <= (version(str(most)) or ()))


def _policy(_rule: Rule, value: Any, _all: Sequence[Setting]) -> Any:  # noqa: ANN401
    return _or_silent(lets_anybody(value))


def _or_silent(fact: Fact) -> Fact | None:
    return fact if fact is not False else None


def _tls_only(_rule: Rule, value: Any, _all: Sequence[Setting]) -> Any:  # noqa: ANN401
    return _or_silent(denies_clear_text(value))


_READERS: Final[dict[str, Callable[[Rule, Any, Sequence[Setting]], Any]]] = {
    "boolean": _boolean,
    "all": _boolean,
    "any": _boolean,
    "set": _set,
    "open": _open,
    "range": _range,
    "words": _words,
    "number": _number,
    "policy": _policy,
    "tls_only": _tls_only,
}


def flat(settings: Sequence[Setting], reader: str) -> Iterator[Setting]:
    """The settings with lists taken apart, where a reader looks at elements."""
    for one in settings:
        if isinstance(one.value, tuple | list) and reader not in ("set", "policy", "tls_only"):
            inner = [Setting(one.name, each, one.line, one.end_line) for each in one.value]
            yield from flat(inner, reader)
        elif isinstance(one.value, dict) and reader == "open":
            yield from flat([Setting(one.name, tuple(one.value.values()), 0, 0)], reader)
        else:
            yield one


def combined(answers: Sequence[Any], of: str) -> Any:  # noqa: ANN401
    """Several answers as one: any, all, or the lowest version."""
    if len(answers) == 1:
        return answers[0]
    if of == LOWEST:
        unknown = [one for one in answers if not isinstance(one, str)]
        known = [one for one in answers if isinstance(one, str)]
        return unknown[0] if unknown else min(known, key=VERSIONS.index)
    facts = [one == True for one in answers]  # noqa: E712  (three-valued)
    return any_of(*facts) if of == "any" else all_of(*facts)


def negated_all(value: Any) -> Any:  # noqa: ANN401
    """The opposite of an answer."""
    if isinstance(value, OneOf):
        return OneOf(tuple(not one for one in value.values))
    return negated(value)


def word(meant: str, value: Any) -> bool:  # noqa: ANN401
    """Whether a value is a word of a table; `/x/` is a regular expression."""
    text = shown(value)
    if len(meant) > 2 and meant[0] == meant[-1] == "/":
        return _expression(meant[1:-1]).fullmatch(text[:2_000]) is not None
    return meant.lower() == text.lower()


@lru_cache(maxsize=1_024)
def _expression(text: str) -> re.Pattern[str]:
    return re.compile(text, re.I | re.S)


def version(text: str) -> tuple[int, ...] | None:
    """A number or dotted version as something that compares."""
    match = re.match(r"\D{0,3}(\d{1,9}(?:\.\d{1,9})*)", text)
    return tuple(map(int, match[1].split("."))) if match else None
