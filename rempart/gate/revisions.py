"""A git revision read as data: objects by `ls-tree` and `cat-file`, never a checkout.

Nobody's configuration is heeded: a repository handed over may carry hooks, filters, a file system
monitor or a remote that is a command. The folder of the repository is named outright, so git looks
for none itself and has no owner to ask about (`safe.directory` guards what configuration runs, and
none of it runs here); protocols are shut, so nothing is fetched; replacement objects are ignored,
for they could stand in for a protected revision.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from rempart.collectors.text import clean
from rempart.errors import UsageError

SECONDS = 120  # of one git command
LISTING = 64_000_000  # bytes of one listing
WHOLE = 16_000_000  # bytes of one file written out; a longer one keeps its length only
TOTAL = 2_000_000_000  # bytes of one revision written out
BATCH = 32_000_000  # bytes asked for at once
OVERRIDES = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "core.sshCommand=/bin/false",
    "core.untrackedCache=false",
    "core.pager=cat",
    "credential.helper=",
    "diff.external=",
    "gc.auto=0",
    "protocol.allow=never",
)
ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_ASKPASS": "/bin/false",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_SSH_COMMAND": "/bin/false",
    "GIT_TERMINAL_PROMPT": "0",
    "HOME": "/nonexistent",
    "LC_ALL": "C",
}
REGULAR = frozenset({b"100644", b"100755", b"100664"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A regular file of a revision: its path below the folder asked for, its object, its length."""

    path: bytes
    object: str
    size: int


