"""Settings in text whose name says that they hold a secret, and whose value is written there.

A keyword was found; the name is what stands around it, and the value what follows in one of the
ways in which settings are written.
"""

import re
from dataclasses import dataclass
from typing import Final

from rempart.collectors.repository.secrets.entropy import bits
from rempart.collectors.repository.secrets.given import dull, kind_of, written
from rempart.collectors.repository.secrets.places import Sort

LONGEST: Final = 80  # bytes of a name on either side of the keyword
REST: Final = 460  # bytes after a name in which its value stands
_LETTERS: Final = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"
_VALUE: Final = rb"(?:\\?\"([^\"\n\\]{1,400})\\?\"|'([^'\n\\]{1,400})')"
_BARE: Final = rb"([^\s\"'|>&*!{\[=<,][^\n]*)"
_WORD: Final = rb"([^\s\"'`,;&|()<>]+)"

# After a name. The first that fits is asked; those after `_QUOTED` need a certain place before it.
_QUOTED: Final = re.compile(
    rb"\\?[\"'\]]{0,3}(?::?[ \t]{1,20}[Ss]tring)?[ \t]{0,20}(?:=>|:=|[=:])[ \t]{0,20}"
    rb"(?:!?[bru]{1,2}(?=[\"']))?" + _VALUE
)
_ARGUMENT: Final = re.compile(rb"[\"']\s{0,4},\s{0,4}" + _VALUE)
_ASSIGNED: Final = re.compile(rb"=" + _WORD)
_LINE: Final = re.compile(rb"[\"']?[ \t]*(?:=[ \t]*|:[ \t]+|:=[ \t]*)" + _BARE)
_SPACED: Final = re.compile(
    rb"[ \t]+(?:\"([^\"\n]+)\"|'([^'\n]+)'|([^\s\"'=:]\S*));?[ \t\r]*(?:\n|$)"
)
_APART: Final = re.compile(rb"[ \t]+" + _VALUE)
_FLOW: Final = re.compile(rb":[ \t]+([^\s\"'{}\[\],&*!|>][^,}\n]*?)\s*[,}]")
_FLAG: Final = re.compile(rb"(?:=|[ \t]+|\"\s*,\s*\"|'\s*,\s*')[\"']?" + _WORD)
_ELEMENT: Final = re.compile(rb"(?:\s[^<>]{0,200})?>([^<>\n]{1,300})</")
_OTHER: Final = re.compile(
    rb"\\?[\"']?\s*(?:,\s*)?(?:[\w\"']{1,30}[ \t]*[:=][ \t]*[^\n,{}]{1,80}[\n,]\s*){0,2}\\?[\"']?"
    rb"(?i:value|parametervalue|connectionstring|default_?value)\\?[\"']?\s*[:=]\s*"
    rb"(?:" + _VALUE + rb"|([^\s\"'{}\[\],|>&*!][^\s,}\]]*))"
)
_NESTED: Final = re.compile(
    rb"[\"']?[ \t]*:\s*\{\s*(?:\"?type\"?\s*:\s*[^\n,{}]{1,40},\s*)?"
    rb"(?i:\"?(?:default)?value\"?|\"?default\"?)\s*:\s*" + _VALUE
)
# Before a name.
_STARTS: Final = re.compile(
    rb"\s*(?:-\s+)?(?:export\s+|set\s+|setx\s+|ENV\s+|ARG\s+|Environment=|env\.)?[\"']?(?:\w+::)*"
)
_NAMED: Final = re.compile(
    rb"(?i:name|key|type|parameterkey|option_?name|variable|add key)\\?[\"']?\s*[:=]\s*\\?[\"']?$"
)
_TYPE: Final = re.compile(rb"[A-Z]\w*::$")  # AWS::IAM::AccessKey; Hiera's db::password is a name
_TAILS: Final = re.compile(r"\s+(?:#|//|;).*$|[;,]$")
_KEYLIKE: Final = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[\w+/=.~:@!$%^&*-]{16,}")
_STRONG: Final = re.compile(r"(?=.*[A-Za-z])(?=.*[\d!@#$%^&*+=?-])\S{6,}")
_CONF: Final = frozenset({"conf", "cfg", "cnf", "config", ""})


