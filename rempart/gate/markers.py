"""Exceptions written where they apply: our own, and those declared for other tools.

    # rempart:ignore=iac.database_encrypted until=2027-01-31 -- the new image comes in January
    // rempart:ignore=iac.bucket_public,iac.key_owner until=2027-01-31 owner="Web" -- public by law

A reason and a last day are required; what is written otherwise counts as expired and is said.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import PurePosixPath

from rempart.collectors.text import clean
from rempart.gate.blocks import Block, Text
from rempart.gated import MarkerRecord

PROSE = frozenset({".md", ".rst", ".adoc", ".html", ".htm"})  # there only <!-- --> counts
MOST = 200  # exceptions of one file
LONGEST = 2000  # characters of a line that may hold one
OURS = b"rempart:ignore"
THEIRS = (
    b":ignore", b":skip", b"checkov", b"kics", b"allow", b"nosec", b"noqa", b"nosemgrep",
    b"hadolint", b"kube-linter",
)  # fmt: skip
_OURS = re.compile(
    r"""(?P<before>[^\n]*?)(?P<open>\#+!?|//+|/\*+|^\s*\*|--|;+|<!--|\{\{/\*|\{\#|")\s*
    rempart:ignore(?P<rest>[^\n]*)""",
    re.VERBOSE,
)
_REST = re.compile(r"=\s*(?P<ids>[\w.,-]+)(?P<words>.*?)(?:\s--\s+(?P<reason>.*))?")
_WORD = re.compile(r"""\s*(?P<key>\w+)=(?:"(?P<quoted>[^"]*)"|(?P<bare>\S+))""")
_CLOSERS = re.compile(r"""\s*(?:\*/|-->|\#\}|\*/\}\}|"[,}\]\s]*)\s*$""")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_ID = re.compile(r"[a-z0-9_]+(?:\.[a-z0-9_]+)+")
_HEX = re.compile(r"[0-9a-f]{8,64}")
_INFRA = frozenset({".yaml", ".yml"})


@dataclass(frozen=True, slots=True)
class Marker:
    """One exception of ours: where it stands, what it speaks of, what is wrong with it."""

    source: str
    line: int
    block: Block
    ids: tuple[str, ...] = ()
    reason: str = ""
    owner: str = ""
    until: date | None = None
    digest: str = ""
    fault: str = ""

    @property
    def identity(self) -> tuple[object, ...]:
        """What makes it the same exception in another revision: never a line."""
        day = self.until.isoformat() if self.until else self.fault
        name = self.block.address or self.block.name
        return (self.source, name, self.ids, day, self.owner, self.reason, self.digest)


def markers(path: str, text: str, known: Mapping[str, str]) -> Iterator[Marker]:
    """The exceptions of one file; `known` gives the check of each id and alias."""
    cut = Text(path, text)
    prose = cut.suffix in PROSE
    count = 0
    for number, line in enumerate(cut.lines, 1):
        if "rempart:ignore" not in line or len(line) > LONGEST:
            continue
        found = _OURS.match(line)
        if found is None or _quoted(found, cut.suffix) or (prose and found["open"] != "<!--"):
            continue
        count += 1
        if count > MOST:
            return
        block = cut.around(number, alone=not found["before"].strip())
        yield _read(Marker(path, number, block), found["rest"], known)


def _quoted(found: "re.Match[str]", suffix: str) -> bool:
    """Whether it stands inside a string of a program, or in a string of what is not JSON."""
    if found["open"] == '"':
        return suffix != ".json"
    return found["before"].count('"') % 2 == 1


def _read(at: Marker, rest: str, known: Mapping[str, str]) -> Marker:
    parts = _REST.fullmatch(_CLOSERS.sub("", rest.rstrip()))
    if parts is None:
        return replace(at, fault="expected rempart:ignore=CHECK until=YYYY-MM-DD -- reason")
    words, left = _words(parts["words"])
    ids = tuple(dict.fromkeys(known.get(name, name) for name in parts["ids"].split(",") if name))
    day = words.get("until", "")
    until = _day(day)
    fault = _fault(ids, known, words, left)
    if not fault and until is None:
        fault = f'until: expected a day such as 2027-01-31, found "{clean(day, 40)}"'
    reason = clean(parts["reason"] or "", 300)
    if not fault and not reason:
        fault = 'expected "-- " and a reason at the end'
    owner, digest = clean(words.get("owner", ""), 100), words.get("digest", "")
    return replace(at, ids=ids, reason=reason, owner=owner, until=until, digest=digest, fault=fault)


