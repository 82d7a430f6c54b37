"""What a host answered to a policy's questions."""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from rempart.check import Reason
from rempart.collectors.host.framing import Answer
from rempart.collectors.sca.patterns import Invalid
from rempart.collectors.sca.questions import (
    ABSENT,
    LARGE,
    LATE,
    MISSING,
    NEEDS_ROOT,
    OTHER,
    Questions,
)

MOST: Final = 64 << 20  # bytes unpacked
_END: Final = re.compile(rb"\n==rempart ([0-9a-f]{16}) done policies\s*\Z")
# What a command that failed says instead of an answer.
_TOLD: Final = (
    (
        re.compile(
            r"permission denied|operation not permitted|access denied|must be (?:run as )?root"
            r"|you (?:need|must) .{0,20}root",
            re.I,
        ),
        "was denied what it reads",
        Reason.PRIVILEGE,
    ),
    (
        re.compile(
            r"\A\s*(?:System has not been booted with systemd|Failed to connect to .{0,8}bus)"
        ),
        "finds no systemd there",
        Reason.UNRESOLVED,
    ),
    (
        re.compile(r"\A.{0,40}(?:invalid|unrecognized|unknown) option"),
        "there does not know these options",
        Reason.UNRESOLVED,
    ),
)


@dataclass(frozen=True, slots=True)
class World:
    """A host as a policy's rules see it: answers by the short names of the questions."""

    questions: Questions
    answers: Mapping[str, Answer]
    nonce: str
    late: bool = False
    bundled: bool = False
    texts: dict[str, dict[str, str | None]] = field(default_factory=dict)

    def regular(self, path: str) -> bool | Invalid:
        """Whether a regular file is there; False for anything else in its place."""
        answer = self._answer(self.questions.kinds.get(path) or self.questions.files.get(path))
        if isinstance(answer, Invalid):
            return answer
        return _unseen(answer, path) or answer.status in (0, LARGE)

    def other(self, path: str) -> bool:
        """Whether something that is no regular file is in its place."""
        answer = self._answer(self.questions.kinds.get(path) or self.questions.files.get(path))
        return isinstance(answer, Answer) and answer.status == OTHER

    def content(self, path: str) -> str | Invalid:
        """The text of a file."""
        answer = self._answer(self.questions.files.get(path))
        if isinstance(answer, Invalid):
            return answer
        if answer.status == LARGE:
            return Invalid(f"{path} is too large to be read", Reason.LIMIT)
        unseen = _unseen(answer, path)
        if unseen:
            return unseen
        return Invalid(f"{path} is not there, or no file") if answer.status else answer.text

    def folder(self, path: str) -> bool | Invalid:
        """Whether a folder is there."""
        known = (self.questions.places, self.questions.trees, self.questions.contents)
        name = next((asked[path] for asked in known if path in asked), None)
        answer = self._answer(name)
        if isinstance(answer, Invalid):
            return answer
        return _unseen(answer, path) or answer.status == 0

    def entries(self, path: str) -> list[tuple[str, str]] | Invalid:
        """What is under a folder: f, l or o, and the path."""
        answer = self._answer(self.questions.trees.get(path))
        if isinstance(answer, Invalid):
            return answer
        return _unseen(answer, path) or [
            (line[0], line[2:]) for line in answer.text.split("\n") if line[1:2] == " "
        ]

    def inside(self, path: str) -> dict[str, str | None] | Invalid:
        """The text of each file under a folder; None for one that may not be read."""
        answer = self._answer(self.questions.contents.get(path))
        if isinstance(answer, Invalid):
            return answer
        if unseen := _unseen(answer, path):
            return unseen
        if path not in self.texts:
            self.texts[path] = dict(self._files(answer.text))
        return self.texts[path]

    def _files(self, text: str) -> "list[tuple[str, str | None]]":
        mark = f"\n==rempart {self.nonce} file "
        hidden = f"==rempart {self.nonce} hidden"
        found: list[tuple[str, str | None]] = []
        for part in f"\n{text}".split(mark)[1:]:
            name, _, content = part.partition("\n")
            found.append((name, None if content.startswith(hidden) else content))
        return found

    def processes(self) -> tuple[list[str], list[str], bool] | Invalid:
        """Names of what runs, the files it was started from, and whether root saw all of these."""
        answer = self._answer("p" if self.questions.processes else None)
        if isinstance(answer, Invalid):
            return answer
        names, files = [], []
        first, _, rest = answer.text.partition("\n")
        for line in rest.split("\n"):
            before, arrow, after = line.partition(" -> ")
            if arrow and before.endswith("/exe"):
                files.append(after.removesuffix(" (deleted)"))
            elif line.strip():
                names.append(line.strip())
        return names, files, first == "uid 0"

    def command(self, argv: tuple[str, ...]) -> Answer | Invalid:
        """What a command printed; it may have failed, that is no matter to a rule."""
        answer = self._answer(self.questions.commands.get(argv))
        if isinstance(answer, Invalid) or not answer.status:
            return answer
        return _no_answer(argv[0].rpartition("/")[2], answer) or answer

    def _answer(self, name: str | None) -> Answer | Invalid:
        if name is None:
            return Invalid("it was not asked", Reason.NO_COLLECTOR)
        if self.bundled and name not in self.answers:
            return Invalid("the bundle holds no answer to it", Reason.NO_COLLECTOR)
        reason = Reason.LIMIT if self.late else Reason.TRUNCATED
        return self.answers.get(name) or Invalid("the host's answer ended before it", reason)