@dataclass(frozen=True, slots=True)
class Setting:
    """A name, the kind of secret it says it holds, its value and where that stands."""

    name: str
    kind: str
    value: str
    start: int
    end: int
    literal: bool = True


def name_around(content: bytes, place: int) -> tuple[int, int]:
    """Start and end of the name that a place is part of."""
    head = content[max(0, place - LONGEST) : place]
    tail = content[place : place + LONGEST]
    start = place - len(head) + len(head.rstrip(_LETTERS))
    return start, place + len(tail) - len(tail.lstrip(_LETTERS))


def setting(content: bytes, start: int, end: int, sort: Sort, ending: str) -> Setting | None:
    """The setting with a secret whose name stands between two places."""
    full = content[start:end]
    if _TYPE.search(content[max(0, start - 40) : start]):
        return None
    name = full.strip(b"-.").decode("ascii", "replace")
    kind = kind_of(name)
    if not kind or not (name[0].isalpha() or name[0] == "_"):
        return None
    match = _value(content, start, end, sort, ending, flag=full.startswith(b"-"))
    if match is None:
        return None
    group = match.lastindex or 1
    value = match[group].decode("utf-8", "replace")
    if match.re in (_LINE, _FLOW):
        value = _TAILS.sub("", value.strip()).strip("\"'")
    strict = sort in (Sort.PROGRAM, Sort.SHELL) or _commented(content, start)
    literal = _lies_open(name, kind, value, strict=strict)
    if literal is None:
        return None
    return Setting(name, kind, value, match.start(group), match.end(group), literal)


def _value(
    content: bytes, start: int, end: int, sort: Sort, ending: str, *, flag: bool
) -> re.Match[bytes] | None:
    """What follows the name, in a way that this sort of file and this place allow."""
    before = content[max(0, start - 60) : start]
    for pattern in (_QUOTED, _NESTED, *_ways(before, sort, ending, flag=flag)):
        if found := pattern.match(content, end, end + REST):
            return found
    return None


def _ways(before: bytes, sort: Sort, ending: str, *, flag: bool) -> tuple[re.Pattern[bytes], ...]:
    """How a value may be written after what stands before the name."""
    if sort is Sort.PROGRAM:
        return (_ARGUMENT,)
    if flag:
        return (_FLAG,)
    line = before.rpartition(b"\n")[2]
    found = _ASSIGNED
    if before.endswith(b"<"):
        found = _ELEMENT
    elif before.rstrip(b" \t\"'\\").endswith((b":", b"=")) and _NAMED.search(before):
        found = _OTHER
    elif sort is Sort.SETTINGS and _STARTS.fullmatch(line):
        spaced = ending in _CONF or line.strip().startswith(b"ENV")
        return (_LINE, _SPACED) if spaced else (_LINE,)
    elif sort is Sort.SETTINGS and ending in _CONF:
        return (_APART, _ASSIGNED)
    elif sort is Sort.SETTINGS and before.rstrip().endswith((b"{", b",")):
        return (_FLOW, _ASSIGNED)
    return (found,)


def _commented(content: bytes, start: int) -> bool:
    before = content[max(0, start - 4_000) : start]
    if before.rfind(b"<!--") > before.rfind(b"-->"):
        return True
    return before.rpartition(b"\n")[2].lstrip().startswith((b"#", b"//", b";", b"*", b"--"))


def _lies_open(name: str, kind: str, value: str, *, strict: bool) -> bool | None:
    """Whether a value is the secret (true), refers to it (false), or is nothing of the kind."""
    literal = written(value)
    if literal is None or re.search(r"\s", value):
        return None
    if not literal:
        return False
    if value.lower() == name.lower() or value.startswith(("http://", "https://", "/", "./", "%")):
        return None
    if strict or name.rpartition(".")[2] in ("pass", "Pass", "PASS"):
        return _lies_open_in_code(kind, value)
    if kind == "password":
        return True
    return True if len(value) >= 8 and not dull(value) else None


def _lies_open_in_code(kind: str, value: str) -> bool | None:
    if dull(value) or re.search(r"[{}<>()\[\]]|%[sd]|^\.|^-", value):
        return None
    if kind == "password":
        return True if _STRONG.fullmatch(value) and bits(value) >= 2.5 else None
    return True if _KEYLIKE.fullmatch(value) and bits(value) >= 3.5 else None
