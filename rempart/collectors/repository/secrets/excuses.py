"""Why what a rule matches is no secret after all: too plain, made up, an example, or allowed."""

import base64
import binascii
import re
from typing import Final, Protocol

from rempart.collectors.repository.secrets.entropy import bits
from rempart.collectors.repository.secrets.given import dull, placeholder, refers
from rempart.collectors.repository.secrets.patterns import compiled
from rempart.collectors.repository.secrets.places import Sort
from rempart.collectors.repository.secrets.rules import Allow, Rule


class Text(Protocol):
    """What must be known of the file a match stands in."""

    path: str
    content: bytes
    sort: Sort
    apart: bool
    template: bool


def first_group(match: re.Match[bytes]) -> int:
    """The first group that took part; the whole where there is none."""
    taken = (number for number, one in enumerate(match.groups(), 1) if one)
    return next(taken, 0)


_COUNTED: Final = re.compile(r"0123456789|1234567890|(?i:abcdefghij)|(.)\1{7}")


def excused(text: Text, rule: Rule, match: re.Match[bytes], window: bytes) -> bool:
    """Whether what a rule matches is no secret."""
    value = match[rule.group or first_group(match)].decode("utf-8", "replace")
    if rule.entropy and bits(value) < rule.entropy:
        return True
    if any(_allowed(text, one, match, value) for one in rule.allowed):
        return True
    if rule.whole:
        return False
    if any(re.fullmatch(one, value) for one in rule.allow) or placeholder(value) or refers(value):
        return True
    if _COUNTED.search(value):
        return True
    return (
        (rule.words and _of_an_example(text, value, match))
        or (bool(rule.decoded) and not _decodes(rule.decoded, value))
        or (bool(rule.beside) and not compiled(rule.beside).search(window))
    )


_SAID: Final = re.compile(
    r"(?:user(?:name)?|pass(?:word|wd|wort)?|pwd?|secret|token|(?:api)?key|auth|cred(?:ential)?s?|mdp)",
    re.I,
)


_RESERVED: Final = re.compile(  # RFC 2606, and what manuals write instead
    rb"@(?:[\w-]+\.)*(?:example(?:\.(?:com|org|net|edu))?|test|invalid|domain\.\w+|company\.com"
    rb"|my[\w-]*|your[\w-]*|host(?:name)?|server)[:/]?$",
    re.I,
)


def _of_an_example(text: Text, value: str, match: re.Match[bytes]) -> bool:
    """Whether a password in a URL or a command only shows how one is written."""
    if re.search(r"[{}<>]|\$\w|%[sd(]|^\.+$|^:|\\", value) or _RESERVED.search(match[0]):
        return True
    settled = text.sort not in (Sort.PROGRAM, Sort.PROSE) and not (text.apart or text.template)
    return _SAID.fullmatch(value) is not None if settled else dull(value)


def _decodes(pattern: str, value: str) -> bool:
    try:
        inner = base64.b64decode(value, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return re.fullmatch(pattern, inner, re.S) is not None and not placeholder(
        inner.partition(":")[2]
    )


def _allowed(text: Text, allow: Allow, match: re.Match[bytes], value: str) -> bool:
    """Whether an exception of a payer's own rules excuses a match."""
    said: list[bool] = []
    if allow.paths:
        said.append(any(compiled(one).search(text.path.encode()) for one in allow.paths))
    if allow.patterns:
        searched = {"match": match[0], "line": _whole_line(text.content, match)}
        where = searched.get(allow.target, value.encode())
        said.append(any(compiled(one).search(where) for one in allow.patterns))
    if allow.words:
        lowered = value.lower()
        said.append(any(word in lowered for word in allow.words))
    return bool(said) and (all(said) if allow.every else any(said))


def _whole_line(content: bytes, match: re.Match[bytes]) -> bytes:
    start = content.rfind(b"\n", 0, match.start()) + 1
    end = content.find(b"\n", match.end())
    return content[start : end if end >= 0 else len(content)]