@dataclass(frozen=True, slots=True)
class Checkout:
    """The git checkout a folder lies in: its top, and the folder's own path below it."""

    top: Path
    prefix: str

    @classmethod
    def around(cls, folder: Path) -> "Checkout | None":
        """The nearest one, or None where there is none or no git."""
        here = folder.resolve()
        for top in (here, *here.parents):
            if (top / ".git").exists():
                inside = here.relative_to(top).as_posix()
                return cls(top, "" if inside == "." else inside) if shutil.which("git") else None
        return None

    def revision(self, name: str) -> "Revision":
        """The commit of that name; raises UsageError where there is none here."""
        wanted = f"{name}^{{commit}}"
        found = b"" if name.startswith("-") else self._asked("rev-parse", "--verify", "-q", wanted)
        commit = found.decode("ascii", "replace").strip()
        if not commit:
            raise UsageError(
                f'expected a revision of this repository, found "{clean(name)}"; '
                "a pipeline that fetches one commit only must fetch that one too"
            )
        return Revision(self, name, commit)

    def ignored(self) -> tuple[str, ...]:
        """Files and folders below the prefix that `.gitignore` names and git does not track.

        Empty where the folder itself or one above is ignored: whoever names it means it.
        """
        listed = self._asked(
            "ls-files", "-z", "--others", "--ignored", "--directory",
            "--exclude-per-directory=.gitignore", "--", self.prefix or ".",
        )  # fmt: skip
        start = f"{self.prefix}/" if self.prefix else ""
        names = [os.fsdecode(raw).rstrip("/") for raw in listed.split(b"\0") if raw]
        if any(start.startswith(f"{name}/") for name in names):
            return ()
        return tuple(name.removeprefix(start) for name in names if name.startswith(start))

    def _asked(self, *arguments: str) -> bytes:
        """What git answers; nothing where it fails."""
        done = self.run(*arguments)
        if len(done.stdout) > LISTING:
            raise UsageError(f"git {arguments[0]}: expected at most {LISTING} bytes, found more")
        return done.stdout if done.returncode == 0 else b""

    def run(
        self, *arguments: str, given: bytes = b"", seconds: float = SECONDS
    ) -> "subprocess.CompletedProcess[bytes]":
        """One git command on this checkout's objects."""
        settings = (part for setting in OVERRIDES for part in ("-c", setting))
        places = (f"--git-dir={self.top / '.git'}", f"--work-tree={self.top}")
        command = ("git", "--no-pager", *settings, *places, *arguments)
        try:
            return subprocess.run(  # noqa: S603  (a fixed program, arguments as a list)
                command,
                input=given,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self.top,
                env={**ENVIRONMENT, "PATH": os.environ.get("PATH", os.defpath)},
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise UsageError(
                f"git {arguments[0]}: no answer within {seconds:.0f} seconds"
            ) from None
        except OSError as error:
            raise UsageError(f"git cannot be run: {error.strerror}") from None


@dataclass(frozen=True, slots=True)
class Revision:
    """One commit; paths are below the checkout's prefix."""

    checkout: Checkout
    name: str
    commit: str

    def files(self) -> tuple[Entry, ...]:
        """The regular files; links and submodules are left out."""
        return tuple(self._listed())

    def _listed(self) -> Iterator[Entry]:
        tree = f"{self.commit}:{self.checkout.prefix}"
        listed = self.checkout.run("ls-tree", "-r", "-z", "-l", "--full-tree", tree)
        if listed.returncode != 0:
            if self.checkout.run("rev-parse", "--verify", "-q", tree).returncode == 0:
                raise UsageError(f"{self.name}: its files are not in this clone; fetch it first")
            return  # the folder was not there yet
        for line in filter(None, listed.stdout.split(b"\0")):
            about, _, path = line.partition(b"\t")
            mode, kind, object_, size = about.split()
            if mode in REGULAR and kind == b"blob" and _harmless(path):
                yield Entry(path, object_.decode(), int(size) if size.isdigit() else 0)

    def content(self, path: str) -> bytes | None:
        """A file as it stood there; None where there was none."""
        prefix = self.checkout.prefix
        return self.at_top(f"{prefix}/{path}" if prefix else path)

    def at_top(self, path: str) -> bytes | None:
        """A file by its path from the top of the checkout; None where there was none."""
        name = f"{self.commit}:{path}"
        done = self.checkout.run("cat-file", "blob", name)
        if done.returncode == 0:
            return done.stdout
        if self.checkout.run("rev-parse", "--verify", "-q", name).returncode == 0:
            raise UsageError(
                f"{self.name}: {clean(path)}: its content is not in this clone; fetch it first"
            )
        return None

    def contents(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The files of these paths that were there."""
        wanted = {os.fsencode(path): path for path in paths}
        here = [entry for entry in self.files() if entry.path in wanted] if wanted else []
        return {wanted[entry.path]: raw for entry, raw in self._read(here)}

    def write_out(self, folder: Path) -> None:
        """Write the revision's files into an empty private folder.

        A file too long to be judged keeps its name and length and no content. Raises UsageError
        where the revision holds more than can be kept.
        """
        entries = self.files()
        if sum(min(entry.size, WHOLE) for entry in entries) > TOTAL:
            raise UsageError(f"{self.name}: expected at most {TOTAL} bytes of files, found more")
        root = os.fsencode(folder)
        short = [entry for entry in entries if entry.size <= WHOLE]
        for entry, raw in self._read(short):
            with _created(root, entry.path) as file:
                file.write(raw)
        for entry in entries:
            if entry.size > WHOLE:
                with _created(root, entry.path) as file:
                    file.truncate(entry.size)

    def _read(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
        for several in _batches(entries):
            asked = "".join(f"{entry.object}\n" for entry in several).encode()
            answer = self.checkout.run("cat-file", "--batch", given=asked).stdout
            place = 0
            for entry in several:
                end = answer.find(b"\n", place)
                if not answer[place:end].startswith(f"{entry.object} blob ".encode()):
                    raise UsageError(
                        f"{self.name}: {clean(os.fsdecode(entry.path))}: its content is not in "
                        "this clone; fetch it first"
                    )
                yield entry, answer[end + 1 : end + 1 + entry.size]
                place = end + 2 + entry.size


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    size = 0
    for entry in entries:
        if batch and size + entry.size > BATCH:
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += entry.size
    if batch:
        yield batch


def _harmless(path: bytes) -> bool:
    steps = path.split(b"/")
    return not any(step in (b"", b".", b"..") or step.lower() == b".git" for step in steps)


def _created(root: bytes, path: bytes) -> BinaryIO:
    place = os.path.join(root, path)  # noqa: PTH118  (paths of a revision are bytes)
    os.makedirs(os.path.dirname(place), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120
    return os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
