"""One question to a host: what prints the answer, and how the same answer comes in files.

A topic is a module of this package. What it asks stands in its `SECTIONS`, what it makes of the
answers in its `READERS`; no list elsewhere names it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from shlex import join, quote

from rempart.check import Observation

_SPECIAL = re.compile(r"([\\,:=*?\[\]!#])")


@dataclass(frozen=True, slots=True)
class Section:
    """One framed answer: the commands that print it, and the observations read from it.

    A command is an argument list. `root` marks those that need root. `code` is POSIX shell: the
    functions those commands call, for what no single command prints; it writes nothing, and calls
    `as_root` with full paths only, which `sudo` lists as sudoers writes them (see `written`).
    `paths` may hold patterns the host's shell expands; their lines come back as `file:line:text`,
    unreadable files as `?file`. `only` is awk's condition for the lines
    that come at all. `unless` is a program, or a function of `code`: where
    the host has the one, or the other succeeds, they are left alone.

    Of files somebody handed over, `paths` are looked for under the same names. An answer that is
    one file is in `given`, names or patterns in order of preference, and `reduced` reads it;
    `labelled` ones may be several, each under a line `@NAME 0`. Where no file is the answer,
    `handed` makes it of the folder.
    """

    name: str
    source: str
    brings: tuple[type[Observation], ...]
    commands: tuple[tuple[str, ...], ...] = ()
    root: bool = False
    paths: tuple[str, ...] = ()
    only: str = ""
    unless: str = ""
    code: str = ""
    sudo: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    reduced: Callable[[str], str] = str
    labelled: bool = False
    handed: Callable[[Path], str | None] | None = None

    def shell(self) -> str:
        """The section as a function of the script."""
        prefix = "as_root " if self.root else ""
        lines = [prefix + join(command) for command in self.commands]
        if self.paths:
            program = f"[ -x {self.unless} ]" if self.unless.startswith("/") else self.unless
            guard = f"{program} || " if self.unless else ""
            chosen = f"only={quote(self.only)}; " if self.only else ""
            lines.append(chosen + guard + " ".join(("show", *self.paths)))
        return f"{self.code}section_{self.name}() {{ {'; '.join(lines)}; }}"

    def privileged(self) -> Iterator[str]:
        """Every command line that needs root, as sudoers writes it."""
        if self.root:
            yield from (written(*command) for command in self.commands)
        yield from self.sudo


def written(*command: str) -> str:
    """A command line in sudoers' own escapes: it matches these words and no others."""
    program, *arguments = command
    return " ".join([program, *(_SPECIAL.sub(_escaped, argument) for argument in arguments)])


def _escaped(match: re.Match[str]) -> str:
    """Escaped once; a backslash twice: sudo undoes it once as it reads and once as it matches."""
    return 4 * "\\" if match[0] == "\\" else f"\\{match[0]}"