def _no_answer(name: str, answer: Answer) -> Invalid | None:
    """Why what a command printed says nothing of what was asked; None where it does."""
    if answer.status == MISSING:
        return Invalid(f"{name} is not installed there")
    if answer.status == LATE:
        return Invalid(f"{name} did not end in time", Reason.LIMIT)
    if answer.status == NEEDS_ROOT and not answer.text.strip():
        return Invalid(f"{name} needs root, and sudo does not list it", Reason.PRIVILEGE)
    begun = answer.text[:4000]
    for told, why, reason in _TOLD:
        if told.search(begun):
            return Invalid(f"{name} {why}", reason)
    return None


def _unseen(answer: Answer, path: str) -> Invalid | None:
    if answer.status == NEEDS_ROOT:
        return Invalid(f"{path} may not be read", Reason.PRIVILEGE)
    if answer.status not in (0, ABSENT, OTHER, LARGE):
        return Invalid(f"{path} could not be looked at", Reason.TRUNCATED)
    return None


def nonce_of(raw: bytes) -> str:
    """The word that marks the answers to a policy in a bundle; empty where there are none.

    It stands in the last line, which the script writes itself: no file's content can.
    """
    found = _END.search(raw[-200:])
    return found[1].decode() if found else ""


def read(raw: bytes, nonce: str) -> dict[str, Answer]:
    """The answers in what a host printed; those that did not come back whole are left out."""
    mark = f"\n==rempart {nonce} ".encode()
    _, begun, rest = raw.partition(mark + b"policies 1")
    if not begun:
        return {}
    kind, _, body = rest.partition(b"\n")
    if kind == b" gzip":
        body = _unpacked(body)
    text = body.decode("utf-8", "replace")
    found: dict[str, Answer] = {}
    for part in f"\n{text}".split(f"\n==rempart {nonce} begin ")[1:]:
        name, _, told = part.partition("\n")
        printed, ended, status = told.partition(f"\n==rempart {nonce} end ")
        digits = status.partition("\n")[0]
        if ended and digits.isdecimal() and name not in found:
            found[name] = Answer(int(digits), printed)
    return found


def _unpacked(body: bytes) -> bytes:
    """What gzip packed, as far as it goes and up to a limit."""
    machine = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        return machine.decompress(body, MOST)
    except zlib.error:
        return b""
