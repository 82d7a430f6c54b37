"""What the markup of a page asks for, fetches and leads to."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from rempart.collectors.portal.libraries import library
from rempart.collectors.portal.markup import Element, elements, words
from rempart.collectors.portal.pages import path
from rempart.collectors.text import clean
from rempart.observations.http import PageForm, PageParts, PageScript
from rempart.observations.identifiers.french import nir
from rempart.observations.identifiers.german import kvnr, kvnr_shape
from rempart.observations.identifiers.spelling import compact

_MOST: Final = 60
_SOURCES: Final = {
    **dict.fromkeys(("script", "img", "iframe", "source", "video", "audio", "embed"), "src"),
    "object": "data",
}
_FETCHED_LINKS: Final = frozenset({"stylesheet", "icon", "preload", "modulepreload", "manifest"})
_SCRIPT_TYPES: Final = frozenset({"", "module", "text/javascript", "application/javascript"})
_PERSONAL: Final = re.compile(
    r"nir|nss|num_?secu|securite_?sociale|insee|ssn|versichert|kvnr|rpps|adeli|finess", re.I
)
_QUESTION: Final = re.compile(
    r"question(?:s)?[ _-]{0,2}(?:secr[eè]te|de s[eé]curit[eé])|secret[ _-]?question"
    r"|security[ _-]?question|nom de jeune fille|maiden name|geheim(?:e )?frage"
    r"|sicherheitsfrage|premier animal|first pet",
    re.I,
)
_SESSION: Final = re.compile(
    r"(?:j?session_?id|phpsessid|sid|access_?token|id_?token|password|passwd|api_?key)", re.I
)
_IN_PATH: Final = re.compile(r";(jsessionid|sid)=[\w.-]{8,}", re.I)
_SECOND_LEVEL: Final = frozenset({"co", "com", "org", "net", "gouv", "gov", "asso", "ac", "edu"})


def forms(text: str, url: str) -> Iterator[PageForm]:
    """The forms of a page."""
    held: list[Element] = []
    opened: Element | None = None
    number = 0
    for one in elements(text):
        if one.tag == "form":
            if opened is not None:
                yield _form(text, url, opened, held, number)
            opened, held, number = one, [], number + 1
        elif one.tag == "/form" and opened is not None:
            yield _form(text, url, opened, held, number, one.end)
            opened = None
        elif opened is not None:
            held.append(one)
        if number > _MOST:
            return
    if opened is not None:
        yield _form(text, url, opened, held, number)


def parts(text: str, url: str, kind: str, location: str = "") -> PageParts:
    """What a page fetches in clear and what its addresses carry."""
    fetched = [target for one in elements(text) if (target := fetches(one))]
    led = [one["href"] for one in elements(text) if one.tag == "a"]
    led += [one["action"] for one in elements(text) if one.tag == "form"]
    secure = url.startswith("https:")
    insecure = [
        shown(target) for target in fetched if secure and target.lower().startswith("http:")
    ]
    carried = [found for target in (location, *fetched, *led) if (found := carries(target, url))]
    return PageParts(
        kind,
        tuple(dict.fromkeys(insecure))[:_MOST],
        tuple(dict.fromkeys(carried))[:_MOST],
        key=path(url),
        source=clean(url),
    )


def scripts(text: str, url: str, kind: str, own: str) -> Iterator[tuple[str, PageScript]]:
    """The scripts of a page beside their addresses; `own` is the portal's name."""
    for count, (one, target) in enumerate(script_addresses(text, url)):
        if count == _MOST:
            return
        name, version = library(urlsplit(target).path)
        found = PageScript(
            path(url),
            kind,
            foreign=foreign(target, own),
            integrity=bool(re.search(r"sha(?:256|384|512)-", one["integrity"])),
            library=name,
            version=version,
            key=f"{path(url)} {shown(target)}",
            source=clean(url),
        )
        yield target, found


def script_addresses(text: str, url: str) -> Iterator[tuple[Element, str]]:
    """The scripts a browser would fetch, with their absolute addresses."""
    for one in elements(text):
        if one.tag == "script" and one["src"] and one["type"].lower() in _SCRIPT_TYPES:
            target = absolute(url, one["src"])
            if target:
                yield one, target


def fetches(one: Element) -> str:
    """The address a browser fetches for a tag; empty when it fetches none by itself."""
    if one.tag == "link":
        return one["href"] if _FETCHED_LINKS & set(one["rel"].lower().split()) else ""
    return one[_SOURCES[one.tag]] if one.tag in _SOURCES else ""