def _words(text: str) -> tuple[dict[str, str], str]:
    """The `key=value` words, and what is none."""
    found: dict[str, str] = {}
    place = 0
    while match := _WORD.match(text, place):
        found[match["key"]] = match["bare"] if match["quoted"] is None else match["quoted"]
        place = match.end()
    return found, text[place:].strip()


def _fault(
    ids: tuple[str, ...], known: Mapping[str, str], words: Mapping[str, str], left: str
) -> str:
    unknown = [name for name in ids if name not in known]
    if unknown or not ids:
        return f'expected the id of a check, found "{clean(", ".join(unknown), 60)}"'
    odd = [name for name in words if name not in ("until", "owner", "digest")]
    if odd or left:
        return f'expected until=, owner= or digest=, found "{clean(", ".join(odd) or left, 60)}"'
    if "digest" in words and not _HEX.fullmatch(words["digest"]):
        return f'digest: expected 8 to 64 hex digits, found "{clean(words["digest"], 40)}"'
    return ""


def _day(text: str) -> date | None:
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


_FOREIGN: tuple[tuple[str, str], ...] = (
    ("checkov", r"(?:checkov|bridgecrew):skip=(?P<what>[\w-]+)(?::\s*(?P<reason>.*))?"),
    ("checkov", r"checkov\.io/skip\w*['\"]?\s*:\s*['\"]?(?P<what>\w+)=?(?P<reason>.*)"),
    ("trivy", r"trivy:ignore:(?P<what>[\w-]+)(?P<rest>\S*)"),
    ("tfsec", r"tfsec:ignore:(?P<what>[\w-]+)(?P<rest>\S*)"),
    ("terrascan", r"#\s*ts:skip=(?P<what>[\w.-]+)\s*(?P<reason>.*)"),
    ("kics", r"(?:#|//)\s*kics-scan\s+(?P<what>[\w-]+(?:=[\w,-]+)?)"),
    ("kube-linter", r"ignore-check\.kube-linter\.io/(?P<what>[\w-]+)\W*(?P<reason>.*)"),
    ("hadolint", r"#\s*hadolint\s+(?:global\s+)?ignore=(?P<what>[\w,]+)"),
    ("gitleaks", r"(?P<what>)gitleaks:allow"),
    ("detect-secrets", r"(?P<what>)pragma:\s*allowlist(?: nextline)? secret"),
    ("nosec", r"(?:#|//)\s*nosec\b:?\s*(?P<what>[BG]\d{3}(?:[ ,]+[BG]\d{3})*)?"),
    ("semgrep", r"(?:#|//)\s*nosemgrep(?::\s*(?P<what>[\w.,-]+))?"),
    ("ansible-lint", r"#\s*noqa\b:?\s*(?P<what>[\w\[\]-]*)"),
)
_EXPIRES = re.compile(r":exp:(\d{4}-\d{2}-\d{2})")


@cache
def _foreign() -> tuple[tuple[str, "re.Pattern[str]"], ...]:
    """The patterns, compiled where a repository has one of their words."""
    return tuple((tool, re.compile(pattern)) for tool, pattern in _FOREIGN)


def declared(path: str, text: str) -> Iterator[MarkerRecord]:
    """What a file excuses for other tools; without effect here."""
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in PROSE:
        return
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LONGEST or not any(word.decode() in line for word in THEIRS):
            continue
        for tool, pattern in _foreign():
            if tool == "ansible-lint" and suffix not in _INFRA:
                continue
            if found := pattern.search(line):
                yield _declared(tool, found, path, number)
                break


def _declared(tool: str, found: "re.Match[str]", path: str, number: int) -> MarkerRecord:
    groups = found.groupdict()
    until = _EXPIRES.search(groups.get("rest") or "")
    reason = _CLOSERS.sub("", (groups.get("reason") or "").strip(" '\""))
    what = clean(found["what"] or "", 100)
    return MarkerRecord(tool, what, path, number, clean(reason, 200), until[1] if until else "")
