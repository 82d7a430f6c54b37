"""The child process that parses a repository's files; it may be killed at any moment.

Reads jobs as JSON lines on standard input, answers with JSON lines on standard output, and names
each file before it touches it, so that the parent knows which one killed it. Memory and processor
time are bounded; nothing is written and no connection is opened.
"""

import importlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from rempart.check import Gap, Observation
from rempart.collectors.repository.jobs import BRINGS_OF, KINDS, LONGEST, PLAN, TEXT_FILE, Job, Told
from rempart.collectors.text import clean
from rempart.collectors.tree import content, shown
from rempart.errors import CollectError, ContentErrors, Reason

MEMORY = 1 << 30  # bytes of address space
SECONDS = 120  # of processor time, for all jobs of one worker

Seen: TypeAlias = Observation | Gap


def main() -> None:
    """Do jobs until standard input ends.

    The readers of Terraform are imported before nothing may be written: their bytecode is kept.
    """
    from rempart.collectors.repository.secrets.given import keyed

    early = ("files", "terraform.hcl", "terraform.declared")
    for name in early if "terraform" in os.environ.get(KINDS, "") else ():
        importlib.import_module(f"rempart.collectors.repository.{name}")
    _confine()
    for line in sys.stdin.buffer:
        job = msgspec.json.decode(line, type=Job)
        try:
            with keyed(bytes.fromhex(job.key)):
                for item in Desk(job).done():
                    _tell_seen(item)
        except Exception as error:  # noqa: BLE001  (our own fault; its text may hold a secret)
            for type_ in BRINGS_OF[job.kind]:
                detail = f"the reader of {job.kind} stopped: {type(error).__name__}"
                _tell_seen(Gap(type_.__name__, Reason.TRUNCATED, detail))
        _tell(Told("done"))


def _confine() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _tell_seen(item: Seen) -> None:
    word = "gap" if isinstance(item, Gap) else "seen"
    _tell(Told(word, type(item).__name__, msgspec.Raw(msgspec.json.encode(item))))


def _tell(told: Told) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
    if told.word not in ("seen", "gap"):
        sys.stdout.buffer.flush()


class Desk:
    """One job and its files, read one by one."""

    def __init__(self, job: Job, tell: Callable[[Told], None] = _tell) -> None:
        self._job = job
        self._root = Path(job.root)
        self._tell = tell
        self._gaps: list[Gap] = []

    def done(self) -> Iterator[Seen]:
        """Everything the files of the job declare, and gaps for those that could not be read."""
        yield from _READERS[self._job.kind](self)
        yield from self._gaps

    @property
    def rules(self) -> str:
        """The file of more rules for secrets; empty where there is none."""
        return self._job.rules

    @property
    def paths(self) -> tuple[str, ...]:
        """The files of the job as text."""
        return tuple(shown(name.encode("latin-1")) for name in self._job.files)

    def each(
        self,
        look: Callable[[str, Any], Any],
        cap: int = LONGEST,
        read: Callable[[Path, bytes, int], Any] | None = None,
    ) -> Iterator[Any]:
        """What `look` makes of each file as `read`; a file it cannot read becomes a gap."""
        for name in self._job.files:
            raw = name.encode("latin-1")
            path = shown(raw)
            self._tell(Told("at", name))
            try:
                yield look(path, (read or content)(self._root, raw, cap))
            except CollectError as error:
                self.gap(path, error.reason, str(error))
            except ContentErrors as errors:
                first = errors.errors[0]
                self.gap(path, _reason(first.message), f"line {first.line}: {first.message}")
            except (RecursionError, MemoryError):
                self.gap(path, Reason.LIMIT, "too deep or too large to be read")
            except (ValueError, OSError) as error:
                self.gap(path, Reason.TRUNCATED, f"cannot be read: {type(error).__name__}")
        self._tell(Told("at"))  # what follows is no single file's doing

    def text(self, path: str) -> str | None:
        """The text of any file of the repository; None where it cannot be read."""
        try:
            return content(self._root, os.fsencode(path), LONGEST).decode("utf-8", "replace")
        except (CollectError, ValueError, OSError):
            return None

    def begin(self, part: str) -> bool:
        """Whether to look at a part of the job that is no single file; its timer starts here."""
        if part in self._job.skip:
            return False
        self._tell(Told("part", part))
        return True

    def gap(self, path: str, reason: Reason, detail: str) -> None:
        """Note that a file was not read: one gap for each type it could have brought."""
        for type_ in BRINGS_OF[self._job.kind]:
            gap = Gap(type_.__name__, reason, clean(detail, 200), key=path, source=path)
            self._gaps.append(gap)


