"""What Jinja in Ansible comes to where it only names a written variable; nothing is rendered.

`{{ name }}`, parts of it, `default(...)` and the filters that only change a type are followed.
Anything else is not decided here.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from rempart.check import OneOf, Unknown, unseen
from rempart.collectors.repository.ansible.syntax import Scope
from rempart.collectors.repository.terraform.values import unresolved
from rempart.collectors.text import clean

DEPTH: Final = 10
_PART = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.S)
_CONTROL = re.compile(r"\{%|\{#")
_NAME = re.compile(r"([A-Za-z_]\w*)((?:\.\w+|\[(?:'[^']*'|\"[^\"]*\"|\d+)\])*)")
_STEP = re.compile(r"\.(\w+)|\[(?:'([^']*)'|\"([^\"]*)\"|(\d+))\]")
_DEFAULT = re.compile(r"(?:default|d)\((.*?)(?:,\s*(?:true|True|boolean=\w+))?\)", re.S)
_LITERAL = re.compile(r"'([^']*)'|\"([^\"]*)\"|(true|false)|(-?\d+)", re.I)
_CASTS: Final = frozenset({"bool", "int", "string", "lower", "upper", "trim", "quote"})
MISSING: Final = object()


def resolved(value: Any, scope: Scope, depth: int = DEPTH) -> Any:  # noqa: ANN401
    """A value with the variables in it filled in, where they are written; else unknown inside."""
    if isinstance(value, str):
        return _text(value, scope, depth) if "{{" in value or "{%" in value else value
    if isinstance(value, dict):
        if len(value) == 1:
            ((tag, inner),) = value.items()
            if tag == "!vault":
                return unresolved("a value in the vault")
            if tag == "!unsafe":
                return inner
        return {key: resolved(one, scope, depth) for key, one in value.items()}
    if isinstance(value, list):
        return [resolved(one, scope, depth) for one in value]
    return value


def as_written(value: Any, raw: Any) -> Any:  # noqa: ANN401
    """A value worked out as far as it goes: what is not decided stands there as it was written."""
    if unseen(value):
        return raw if isinstance(raw, str) else "{{ undecided }}"
    if isinstance(value, dict):
        below = raw if isinstance(raw, dict) else {}
        return {key: as_written(one, below.get(key)) for key, one in value.items()}
    if isinstance(value, list):
        listed = raw if isinstance(raw, list) and len(raw) == len(value) else [None] * len(value)
        return [as_written(one, other) for one, other in zip(value, listed, strict=True)]
    return value


def _text(text: str, scope: Scope, depth: int) -> Any:  # noqa: ANN401
    if depth <= 0 or _CONTROL.search(text):
        return unresolved(clean(text, 60))
    whole = _PART.fullmatch(text.strip())
    if whole and "{{" not in whole[1]:
        return _expression(whole[1], scope, depth)
    made, last = "", 0
    for match in _PART.finditer(text):
        part = _expression(match[1], scope, depth)
        if isinstance(part, Unknown | OneOf | dict | list) or part is None:
            return part if isinstance(part, Unknown) else unresolved(clean(text, 60))
        shown = ("true" if part else "false") if isinstance(part, bool) else str(part)
        made += text[last : match.start()] + shown
        last = match.end()
    return made + text[last:]


def _expression(words: str, scope: Scope, depth: int) -> Any:  # noqa: ANN401
    head, *filters = _piped(words)
    if literal := _LITERAL.fullmatch(head):
        value: Any = _literal(literal)
    elif match := _NAME.fullmatch(head):
        value = _named(match, scope, depth)
    else:
        return unresolved(clean(f"{{{{ {words} }}}}", 60))
    for one in filters:
        if match := _DEFAULT.fullmatch(one):
            value = _defaulted(value, match[1], scope, depth)
        elif one not in _CASTS:
            return unresolved(clean(f"{{{{ {words} }}}}", 60))
    if value is MISSING:
        return unresolved(clean(f"{head} is not defined here", 60))
    return value


def _piped(words: str) -> list[str]:
    """The parts between `|`, quotes respected."""
    parts, quote, current = list[str](), "", ""
    for letter in words:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter == "|":
            parts.append(current.strip())
            current = ""
            continue
        current += letter
    return [*parts, current.strip()]


def _literal(match: re.Match[str]) -> Any:  # noqa: ANN401
    if match[3]:
        return match[3].lower() == "true"
    if match[4]:
        return int(match[4][:18])
    return match[1] if match[1] is not None else match[2]


def _named(match: re.Match[str], scope: Scope, depth: int) -> Any:  # noqa: ANN401
    for layer in scope.layers:
        if match[1] in layer:
            value: Any = layer[match[1]]
            break
    else:
        return MISSING
    for step in _STEP.finditer(match[2]):
        value = resolved(value, scope, depth - 1) if isinstance(value, str) else value
        key = next(one for one in step.groups() if one is not None)
        if isinstance(value, Mapping) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isdecimal() and int(key[:6]) < len(value):
            value = value[int(key[:6])]
        else:
            return value if isinstance(value, Unknown) else MISSING
    return resolved(value, scope, depth - 1)


def _defaulted(value: Any, default: str, scope: Scope, depth: int) -> Any:  # noqa: ANN401
    if value is not MISSING:
        return value
    text = default.strip()
    if text == "omit":
        return None
    if literal := _LITERAL.fullmatch(text):
        return _literal(literal)
    if match := _NAME.fullmatch(text):
        return _named(match, scope, depth)
    return unresolved(clean(f"default({text})", 60))


def referred(value: object) -> str:
    """The variable a value only names; empty where it is more than that."""
    if not isinstance(value, str):
        return ""
    whole = _PART.fullmatch(value.strip())
    match = _NAME.fullmatch(_piped(whole[1])[0]) if whole else None
    return match[1] if match else ""
