"""Dockerfiles cut into instructions, as BuildKit reads them.

Source: Dockerfile reference, dockerfile 1.7: escape directive, continuations, comments inside them,
here-documents of RUN, COPY and ADD, ONBUILD.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rempart.errors import Truncated

MOST = 5_000  # instructions of one file
WORDS = frozenset(
    [
        "ADD",
        "ARG",
        "CMD",
        "COPY",
        "ENTRYPOINT",
        "ENV",
        "EXPOSE",
        "FROM",
        "HEALTHCHECK",
        "LABEL",
        "MAINTAINER",
        "ONBUILD",
        "RUN",
        "SHELL",
        "STOPSIGNAL",
        "USER",
        "VOLUME",
        "WORKDIR",
    ]
)
_ESCAPE = re.compile(r"#\s*escape\s*=\s*([\\`])\s*", re.I)
_DIRECTIVE = re.compile(r"#\s*\w+\s*=.*")
_HEREDOC = re.compile(r"<<(-?)([\"']?)([A-Za-z_]\w*)\2")
_PAIR = re.compile(r"""([A-Za-z_][\w.-]*)=((?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])*)""", re.S)


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: its word in capitals, its arguments on one line, and its lines in the file.

    `address` is the word and its ordinal (`RUN#3`); `body` the here-documents of it.
    """

    word: str
    text: str
    address: str
    line: int
    end_line: int
    body: str = ""

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The `NAME=value` pairs of ENV, ARG and LABEL; `ENV NAME value` is the old way."""
        found = [(name, unquoted(value)) for name, value in _PAIR.findall(self.text)]
        if self.word == "ENV" and not re.match(r"\s*[A-Za-z_][\w.-]*=", self.text):
            name, _, value = self.text.strip().partition(" ")
            return [(name, unquoted(value.strip()))] if value else []
        return found


def unquoted(text: str) -> str:
    """A word without the quotes around it."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def instructions(text: str) -> Iterator[Instruction]:
    """The instructions of a Dockerfile.

    Raises Truncated where a line starts with no instruction, or a here-document has no end.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    counts: dict[str, int] = {}
    escape, at = _escape(lines), 0
    while at < len(lines) and sum(counts.values()) < MOST:
        if not lines[at].strip() or lines[at].lstrip().startswith("#"):
            at += 1
            continue
        started = at
        said, at = _joined(lines, at, escape)
        word, _, rest = said.strip().partition(" ")
        if word.upper() == "ONBUILD":
            word, _, rest = rest.strip().partition(" ")
        word = word.upper()
        if word not in WORDS:
            raise Truncated(f"line {started + 1}: no instruction of a Dockerfile")
        body, at = _bodies(lines, at, rest) if word in ("RUN", "COPY", "ADD") else ("", at)
        counts[word] = counts.get(word, 0) + 1
        address = f"{word}#{counts[word]}"
        yield Instruction(word, rest.strip(), address, started + 1, at, body)


def _escape(lines: list[str]) -> str:
    for line in lines[:20]:
        if match := _ESCAPE.fullmatch(line.strip()):
            return match[1]
        if not _DIRECTIVE.fullmatch(line.strip()):
            break
    return "\\"


def _joined(lines: list[str], at: int, escape: str) -> tuple[str, int]:
    """The lines an instruction goes over as one, and the number of the next line."""
    parts: list[str] = []
    while at < len(lines):
        line = lines[at]
        at += 1
        if parts and (not line.strip() or line.lstrip().startswith("#")):
            continue
        if not line.rstrip().endswith(escape):
            parts.append(line)
            break
        parts.append(line.rstrip()[:-1])
    return " ".join(part.replace("\t", " ") for part in parts), at


def _bodies(lines: list[str], at: int, text: str) -> tuple[str, int]:
    body: list[str] = []
    for indented, _, word in _HEREDOC.findall(text):
        while True:
            if at >= len(lines):
                raise Truncated(f"a here-document without its end: {word}")
            line = lines[at]
            at += 1
            if (line.lstrip("\t") if indented else line) == word:
                break
            body.append(line)
    return "\n".join(body), at
