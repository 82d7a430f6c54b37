"""Child processes that parse, and what becomes of a job when one of them dies.

A worker that is silent for too long, uses too much memory or crashes is killed; the file it was at
becomes a gap, and a new worker does the job again without that file.
"""

import os
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import msgspec

import rempart
from rempart.check import Gap, Observation
from rempart.collectors.repository.jobs import BRINGS, BRINGS_OF, KINDS, Job, Told
from rempart.collectors.repository.rows import TABLES
from rempart.collectors.tree import shown
from rempart.documents.kept import folder, keep
from rempart.errors import ContentErrors, Reason

MODULE = "rempart.collectors.repository.worker"
COMMAND = (sys.executable, "-s", "-P", "-m", MODULE)  # the only child a repository needs
FILE_SECONDS = 10.0  # without a word from the worker
ANSWER = 64_000_000  # bytes of one job's answer
RETRIES = 5  # files that may kill a worker before their job is given up
SMALL = 1_500  # files that one worker reads for less than two, each with its own imports

Seen = Observation | Gap
TYPES: dict[str, Any] = {type_.__name__: type_ for type_ in BRINGS}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a worker is, how long it may be silent (seconds), how much it may say (bytes)."""

    file_seconds: float = FILE_SECONDS
    answer: int = ANSWER
    command: tuple[str, ...] = COMMAND
    kinds: str = ""  # of the jobs to come


class Died(Exception):
    """A worker is no more; `file` or `part` (None: neither) of the job is what it was at."""

    def __init__(self, file: str, why: str, part: str | None = None) -> None:
        self.file = file
        self.part = part
        self.why = why
        super().__init__(why)


def answered(jobs: list[Job], deadline: Any, limits: Limits = Limits()) -> Iterator[Seen]:  # noqa: ANN401
    """What the jobs bring, from one worker or two."""
    for table in TABLES.glob("*.yaml"):
        with suppress(ContentErrors):  # what needs it will say so
            keep(table)  # a worker may not write
    waiting: Queue[Job] = Queue()
    for job in jobs:
        waiting.put(job)
    count = 1 if len({file for job in jobs for file in job.files}) <= SMALL else 2
    limits = replace(limits, kinds=" ".join(dict.fromkeys(job.kind for job in jobs)))
    if count == 1:
        yield from _shift(waiting, deadline, limits)
        return
    with ThreadPoolExecutor(count, thread_name_prefix="parse") as pool:
        shifts = [pool.submit(_shift, waiting, deadline, limits) for _ in range(count)]
        for shift in shifts:
            yield from shift.result()


def _shift(waiting: "Queue[Job]", deadline: Any, limits: Limits) -> list[Seen]:  # noqa: ANN401
    """One worker's part: jobs until none is left."""
    found: list[Seen] = []
    worker: Worker | None = None
    try:
        while True:
            job = waiting.get_nowait()
            for _ in range(RETRIES + 1):
                worker = worker or Worker(limits.command, limits.kinds)
                try:
                    found += worker.answer(job, deadline, limits)
                    break
                except Died as died:
                    worker.end()
                    worker = None
                    found += _lost(job, died)
                    job = _without(job, died)
                    if (not died.file and died.part is None) or not job.files:
                        break
            else:
                found += _lost(job, Died("", "too many of these files cannot be read"))
    except Empty:
        return found
    finally:
        if worker is not None:
            worker.end()


def _without(job: Job, died: Died) -> Job:
    """The job without the file or part that killed the worker."""
    if died.part is not None:
        return msgspec.structs.replace(job, skip=(*job.skip, died.part))
    files = tuple(file for file in job.files if file != died.file)
    return msgspec.structs.replace(job, files=files)


def _lost(job: Job, died: Died) -> Iterator[Gap]:
    path = shown(died.file.encode("latin-1")) if died.part is None else died.part or "."
    for type_ in BRINGS_OF[job.kind]:
        yield Gap(type_.__name__, Reason.LIMIT, died.why, key=path, source=path)


class Worker:
    """A running child process."""

    def __init__(self, command: tuple[str, ...] = COMMAND, kinds: str = "") -> None:
        package = str(Path(rempart.__file__).parents[1])
        self._process = subprocess.Popen(  # noqa: S603  (a fixed command)
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={
                "PYTHONPATH": package,
                "LANG": "C.UTF-8",
                "PYTHONDONTWRITEBYTECODE": "1" if sys.dont_write_bytecode else "",
                KINDS: kinds,
                "XDG_CACHE_HOME": str(folder().parents[1]),
            },
            start_new_session=True,
        )
        self._rest = b""

    def answer(self, job: Job, deadline: Any, limits: Limits) -> list[Seen]:  # noqa: ANN401
        """What the job brings; raises Died when the worker crashed, was silent or says too much."""
        found: list[Seen] = []
        at, part = "", None
        try:
            self._send(msgspec.json.encode(job) + b"\n")
            for line in self._lines(deadline, limits):
                told = msgspec.json.decode(line, type=Told)
                if told.word == "done":
                    return found
                if told.word in ("at", "part"):
                    at, part = (told.type, None) if told.word == "at" else ("", told.type)
                else:
                    found.append(_item(told))
        except TimeoutError as silent:
            raise Died(at, str(silent), part) from None
        except (OSError, msgspec.MsgspecError, KeyError):
            raise Died(at, "the parser did not survive this file", part) from None
        raise Died(at, "the parser did not survive this file", part)

    def _send(self, line: bytes) -> None:
        if self._process.stdin is None:
            raise BrokenPipeError
        self._process.stdin.write(line)
        self._process.stdin.flush()

    def _lines(self, deadline: Any, limits: Limits) -> Iterator[bytes]:  # noqa: ANN401
        if self._process.stdout is None:
            return
        out, read = self._process.stdout.fileno(), 0
        with selectors.DefaultSelector() as selector:
            selector.register(out, selectors.EVENT_READ)
            heard = time.monotonic()
            while True:
                *lines, self._rest = self._rest.split(b"\n")
                yield from lines
                left = min(deadline.remaining(), heard + limits.file_seconds - time.monotonic())
                if left <= 0 or not selector.select(left):
                    raise TimeoutError("the parser took too long over this file")
                chunk = os.read(out, 1 << 20)
                heard, read = time.monotonic(), read + len(chunk)
                if not chunk:
                    return
                if read > limits.answer:
                    raise TimeoutError("the file declares more than can be kept")
                self._rest += chunk

    def end(self) -> None:
        """Kill the process and wait for it."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # the other end is gone, with something still to be written
                    continue
        self._process.kill()
        self._process.wait()


def _item(told: Told) -> Seen:
    kind = Gap if told.word == "gap" else TYPES[told.type]
    item: Seen = msgspec.json.decode(told.value, type=kind)
    return item