def absolute(base: str, target: str) -> str:
    """The address as a browser would open it; empty when it would not."""
    try:
        whole = urljoin(base, target)
        return whole if urlsplit(whole).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def foreign(target: str, own: str) -> str:
    """The host of an address outside the organisation of the name `own`; empty inside it."""
    host = (urlsplit(target).hostname or "").rstrip(".")
    if not host or host == own or host.endswith(f".{own}"):
        return ""
    parent = own.partition(".")[2] if own.count(".") >= 2 else own
    labels = parent.split(".")
    if len(labels) == 2 and labels[0] in _SECOND_LEVEL and own != parent:
        parent = own
    return "" if host == parent or host.endswith(f".{parent}") else clean(host)


def shown(target: str) -> str:
    """An address as it may be printed: the names of its parameters without their values."""
    try:
        parsed = urlsplit(target)
    except ValueError:
        return "an unreadable address"
    names = "&".join(f"{name}=…" for name, _ in _parameters(parsed.query))
    steps = "/".join("[number]" if _number(step) else step for step in parsed.path.split("/"))
    steps = _IN_PATH.sub(r";\1=…", steps)
    host = f"{parsed.scheme}://{parsed.netloc.rpartition('@')[2]}" if parsed.netloc else ""
    return clean(f"{host}{steps}" + (f"?{names}" if names else ""))


def carries(target: str, base: str) -> str:
    """What of somebody an address carries, and the address, masked; empty when nothing."""
    try:
        parsed = urlsplit(urljoin(base, target))
    except ValueError:
        return ""
    if parsed.scheme not in ("http", "https"):
        return ""
    values = [*parsed.path.split("/"), *(value for _, value in _parameters(parsed.query))]
    if any(map(_number, values)):
        return f"a person's number: {shown(parsed.geturl())}"
    named = any(
        _SESSION.fullmatch(name) and len(value) >= 8 for name, value in _parameters(parsed.query)
    )
    if named or _IN_PATH.search(parsed.path):
        return f"a session or secret: {shown(parsed.geturl())}"
    return ""


def _number(text: str) -> bool:
    tight = compact(unquote(text[:100]))
    return (len(tight) == 15 and nir(tight)) or (kvnr_shape(tight) and kvnr(tight))


def _parameters(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query[:4000], keep_blank_values=True, max_num_fields=200)
    except ValueError:
        return []


def _form(
    text: str, url: str, opened: Element, held: list[Element], number: int, end: int | None = None
) -> PageForm:
    fields = [one for one in held if one.tag in ("input", "textarea", "select")]
    secret = next((one for one in fields if one["type"].lower() == "password"), None)
    kept = [one for one in fields if one["type"].lower() not in ("hidden", "submit", "button")]
    asked = [one["name"] or one["id"] for one in kept]
    body = text[opened.end : end if end is not None else opened.end + 20_000][:20_000]
    questions = {clean(found[0].lower()) for found in _QUESTION.finditer(body)}
    return PageForm(
        page=path(url),
        method="post" if opened["method"].lower() == "post" else "get",
        action=shown(absolute(url, opened["action"]) or url),
        password=secret is not None,
        personal=tuple(clean(name, 60) for name in asked if _PERSONAL.search(name))[:_MOST],
        shortest=_length(secret, "minlength"),
        longest=_length(secret, "maxlength"),
        pasting=secret is None or "false" not in secret["onpaste"].lower(),
        questions=tuple(sorted(questions))[:10],
        key=f"{path(url)} form {number}",
        source=clean(url),
    )


def _length(field: Element | None, name: str) -> int | None:
    written = "" if field is None else field[name]
    return int(written) if re.fullmatch(r"[0-9]{1,6}", written) else None


def controls(text: str) -> Iterator[tuple[Element, str]]:
    """What a visitor can press: links and buttons with their words and their pictures' words."""
    found = elements(text)
    for place, one in enumerate(found):
        if one.tag == "input" and one["type"].lower() in ("submit", "button", "image"):
            yield one, f"{one['value']} {one['alt']} {one['title']}"
        if one.tag not in ("a", "button"):
            continue
        inside = found[place + 1 : place + 8]
        close = next((later.end for later in inside if later.tag == f"/{one.tag}"), one.end + 400)
        pictures = " ".join(
            f"{later['alt']} {later['src']}"
            for later in inside
            if later.tag == "img" and later.end <= close
        )
        said = f"{words(text, one.end, close)} {one['title']} {one['aria-label']}"
        yield one, f"{said} {pictures} {one['class']} {one['id']}"
