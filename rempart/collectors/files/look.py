"""Into a file, whatever it is: texts counted, members and attachments opened, nothing kept.

What cannot be read is counted with its reason; a limit of the whole file ends the looking.
"""

import codecs
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from rempart.collectors.artefacts.kinds import Kind
from rempart.collectors.artefacts.recognition import kind
from rempart.collectors.files import archives, mail, office
from rempart.collectors.files.formats import Format, told
from rempart.collectors.files.parts import Allowance, FilePart, Part, Spent, inflated
from rempart.collectors.files.pdf import Attached, Documents, Locked
from rempart.collectors.files.scan import Scan, whole
from rempart.errors import CollectError, Limited, NoCollector, Reason, Truncated

RANDOM: Final = "its bytes look encrypted or packed, and no format is recognised"
PDF: Final = 256 << 20  # bytes of one document: scans are large
PICTURED: Final = "pages that are pictures: what they say is not known"
# Three digits of UTF-16 one after another; only then are its texts looked for among other bytes.
_SPACED: Final = bytes(48 if 48 <= byte <= 57 else 110 if not byte else 120 for byte in range(256))
_WIDE: Final = re.compile(rb"(?:[ -~]\0){15,}")


@dataclass(slots=True)
class Looked:
    """What was in one file, its members included."""

    format: str = ""
    scan: Scan = field(default_factory=Scan)
    parts: int = 0
    images: int = 0
    documents: int = 0  # whose pages are pictures, at least in part
    pages: int = 0
    sealed: int = 0
    unread: Counter[tuple[Reason, str]] = field(default_factory=Counter)

    def missed(self, error: CollectError) -> None:
        """Something in it was not read."""
        self.unread[(error.reason, str(error))] += 1


class Look:
    """Looks into files; `taken` is given the pieces of a whole text besides, for its records."""

    def __init__(self, documents: Documents, over: Callable[[], str]) -> None:
        self._documents = documents
        self._over = over

    def into(self, file: BinaryIO, name: str, size: int, kind_: Kind, head: "Head") -> Looked:
        """What is in a file. Never raises CollectError: what was not read is counted."""
        allowance, looked = Allowance(self._over), Looked()
        try:
            part = FilePart(name, file, size, allowance)
            one = _One(self._documents, allowance, looked, head)
            looked.format = one.look(part, 0, kind_)
        except CollectError as error:
            looked.missed(error)
        return looked


