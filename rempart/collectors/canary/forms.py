"""The sign-in form of a page: where it goes, what it carries, which fields a person fills in."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

_CAP: Final = 512 * 1024
_FORM: Final = re.compile(r"<form\b([^<>]{0,4000})>|</form", re.IGNORECASE)
_FIELD: Final = re.compile(r"<(input|button)\b([^<>]{0,4000})", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(
    r"""(?<![\w-])([a-z][a-z-]{0,40})\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""",
    re.IGNORECASE,
)
_BASE: Final = re.compile(r"<base\b([^<>]{0,2000})", re.IGNORECASE)
_META: Final = re.compile(r"<meta\b([^<>]{0,2000})", re.IGNORECASE)
_HEADER: Final = re.compile(r"[A-Za-z0-9_-]{1,60}")
_TAKES_TEXT: Final = frozenset({"", "text", "email", "tel", "number"})


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its target and method, values it carries, the fields a person fills in."""

    action: str
    method: str
    carried: Mapping[str, str]
    texts: tuple[str, ...]
    passwords: tuple[str, ...]
    unnamed: bool = False  # a field for a password without a name: a script reads it


def forms(text: str) -> list[Form]:
    """Every form in the first 512 KiB of a page."""
    text = _shown(text[:_CAP])
    marks = list(_FORM.finditer(text))
    found = []
    for place, mark in enumerate(marks):
        if mark[1] is None:
            continue
        end = marks[place + 1].start() if place + 1 < len(marks) else len(text)
        found.append(_form(_attributes(mark[1]), text[mark.end() : end]))
    return found


def sign_in_form(text: str, password: str = "") -> Form | None:
    """The form with that password field, else the first with one password field."""
    found = [form for form in forms(text) if form.passwords]
    named = (form for form in found if password and password in form.passwords)
    return next(named, None) or next((form for form in found if len(form.passwords) == 1), None)


def base(text: str, url: str) -> str:
    """What the relative addresses of a page are relative to."""
    mark = _BASE.search(text[:_CAP])
    where = _attributes(mark[1]).get("href", "") if mark else ""
    try:
        return urljoin(url, where)
    except ValueError:
        return url


def token_header(text: str) -> dict[str, str]:
    """The header a page's own scripts send against forged requests (CSRF), by its meta tags."""
    said = {}
    for mark in _META.findall(text[:_CAP]):
        one = _attributes(mark)
        said[one.get("name", "").lower()] = one.get("content", "")
    for name in ("csrf-token", "_csrf", "csrf_token", "csrf"):
        if value := said.get(name):
            header = said.get("_csrf_header", "") or "X-CSRF-Token"
            fit = _HEADER.fullmatch(header) and value.isascii() and value.isprintable()
            return {header: value} if fit else {}
    return {}


def form_with(text: str, field: str) -> Form | None:
    """The first form that has a field of this name."""
    return next((form for form in forms(text) if field in (*form.texts, *form.passwords)), None)


def _form(attributes: dict[str, str], body: str) -> Form:
    carried, texts, passwords = {}, [], []
    unnamed, pressed = False, False
    for word, raw in _FIELD.findall(body):
        field, button = _attributes(raw), word.lower() == "button"
        name, kind = field.get("name", ""), field.get("type", "").lower()
        if not name:
            unnamed = unnamed or kind == "password"
            continue
        if kind == "password":
            passwords.append(name)
        elif kind == "submit" or (button and kind == ""):
            if not pressed:
                carried[name] = field.get("value", "")
            pressed = True
        elif kind in _TAKES_TEXT and not button:
            texts.append(name)
        elif kind == "hidden":
            carried[name] = field.get("value", "")
    method = attributes.get("method", "get").upper()
    action = attributes.get("action", "")
    return Form(action, method, carried, tuple(texts), tuple(passwords), unnamed)


def _shown(text: str) -> str:
    """The page without its comments: a form in one is no form."""
    kept, place = [], 0
    while (start := text.find("<!--", place)) >= 0:
        kept.append(text[place:start])
        end = text.find("-->", start + 4)
        if end < 0:
            return "".join(kept)
        place = end + 3
    return "".join([*kept, text[place:]])


def _attributes(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(text):
        found.setdefault(name.lower(), html.unescape((double or single or bare).strip()))
    return found
