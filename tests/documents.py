"""Files with synthetic people in them: numbers of commune 000, which no town has."""

import base64
import io
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rempart.check import Gap, Observation
from rempart.collectors import files
from rempart.judge.identifiers import proven
from rempart.observations.documents import FilesRead, Finding, Pictures
from rempart.observations.identifiers.french import nir_key
from rempart.transport.access import Access


def numbers(count: int, start: int = 1) -> Iterator[str]:
    """Valid numbers with their keys, each another one."""
    for order in range(start, start + count):
        body = f"185057{order % 1000:03d}{order // 1000 % 10}000"
        yield f"{body}{nir_key(body):02d}"


PEOPLE = list(numbers(20))
TEXT = "".join(f"Dossier de {one}, à rappeler\n" for one in PEOPLE)


def tarred(mode: str = "w", *, format_: int = tarfile.PAX_FORMAT) -> bytes:
    """An archive of tar with TEXT under a short and a long name, and a link that leads out."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, format=format_) as archive:  # type: ignore[call-overload]
        for name in ("a.txt", "long/" + "x" * 150 + ".txt"):
            info = tarfile.TarInfo(name)
            info.size = len(TEXT.encode())
            archive.addfile(info, io.BytesIO(TEXT.encode()))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return buffer.getvalue()


def everything(path: Path, *, seconds: float = 60) -> list[Observation | Gap]:
    """All that is seen below a folder."""
    subject = SimpleNamespace(id="exports", kind="files", path=path, on="")
    access = Access.offline(subject, seconds=seconds)
    return list(files.collect(subject, access, frozenset(files.BRINGS)))


def read(path: Path, *, seconds: float = 60) -> FilesRead:
    """What was read below a folder."""
    (found,) = [one for one in everything(path, seconds=seconds) if isinstance(one, FilesRead)]
    return found


def pictures(path: Path) -> list[Pictures]:
    """The pictures of a folder."""
    return [one for one in everything(path) if isinstance(one, Pictures)]


def sure(finding: Finding) -> list[tuple[str, str, int]]:
    """The classes, encodings and counts that are proven."""
    return [
        (one.identifier, one.encoding, one.valid)
        for one in finding.counts
        if proven(one.identifier, one.candidates, one.valid)
    ]


def found(path: Path) -> dict[str, list[tuple[str, str, int]]]:
    """What is proven, file by file."""
    return {one.path: proved for one in read(path).findings if (proved := sure(one))}


def missed(path: Path) -> list[tuple[str, str, str]]:
    """What was not read: path, reason, detail."""
    return [(one.path, str(one.reason), one.detail) for one in read(path).unread]


def grouped(number: str) -> str:
    """A number as people write it."""
    cuts = (0, 1, 3, 5, 7, 10, 13, 15)
    return " ".join(number[a:b] for a, b in pairwise(cuts))


def docx(values: list[str], **members: bytes) -> bytes:
    """A document whose numbers a word processor cut into two runs each."""
    runs = "".join(
        f"<w:p><w:r><w:t>{one[:6]}</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>{one[6:]}</w:t></w:r></w:p>"
        for one in values
    )
    return zipped(
        {
            "[Content_Types].xml": b"<Types/>",
            "word/document.xml": f"<w:document><w:body>{runs}</w:body></w:document>".encode(),
            **members,
        }
    )


def xlsx(values: list[str]) -> bytes:
    """A workbook with the numbers as shared strings and, again, as figures."""
    strings = "".join(f"<si><t>{one}</t></si>" for one in values)
    cells = "".join(f'<row><c r="A{n}"><v>{one}</v></c></row>' for n, one in enumerate(values))
    return zipped(
        {
            "[Content_Types].xml": b"<Types/>",
            "xl/sharedStrings.xml": f"<sst>{strings}</sst>".encode(),
            "xl/worksheets/sheet1.xml": f"<sheetData>{cells}</sheetData>".encode(),
        }
    )


def odt(values: list[str]) -> bytes:
    """An OpenDocument text."""
    text = "".join(
        f"<text:p>NIR {one[:5]}<text:span>{one[5:]}</text:span></text:p>" for one in values
    )
    return zipped({
        "mimetype": b"application/vnd.oasis.opendocument.text",
        "content.xml": f"<office:text>{text}</office:text>".encode(),
        "META-INF/manifest.xml": b"<manifest:manifest/>",
    })  # fmt: skip


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def message(values: list[str], *attached: tuple[str, bytes]) -> bytes:
    """A message with a quoted-printable body and attachments in base64."""
    body = "=0D=0A".join(f"Assur=C3=A9=20{one[:8]}=\n{one[8:]}" for one in values)
    parts = [
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
        + body
    ]
    for name, content in attached:
        text = base64.encodebytes(content).decode()
        parts.append(
            "Content-Type: application/octet-stream\n"
            f'Content-Disposition: attachment; filename="{name}"\n'
            f"Content-Transfer-Encoding: base64\n\n{text}"
        )
    mime = "".join(f"--b0\n{part}\n" for part in parts) + "--b0--\n"
    return (
        "Received: from a by b\nMessage-ID: <1@x>\nFrom: a@payer.example\nTo: b@payer.example\n"
        "Subject: dossiers\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b0\n\n"
        + mime
    ).encode()


def pdf(pages: Sequence[str | None], *, drawn: bool = True) -> bytes:
    """A PDF with a page for each text; None is a page that shows a picture alone."""
    objects: list[bytes] = [b"", b""]
    kids = []
    picture = (
        b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray "
        b"/BitsPerComponent 8 /Length 1 >>\nstream\n\x80\nendstream"
    )
    for text in pages:
        content = (
            b"q 500 0 0 700 40 40 cm /I Do Q" if text is None
            else b"BT /F 12 Tf 40 700 Td (%b) Tj ET" % text.encode("latin-1")
        )  # fmt: skip
        if not drawn:
            content = b""
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content))
        objects.append(picture)
        number = len(objects)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << "
            b"/XObject << /I %d 0 R >> /Font << /F << /Type /Font /Subtype /Type1 /BaseFont "
            b"/Helvetica >> >> >> >>" % (number - 1, number)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%b] >>" % (len(kids), b" ".join(kids))
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )
    return bytes(out)


def nothing_of(values: list[str], told: Any, *, size: int = 5) -> bool:
    """Whether no so many characters of any value stand in what was told."""
    text = str(told)
    return not any(one[at : at + size] in text for one in values for at in range(16 - size))
