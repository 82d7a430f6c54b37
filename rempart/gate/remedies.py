"""Repairs offered as a diff: one literal each, tried and judged again; a person applies them.

Nothing of the repository is written. A repair after which the finding still stands, or another one
appears, is not offered.
"""

import difflib
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from rempart import documents
from rempart.collectors.tree import content
from rempart.errors import CollectError
from rempart.gate.baseline import findings
from rempart.gate.blocks import HCL, Block, Text
from rempart.gate.survey import LONGEST, Survey
from rempart.report.gating import open_findings
from rempart.results import ResultRecord, Run

TABLE = Path(__file__).with_name("remedies.yaml")
PLAIN = re.compile(r"[\w.@+=,-][\w./@+=, -]*")  # names that every patch program reads alike
LITERAL = r"""(?P<quote>["']?)(?:true|false|yes|no)(?P=quote)"""


class Flag(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A setting with one good value, and the Terraform resources that may be given it."""

    setting: str
    to: str
    types: tuple[str, ...] = ()

    @property
    def written(self) -> "re.Pattern[str]":
        """The setting with a literal that is not the good one."""
        name = rf"(?P<name>(?<![\w.-])[\"']?{self.setting}[\"']?\s*[:=]\s*)"
        return re.compile(rf"{name}(?!{self.to}\b|[\"']{self.to}\b){LITERAL}(?![\w.-])")


class Directive(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A directive of server configuration as it must not stand, and as it must."""

    match: str
    to: str


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All remedies."""

    flags: tuple[Flag, ...]
    lines: tuple[Directive, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """One line of a file: replaced, or with another one after it. Lines begin with 1."""

    path: str
    line: int
    text: str
    after: bool = False


@dataclass(frozen=True, slots=True)
class Repair:
    """The edit that answers one finding."""

    finding: str
    edit: Edit


Judge = Callable[[Path], Run]


class Workshop:
    """The files of a repository, and what would repair its findings."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._table = documents.load(TABLE, Table)
        self._files: dict[str, list[str]] = {}

    def repairs(self, run: Run) -> Iterator[Repair]:
        """One edit for each open finding that has one."""
        for result in open_findings(run):
            if edit := self._edit(result):
                yield Repair(result.fingerprint, edit)

    def _edit(self, result: ResultRecord) -> Edit | None:
        path, line = result.where.source, result.where.line
        if line is None or not PLAIN.fullmatch(path) or not self.lines(path):
            return None
        last = result.where.end_line or line
        return self._replaced(path, line, last) or self._inserted(result, path, line)

    def lines(self, path: str) -> list[str]:
        """The lines of a file with their ends; none where it is not plain UTF-8 text."""
        if path not in self._files:
            self._files[path] = list(_lines(self._survey, path))
        return self._files[path]

    def _replaced(self, path: str, first: int, last: int) -> Edit | None:
        """The single line among these that holds a literal with one safe answer."""
        found = []
        for number in range(first, min(last, len(self.lines(path))) + 1):
            text = self.lines(path)[number - 1]
            repaired = self._repaired(text)
            if repaired != text:
                found.append(Edit(path, number, repaired))
        return found[0] if len(found) == 1 else None

    def _repaired(self, text: str) -> str:
        for flag in self._table.flags:
            if found := flag.written.search(text):
                quote = found["quote"]
                to = f"{found['name']}{quote}{flag.to}{quote}"
                return text[: found.start()] + to + text[found.end() :]
        for one in self._table.lines:
            repaired = re.sub(one.match, one.to, text, count=1)
            if repaired != text:
                return repaired
        return text

    def _inserted(self, result: ResultRecord, path: str, line: int) -> Edit | None:
        """The setting written in a Terraform resource that lacks it."""
        if not path.endswith(HCL):
            return None
        lines = self.lines(path)
        cut = Text(path, "".join(lines))
        block = cut.around(line, alone=False)
        kind, _, name = block.address.partition(".")
        if not name or block.start == block.end or block.address not in result.instance:
            return None
        for flag in self._table.flags:
            if kind in flag.types and not _written(lines, block, flag.setting):
                return _new(lines, block, flag, path)
        return None


def _written(lines: Sequence[str], block: Block, setting: str) -> bool:
    inside = "".join(lines[block.start - 1 : block.end])
    return re.search(rf"(?<![\w.-]){re.escape(setting)}\s*=", inside) is not None


def _new(lines: Sequence[str], block: Block, flag: Flag, path: str) -> Edit | None:
    """The setting as the first line of a block whose brace ends its line."""
    head = lines[block.start - 1]
    opening = re.search(r"\{\s*(?:(?:#|//)[^\n]*)?$", head.rstrip("\r\n"))
    if opening is None:
        return None
    indent = re.match(r"[ \t]*", lines[block.start])
    space = indent[0] if indent and indent[0] else "  "
    end = head[len(head.rstrip("\r\n")) :]
    return Edit(path, block.start, f"{space}{flag.setting} = {flag.to}{end}", after=True)


def _lines(survey: Survey, path: str) -> Iterator[str]:
    raw = survey.raw.get(path)
    if raw is None:
        return
    try:
        text = content(survey.root, raw, LONGEST).decode("utf-8")
    except (CollectError, UnicodeDecodeError):
        return
    yield from re.findall(r"[^\n]*\n|[^\n]+", text)


def diff(run: Run, survey: Survey, judge: Judge, prefix: str = "") -> str:
    """A unified diff that `patch -p1` and `git apply` take, of repairs that hold when judged."""
    shop = Workshop(survey)
    repairs = list(shop.repairs(run))
    if not repairs:
        return ""
    with tempfile.TemporaryDirectory(prefix="rempart-") as name:
        folder = Path(name)
        _copied(survey, folder, _edited(shop, repairs))
        after = judge(folder)
    standing = {one.fingerprint for one in findings(after.results)}
    if _worse(run, after, repairs):
        return ""
    held = [one for one in repairs if one.finding not in standing]
    texts = _edited(shop, held)
    return "".join(
        _file_diff(shop.lines(path), texts[path], f"{prefix}/{path}" if prefix else path)
        for path in sorted(texts)
    )


def _worse(run: Run, after: Run, repairs: Iterable[Repair]) -> bool:
    """Whether something appears that is as bad as what is repaired.

    What was in clear and is encrypted now may be asked whose key it is: that is no reason.
    """
    before = {one.fingerprint: one.severity.rank for one in findings(run.results)}
    floor = min(before[one.finding] for one in repairs)
    new = (one for one in findings(after.results) if one.fingerprint not in before)
    return any(one.severity.rank >= floor for one in new)


def _edited(shop: Workshop, repairs: Iterable[Repair]) -> dict[str, list[str]]:
    """The lines of each file that is touched, as they would be."""
    edits: dict[str, set[Edit]] = {}
    for one in repairs:
        edits.setdefault(one.edit.path, set()).add(one.edit)
    texts = {}
    for path, wanted in edits.items():
        lines = list(shop.lines(path))
        for edit in sorted(wanted, key=lambda one: (-one.line, one.after, one.text)):
            if edit.after:
                lines.insert(edit.line, edit.text)
            else:
                lines[edit.line - 1] = edit.text
        texts[path] = lines
    return texts


def _copied(survey: Survey, folder: Path, texts: Mapping[str, Sequence[str]]) -> None:
    """The repository with the repairs in it, in a private folder."""
    for path, raw in survey.raw.items():
        try:
            read = content(survey.root, raw, LONGEST)
        except CollectError:
            continue
        place = folder / raw.decode("utf-8", "surrogateescape")
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        place.write_bytes("".join(texts[path]).encode() if path in texts else read)


def _file_diff(before: Sequence[str], after: Sequence[str], path: str) -> str:
    told = difflib.unified_diff(list(before), list(after), f"a/{path}", f"b/{path}")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in told
    )
