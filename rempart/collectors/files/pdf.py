"""PDF files read by a child process: it has limits, and is killed when it takes too long.

pypdfium2 where the auditor has it, else poppler's `pdftotext` where the system has it. A page
without text that shows an image is a picture: what it says is not known.
"""

import contextlib
import importlib.util
import os
import resource
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Protocol, TypeAlias

import rempart
from rempart.errors import Limited, NoCollector, Privilege, Truncated

SECONDS: Final = 30.0
TEXT: Final = 64 << 20  # bytes of text of one document
WITHOUT: Final = "PDF files need one package: pip install 'rempart[discovery]', or pdftotext"
BROKEN: Final = "a PDF that cannot be read: damaged, or no PDF"
LOCKED: Final = "a PDF that asks for a password"
CHILD: Final = "rempart.collectors.files.pdf_child"
MEMORY: Final = 1 << 30
SLOW: Final = "a PDF that was not read within {:g} seconds"


class Locked(Privilege):
    """The document asks for a password."""


class Attached(NamedTuple):
    """A file inside a document."""

    name: str
    content: bytes


# A text, of a page or of its fields; None for a page that is a picture; a file inside.
Told: TypeAlias = bytes | Attached | None


class Pages(Protocol):
    """Where the pages of documents come from."""

    def pages(self, data: bytes) -> Iterator[Told]:
        """What a document holds, page by page; empty for a page with nothing."""

    def close(self) -> None:
        """End what was started."""


class Documents:
    """Reads PDF files; starts its child at the first one and ends it when it is left."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._engine: Pages | None = None

    def __enter__(self) -> "Documents":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._engine is not None:
            self._engine.close()

    def pages(self, data: bytes) -> Iterator[Told]:
        """What a document holds, page by page. Raises CollectError."""
        if self._engine is None:
            self._engine = _engine(self._seconds)
        yield from self._engine.pages(data)


def _package() -> str:
    return str(Path(rempart.__file__).parents[1])


def _engine(seconds: float) -> Pages:
    if all(importlib.util.find_spec(name) is not None for name in ("pypdfium2", CHILD)):
        return _Pdfium(seconds)
    program = shutil.which("pdftotext")
    if program is None:
        raise NoCollector(WITHOUT)
    return _Poppler(program, seconds)


class _Pdfium:
    """pypdfium2 in a child that reads one document after another."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._child: subprocess.Popen[bytes] | None = None

    def pages(self, data: bytes) -> Iterator[Told]:
        end, told, done = time.monotonic() + self._seconds, 0, False
        child = self._started()
        try:
            self._give(child, len(data).to_bytes(8, "big") + data, end)
            while True:
                letter, content = self._frame(child, end)
                told += len(content)
                if letter in (b"E", b"L", b"X"):
                    done = True
                    break
                if told > TEXT:
                    raise Limited(f"a PDF with more than {TEXT >> 20} MiB of text")
                if letter == b"A":
                    name, _, inside = content.partition(b"\0")
                    yield Attached(name.decode("utf-8", "replace"), inside)
                else:
                    yield {b"T": content, b"N": b""}.get(letter)
        except (BrokenPipeError, EOFError):
            raise Truncated(BROKEN) from None
        finally:
            if not done:
                self.close()
        if letter == b"L":
            raise Locked(LOCKED)
        if letter == b"X":
            raise Truncated(BROKEN)

    def close(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            _kill(child)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self.close()
            self._child = subprocess.Popen(  # noqa: S603  (our own program, no shell)
                [sys.executable, "-s", "-P", "-m", CHILD],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={"PYTHONPATH": _package(), "LANG": "C.UTF-8"},
                start_new_session=True,
            )
            assert self._child.stdin is not None  # noqa: S101
            os.set_blocking(self._child.stdin.fileno(), False)
        return self._child

    def _give(self, child: subprocess.Popen[bytes], data: bytes, end: float) -> None:
        assert child.stdin is not None  # noqa: S101
        left, pipe = memoryview(data), child.stdin.fileno()
        while left:
            _ready([], [pipe], end, self._seconds)
            with contextlib.suppress(BlockingIOError):
                left = left[os.write(pipe, left[: 1 << 16]) :]

    def _frame(self, child: subprocess.Popen[bytes], end: float) -> tuple[bytes, bytes]:
        head = self._read(child, 9, end)
        size = int.from_bytes(head[1:], "big")
        if size > TEXT:
            raise Limited(f"a PDF with more than {TEXT >> 20} MiB of text")
        return head[:1], self._read(child, size, end)

    def _read(self, child: subprocess.Popen[bytes], size: int, end: float) -> bytes:
        assert child.stdout is not None  # noqa: S101
        found, pipe = bytearray(), child.stdout.fileno()
        while len(found) < size:
            _ready([pipe], [], end, self._seconds)
            piece = os.read(pipe, min(1 << 16, size - len(found)))
            if not piece:
                raise EOFError
            found += piece
        return bytes(found)


def _ready(reading: list[int], writing: list[int], end: float, seconds: float) -> None:
    left = end - time.monotonic()
    if left <= 0 or not any(select.select(reading, writing, [], left)):
        raise Limited(SLOW.format(seconds))


def _kill(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    child.wait()


class _Poppler:
    """`pdftotext`, started for each document; pages end with a form feed."""

    def __init__(self, program: str, seconds: float) -> None:
        self._program = program
        self._seconds = seconds

    def pages(self, data: bytes) -> Iterator[Told]:
        child = subprocess.Popen(  # noqa: S603  (no shell; the program's own name)
            [self._program, "-enc", "UTF-8", "-", "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        with child:
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(child.pid, resource.RLIMIT_AS, (MEMORY, MEMORY))
                resource.prlimit(child.pid, resource.RLIMIT_CORE, (0, 0))
            try:
                text, told = child.communicate(data, self._seconds)
            except subprocess.TimeoutExpired:
                child.kill()
                raise Limited(SLOW.format(self._seconds)) from None
        if b"ncorrect password" in told:
            raise Locked(LOCKED)
        if child.returncode:
            raise Truncated(BROKEN)
        for page in text.split(b"\f")[:-1]:
            yield page if page.strip() else None

    def close(self) -> None:
        """Nothing is kept running."""