def _reason(message: str) -> Reason:
    garbled = ("expected YAML", "expected UTF-8", "duplicate")
    return Reason.TRUNCATED if message.startswith(garbled) else Reason.LIMIT


def _terraform(desk: Desk) -> Iterator[Seen]:
    from rempart.collectors.repository.files import parsed
    from rempart.collectors.repository.terraform.declared import declared

    files = []
    for file in desk.each(lambda path, raw: parsed(raw, path)):
        files.append(file)
        if file.broken:
            lines = ", ".join(map(str, file.broken[:5]))
            desk.gap(file.path, Reason.TRUNCATED, f"not readable as HCL at line {lines}")
    yield from declared(files, desk.begin, desk.text)


def _plan(desk: Desk) -> Iterator[Seen]:
    from rempart.collectors.repository.terraform.plans import planned

    for found in desk.each(lambda path, raw: list(planned(path, raw)), PLAN):
        yield from found


def _compose(desk: Desk) -> Iterator[Seen]:
    from rempart.collectors.repository.compose.file import declared, read

    yield from declared(dict(desk.each(lambda path, raw: (path, read(path, raw)))))


def _manifests(desk: Desk) -> Iterator[Seen]:
    from rempart.collectors.repository.manifests import Surroundings, content_of

    around = Surroundings(desk.paths)
    look = desk.each(lambda path, raw: (path, around.read(path, raw)), read=content_of)
    files = dict(look)
    for path, errors in around.broken.items():
        first = errors.errors[0]
        desk.gap(path, _reason(first.message), f"line {first.line}: {first.message}")

    def failed(path: str, error: Exception) -> None:
        desk.gap(path, Reason.TRUNCATED, f"the reader stopped: {type(error).__name__}")

    yield from around.declared({path: read for path, read in files.items() if read}, failed)


def _dockerfile(desk: Desk) -> Iterator[Seen]:
    from rempart.collectors.repository.dockerfile.file import dockerfile

    read = desk.each(lambda path, raw: list(dockerfile(path, raw.decode("utf-8", "replace"))))
    for found in read:
        yield from found


def _keycloak(desk: Desk) -> Iterator[Seen]:
    from rempart.collectors.repository.keycloak import keycloak

    for found in desk.each(lambda path, raw: list(keycloak(path, raw)), TEXT_FILE):
        yield from found


def _pipelines(desk: Desk) -> Iterator[Seen]:
    from rempart.collectors.repository.pipelines import pipeline

    for found in desk.each(lambda path, raw: list(pipeline(path, raw))):
        yield from found


def _ansible(desk: Desk) -> Iterator[Seen]:
    from rempart.collectors.repository.ansible.files import book

    books = [found for found in desk.each(book) if found is not None]
    if books:
        from rempart.collectors.repository.ansible.estate import declared

        yield from declared(books)


def _servers(desk: Desk) -> Iterator[Seen]:
    from rempart.collectors.repository.servers.lines import Text
    from rempart.collectors.repository.servers.reading import Reader, declared

    def read(text: Text, reader: Reader) -> Iterator[Observation]:
        try:
            yield from list(reader(text))
        except CollectError as error:
            desk.gap(text.path, error.reason, str(error))
        except ContentErrors as errors:
            first = errors.errors[0]
            desk.gap(text.path, _reason(first.message), f"line {first.line}: {first.message}")

    texts = desk.each(lambda path, raw: Text(path, raw.decode("utf-8", "replace")))
    yield from declared(list(texts), read)


def _nginx(desk: Desk) -> Iterator[Seen]:
    from rempart.collectors.repository.daemons import nginx

    yield from nginx(desk)


def _sshd(desk: Desk) -> Iterator[Seen]:
    from rempart.collectors.repository.daemons import sshd

    yield from sshd(desk)


def _text(desk: Desk) -> Iterator[Seen]:
    from rempart.collectors.repository.secrets.text import Text, searched, text_of

    def look(path: str, text: Text) -> list[Seen]:
        if not text.whole:
            detail = f"longer than {TEXT_FILE} bytes; only these were searched"
            desk.gap(path, Reason.LIMIT, detail)
        return list(searched(path, text.content, desk.rules))

    for found in desk.each(look, TEXT_FILE, text_of):
        yield from found


_READERS: dict[str, Callable[[Desk], Iterator[Seen]]] = {
    "terraform": _terraform,
    "plan": _plan,
    "compose": _compose,
    "dockerfile": _dockerfile,
    "ansible": _ansible,
    "keycloak": _keycloak,
    "pipelines": _pipelines,
    "servers": _servers,
    "manifests": _manifests,
    "nginx": _nginx,
    "sshd": _sshd,
    "text": _text,
}

if __name__ == "__main__":
    main()
