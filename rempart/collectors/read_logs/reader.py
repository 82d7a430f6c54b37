"""A log read from its first line to its last; these sources also run on the audited host.

Only the standard library and this package's own files are needed here, so that a log on another
host is read where it lies and nothing but counts leaves it.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final, Protocol

from rempart.collectors.read_logs import sources
from rempart.collectors.read_logs.fields import Parsed
from rempart.collectors.read_logs.mapping import SAMPLE, Declared, Mapped, mapping
from rempart.collectors.read_logs.sources import Cut, Found, LogFile, Missing
from rempart.collectors.read_logs.tally import Tally
from rempart.reading.batch import Batch

JOINED: Final = 20_000  # lines that go to the measuring at once
UNKNOWN: Final = "a file has no format known here; declare format, account, person and time"


class Measuring(Protocol):
    """What takes the batches."""

    def take(self, batch: Batch) -> None:
        """Count these lines."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read and what it named; plain numbers and words, so that it can be sent."""

    format: str
    guessed: bool
    files: int
    size: int
    lines: int
    unread: int
    overlong: int
    reads: int
    named: int
    without_account: int
    without_person: int
    without_time: int
    hashed: int
    urls: int
    exposed: int
    timed: int
    backwards: int
    farthest: int
    ahead: int
    zoned: int
    unzoned: int
    zones: tuple[str, ...]
    missed: tuple[tuple[str, str], ...]  # why not all of it was read: reasons and details

    def plain(self) -> dict[str, Any]:
        """The same as a mapping."""
        return asdict(self)


def read_files(
    path: str | Found,
    declared: Declared,
    tally: Tally,
    measure: Measuring,
    over: Callable[[int], str],
) -> Facts:
    """Every file of the log, read and measured.

    `path` may be what was found there before. `over` is told how many lines were read, and says in
    words why to stop, or nothing. Raises Missing where there is no log, or none of a format known
    here.
    """
    log = sources.found(path) if isinstance(path, str) else path
    cut, found = Cut(reasons=list(log.reasons)), log.files
    formats: dict[str, Mapped] = {}
    whole: list[LogFile] = []
    for place, file in enumerate(found):
        mapped = _mapped(file, declared, cut)
        if mapped is None:
            continue
        formats.setdefault(mapped.format, mapped)
        whole.append(file)
        tally.begin(mapped)
        parser = mapped.parser()
        parsed = (parser.parse(block) for block in sources.blocks(file, cut))
        if reason := _take(parsed, tally, measure, over):
            cut.add("limit", f"{reason}, in file {place + 1} of {len(found)}")
            break
    if not formats:
        raise Missing(*(cut.reasons[0] if cut.reasons else ("no collector", UNKNOWN)))
    guessed = any(mapped.guessed for mapped in formats.values())
    return facts(tally, cut, ", ".join(formats), guessed=guessed, files=whole)


def read_records(
    records: Iterable[Parsed],
    mapped: Mapped,
    tally: Tally,
    measure: Measuring,
    over: Callable[[int], str],
) -> Facts:
    """Records of a table, read and measured the same way.

    What was read before they end with Missing stands. Raises Missing where that is nothing.
    """
    cut = Cut()
    tally.begin(mapped)
    if reason := _take(_until_cut(records, cut), tally, measure, over):
        cut.add("limit", reason)
    if cut.reasons and not tally.lines:
        raise Missing(*cut.reasons[0])
    return facts(tally, cut, mapped.format, guessed=mapped.guessed, files=())


def facts(tally: Tally, cut: Cut, form: str, *, guessed: bool, files: Iterable[LogFile]) -> Facts:
    """What the tally counted."""
    clock, sizes = tally.clock, [file.size for file in files]
    return Facts(
        format=form,
        guessed=guessed,
        files=len(sizes),
        size=sum(sizes),
        lines=tally.lines + cut.overlong,
        unread=tally.unread,
        overlong=cut.overlong,
        reads=tally.reads,
        named=tally.named,
        without_account=tally.without_account,
        without_person=tally.without_person,
        without_time=tally.without_time,
        hashed=tally.hashed,
        urls=tally.urls,
        exposed=tally.exposed,
        timed=clock.lines,
        backwards=clock.backwards,
        farthest=clock.farthest,
        ahead=clock.ahead,
        zoned=clock.zoned,
        unzoned=clock.unzoned,
        zones=tuple(sorted(clock.zones)),
        missed=tuple(cut.reasons),
    )


def _mapped(file: LogFile, declared: Declared, cut: Cut) -> Mapped | None:
    try:
        sample = sources.sample(file, SAMPLE, cut)
    except PermissionError:
        cut.add("privilege", "a file of the log may not be read")
        return None
    except OSError:
        cut.add("truncated", sources.GONE)
        return None
    if not sample.strip(b"\0\r\n \t"):
        return None
    mapped = mapping(declared, sample)
    if mapped is None:
        cut.add("no collector", UNKNOWN)
    return mapped


def _take(
    parsed: Iterable[Parsed], tally: Tally, measure: Measuring, over: Callable[[int], str]
) -> str:
    """Hand everything on; why it stopped before the end, if it did."""
    ended: list[str] = []
    for batch in _joined(map(tally.batch, _until(parsed, tally, over, ended))):
        measure.take(batch)
    return ended[0] if ended else ""


def _until(
    parsed: Iterable[Parsed], tally: Tally, over: Callable[[int], str], ended: list[str]
) -> Iterator[Parsed]:
    """Blocks until it is time to stop; why is then put into `ended`."""
    for block in parsed:
        yield block
        if reason := over(tally.lines):
            ended.append(reason)
            return


def _until_cut(records: Iterable[Parsed], cut: Cut) -> Iterator[Parsed]:
    try:
        yield from records
    except Missing as missing:
        cut.add(missing.reason, missing.detail)


def _joined(batches: Iterable[Batch]) -> Iterator[Batch]:
    """Batches put together until they are worth a call."""
    held = Batch()
    for batch in batches:
        held.times.extend(batch.times)
        held.accounts.extend(batch.accounts)
        held.people.extend(batch.people)
        held.addresses.extend(batch.addresses)
        held.flags.extend(batch.flags)
        if len(held.times) >= JOINED:
            yield held
            held = Batch(array("q"), array("Q"), array("Q"), array("Q"), bytearray())
    if len(held.times):
        yield held
