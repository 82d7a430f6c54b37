"""Files as the script prints them: `file:line:text`, and `?file` for one it could not read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

MOST = 20_000  # a line number is the host's word: it may not fill our memory with blank lines
_LINE = re.compile(r"(/[^:]*):(\d+):(.*)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file of the host."""

    file: str
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one answer, in the order they came, and those that could not be read.

    `modules` are those of PAM that are installed, none where nobody looked. `partial` where
    somebody handed over files: one that is not there may well be on the host.
    """

    lines: dict[str, list[Line]] = field(default_factory=dict)
    unreadable: tuple[str, ...] = ()
    partial: bool = False
    modules: frozenset[str] = frozenset()

    def matching(self, pattern: str) -> Iterator[str]:
        """Names of the files a shell pattern names, in the shell's order."""
        return (file for file in sorted(self.lines) if fnmatchcase(file, pattern))

    def text(self, file: str) -> str:
        """A file as it stood, with blank lines where comments were left out."""
        rows: list[str] = []
        for line in self.lines.get(file, ()):
            if line.number <= MOST:
                rows += [""] * (line.number - 1 - len(rows))
            rows.append(line.text)
        return "\n".join(rows)

    def hides(self, prefix: str) -> str | None:
        """A file or folder under this path, or above it, that could not be read."""
        for file in self.unreadable:
            if file.startswith(prefix) or prefix.startswith(f"{file}/"):
                return file
        return None


def files(text: str, *, partial: bool = False) -> Files:
    """The files in an answer."""
    found: dict[str, list[Line]] = {}
    unreadable = []
    for row in text.split("\n"):
        match = _LINE.match(row)
        if match:
            file, number = match[1], int(match[2][:7])
            found.setdefault(file, []).append(Line(file, number, match[3]))
        elif row.startswith("?/"):
            unreadable.append(row[1:])
    return Files(found, tuple(unreadable), partial)
