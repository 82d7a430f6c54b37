"""What was read below a folder, added up while its files pass by."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rempart.collectors.files.look import Looked
from rempart.collectors.files.places import context
from rempart.errors import Reason
from rempart.observations.documents import (
    PLACES,
    FilesRead,
    Finding,
    Pictures,
    Place,
    Unread,
)

MOST: Final = 400  # findings, and things not read, that are named
FOLDERS: Final = 200  # with pictures that are told apart
FIGURES: Final = ("files", "size", "lines", "records", "record_lines")  # of `Place`, in its order
LEVELS: Final = 3  # of a path that tell folders with pictures apart


@dataclass(slots=True)
class _Shown:
    """The pictures of one folder."""

    images: int = 0
    documents: int = 0
    pages: int = 0
    context: str = ""
    sealed: bool = True


class Tally:
    """Files of one subject, as they are looked into."""

    def __init__(self) -> None:
        self._places: dict[str, Counter[str]] = {}
        self._findings: list[Finding] = []
        self._unread: list[Unread] = []
        self._more_findings = self._more_unread = 0
        self._sealed = 0
        self._pictures: dict[str, _Shown] = {}
        self._left: Counter[tuple[str, str]] = Counter()

    def left(self, place: str, why: str) -> None:
        """A link, a pipe, a device that was not opened."""
        self._left[(place, why)] += 1

    def missed(self, path: str, place: str, reason: Reason, detail: str, count: int = 1) -> None:
        """Something was not read."""
        if len(self._unread) >= MOST:
            self._more_unread += count
        else:
            self._unread.append(Unread(path, place, reason, detail, count))

    def add(self, path: str, place: str, size: int, looked: Looked, *, records: bool) -> None:
        """One file that was looked into."""
        if looked.scan.size:  # a picture, or what is encrypted, was not read
            figures = self._places.setdefault(place, Counter())
            lines = looked.scan.lines
            figures.update(files=int(not looked.unread), size=size, lines=lines)
            if records:
                figures.update(records=int(not looked.unread), record_lines=lines)
        self._sealed += looked.sealed
        for (reason, detail), count in looked.unread.items():
            self.missed(path, place, reason, detail, count)
        counts = looked.scan.counts()
        if not counts:
            return
        urls, statements = tuple(looked.scan.in_urls), looked.scan.in_statements
        self._findings.append(
            Finding(path, place, looked.format, counts, (urls[0], urls[1]), statements, records)
        )
        if len(self._findings) >= 2 * MOST:
            self._shorten()

    def pictured(self, path: str, looked: Looked, *, sealed: bool) -> None:
        """The pictures of one file, counted by its folder."""
        if not looked.images and not looked.documents:
            return
        folder = "/".join(path.split("/")[:-1][:LEVELS]) or "."
        if folder not in self._pictures and len(self._pictures) >= FOLDERS:
            folder = "."
        shown = self._pictures.setdefault(folder, _Shown())
        shown.images += looked.images
        shown.documents += looked.documents
        shown.pages += looked.pages
        shown.context = shown.context or context(path)
        shown.sealed = shown.sealed and sealed

    def _shorten(self) -> None:
        self._findings.sort(key=lambda one: -max(count.valid for count in one.counts))
        self._more_findings += len(self._findings) - MOST
        del self._findings[MOST:]

    def observations(self, source: str) -> Iterator[FilesRead | Pictures]:
        """Everything there is to say of the folder."""
        if len(self._findings) > MOST:
            self._shorten()
        for (place, why), count in sorted(self._left.items()):
            self.missed(".", place, Reason.NO_COLLECTOR, why, count)
        places = (
            Place(name, *(figures[one] for one in FIGURES))
            for name in PLACES
            if (figures := self._places.get(name)) is not None
        )
        yield FilesRead(
            tuple(places),
            tuple(sorted(self._findings, key=lambda one: one.path)),
            tuple(self._unread),
            self._more_findings,
            self._more_unread,
            self._sealed,
            source=source,
        )
        for folder, one in sorted(self._pictures.items()):
            yield Pictures(
                *(one.images, one.documents, one.pages, one.context, one.sealed),
                key=folder,
                source=folder,
            )
