"""The sign-in form of a page: where it goes, what it carries, which fields a person fills in."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_CAP: Final = 512 * 1024
_FORM: Final = re.compile(r"<form\b([^<>]{0,4000})>|</form", re.IGNORECASE)
_FIELD: Final = re.compile(r"<(?:input|button)\b([^<>]{0,4000})", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(
    r"""(?<![\w-])([a-z][a-z-]{0,40})\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""",
    re.IGNORECASE,
)
_TAKES_TEXT: Final = frozenset({"", "text", "email", "tel", "number"})


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its target and method, values it carries, the fields a person fills in."""

    action: str
    method: str
    carried: Mapping[str, str]
    texts: tuple[str, ...]
    passwords: tuple[str, ...]


def forms(text: str) -> list[Form]:
    """Every form in the first 512 KiB of a page."""
    text = text[:_CAP]
    marks = list(_FORM.finditer(text))
    found = []
    for place, mark in enumerate(marks):
        if mark[1] is None:
            continue
        end = marks[place + 1].start() if place + 1 < len(marks) else len(text)
        found.append(_form(_attributes(mark[1]), text[mark.end() : end]))
    return found


def sign_in_form(text: str) -> Form | None:
    """The first form with one password field."""
    return next((form for form in forms(text) if len(form.passwords) == 1), None)


def form_with(text: str, field: str) -> Form | None:
    """The first form that has a field of this name."""
    return next((form for form in forms(text) if field in (*form.texts, *form.passwords)), None)


def _form(attributes: dict[str, str], body: str) -> Form:
    carried, texts, passwords = {}, [], []
    for raw in _FIELD.findall(body):
        field = _attributes(raw)
        name, kind = field.get("name", ""), field.get("type", "").lower()
        if not name:
            continue
        if kind == "password":
            passwords.append(name)
        elif kind in _TAKES_TEXT:
            texts.append(name)
        elif kind == "hidden":
            carried[name] = field.get("value", "")
    method = attributes.get("method", "get").upper()
    action = attributes.get("action", "")
    return Form(action, method, carried, tuple(texts), tuple(passwords))


def _attributes(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(text):
        found.setdefault(name.lower(), html.unescape((double or single or bare).strip()))
    return found