class Head:
    """The beginning of a text, as it stands once unpacked; kept for a look at its records."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.content = bytearray()
        self.wanted = True

    def passing(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """The same pieces; the first are kept."""
        self.wanted = False  # of the first text only
        for piece in pieces:
            if len(self.content) < self._most:
                self.content += piece[: self._most - len(self.content)]
            yield piece

    @property
    def cut(self) -> bool:
        """Whether the text goes on behind what was kept."""
        return len(self.content) >= self._most


class _One:
    """One file being looked into."""

    def __init__(
        self, documents: Documents, allowance: Allowance, looked: Looked, head: Head
    ) -> None:
        self.documents = documents
        self.allowance = allowance
        self.looked = looked
        self.head = head

    def look(self, part: Part, depth: int, kind_: Kind | None = None) -> str:
        """Look into it, and say what it was. Raises CollectError for what ended that."""
        form = told(part.head)
        if kind_ is None:
            kind_ = kind(part.head, part.name, size=part.size)
        if kind_.encryption and form.way not in ("pdf", "zip"):
            self.looked.sealed += 1
            return kind_.encryption
        ways: dict[str, Callable[[Part, int, Format], str]] = {
            "text": self._text,
            "utf-16": self._wide,
            "raw": self._raw,
            "rtf": self._rtf,
            "packed": self._packed,
            "zip": self._zip,
            "tar": self._tar,
            "pdf": self._pdf,
            "mbox": self._mbox,
            "mail": self._mail,
            "picture": self._picture,
        }
        way = ways.get(form.way)
        if way is not None:
            return way(part, depth, form)
        if form.way == "empty":
            return form.name
        raise NoCollector(f"nothing here reads {form.name}" if form.name else RANDOM)

    def _member(self, part: Part, depth: int) -> None:
        """One thing inside another; what of it is not read does not end the other."""
        self.looked.parts += 1
        try:
            self.look(part, depth)
        except Spent:
            raise
        except CollectError as error:
            self.looked.missed(error)

    def _text(self, part: Part, depth: int, form: Format) -> str:
        pieces = part.pieces()
        if self.head.wanted:
            pieces = self.head.passing(pieces)
        for block in whole(pieces):
            self.looked.scan.add(block)
        return form.name

    def _wide(self, part: Part, depth: int, form: Format) -> str:
        decoder = codecs.getincrementaldecoder(form.name)("replace")
        pieces: Iterator[bytes] = (
            decoder.decode(piece).lstrip("\ufeff").encode() for piece in part.pieces()
        )
        if self.head.wanted:
            pieces = self.head.passing(pieces)
        for block in whole(pieces):
            self.looked.scan.add(block)
        return "text, UTF-16"

    def _raw(self, part: Part, depth: int, form: Format) -> str:
        before = b""
        for block in whole(part.pieces()):
            self.looked.scan.add(block)
            if b"0n0n0n" in block.translate(_SPACED):
                wide = (match[0].replace(b"\0", b"") for match in _WIDE.finditer(block))
                self.looked.scan.add(b"\n".join(wide))
            if form.name != "binary":
                self.looked.scan.add(office.figures(before + block))
                before = block[1 - office.CELL :]  # too short for a whole cell
        return form.name

    def _rtf(self, part: Part, depth: int, form: Format) -> str:
        for block in whole(part.pieces()):
            self.looked.scan.add(b"\n" + office.rtf(block))
        return form.name

    def _packed(self, part: Part, depth: int, form: Format) -> str:
        self.allowance.member(depth + 1)
        pieces = inflated(part.pieces(), form.name)
        pieces = self.allowance.unpacked(pieces, part.size, counted=False)
        inner = Part(part.name, pieces, part.size)
        if told(inner.head).way == "packed" and inner.head == part.head:
            raise Limited("unpacks to itself")
        return f"{self.look(inner, depth + 1)}, {form.name}"

    def _zip(self, part: Part, depth: int, form: Format) -> str:
        self.head.wanted = False
        with archives.opened(part.seekable()) as archive:
            infos = [one for one in archive.infolist() if not one.is_dir()]
            names = {one.filename for one in infos}
            kind_ = office.office(names)
            for info in infos:
                if info.flag_bits & 1:
                    self.looked.sealed += 1
                    continue
                try:
                    self.allowance.member(depth + 1)
                    inner = archives.member(archive, info, self.allowance)
                    if kind_ and office.written(info.filename):
                        for block in whole(office.text(inner.pieces())):
                            self.looked.scan.add(block)
                    elif office.cells(info.filename):
                        self._raw(inner, depth, Format("raw", "xlsb"))
                    elif not kind_ or office.attached(info.filename):
                        self._member(inner, depth + 1)
                except Spent:
                    raise
                except CollectError as error:
                    self.looked.missed(error)
        return kind_ or form.name

    def _tar(self, part: Part, depth: int, form: Format) -> str:
        self.head.wanted = False
        for inner in archives.tar_members(part.pieces(), self.allowance, depth + 1):
            self._member(inner, depth + 1)
        return form.name

    def _pdf(self, part: Part, depth: int, form: Format) -> str:
        data = part.content(PDF)
        pictures = 0
        try:
            for page in self.documents.pages(data):
                self.allowance.check()
                if page is None:
                    pictures += 1
                elif isinstance(page, Attached):
                    self.allowance.member(depth + 1)
                    inner = Part(page.name, iter((page.content,)), len(page.content))
                    self._member(inner, depth + 1)
                else:
                    self.looked.scan.add(page.replace(b"\r\n", b"\n") + b"\n")
        except Locked:
            self.looked.sealed += 1
            return "PDF with a password"
        if pictures:
            self.looked.documents += 1
            self.looked.pages += pictures
            self.looked.unread[(Reason.NO_COLLECTOR, PICTURED)] += pictures
        return form.name

    def _mbox(self, part: Part, depth: int, form: Format) -> str:
        for message in mail.messages(part.pieces()):
            self._leaves(message, depth)
        return form.name

    def _mail(self, part: Part, depth: int, form: Format) -> str:
        self._leaves(part.content(), depth)
        return form.name

    def _leaves(self, message: bytes, depth: int) -> None:
        self.head.wanted = False
        try:
            for leaf in mail.leaves(message):
                if leaf.type.startswith("text/html"):
                    self.looked.scan.add(office.plain(leaf.content) + b"\n")
                elif leaf.type.startswith("text/") and not leaf.name:
                    self.looked.scan.add(leaf.content + b"\n")
                elif leaf.content.strip():
                    self.allowance.member(depth + 1)
                    inner = Part(leaf.name, iter((leaf.content,)), len(leaf.content))
                    self._member(inner, depth + 1)
        except Spent:
            raise
        except CollectError as error:
            self.looked.missed(error)
        except (ValueError, LookupError, TypeError, IndexError):  # headers of no sense
            self.looked.missed(Truncated("a message that is damaged"))

    def _picture(self, part: Part, depth: int, form: Format) -> str:
        self.looked.images += 1
        return form.name
