"""The text of office files, without an XML parser: tags go, what stands in one paragraph is joined.

A number that a word processor cut into runs (`<w:t>185057</w:t>...<w:t>800608491</w:t>`) is whole
again; cells, paragraphs and table rows stay apart. No entity is resolved but XML's own five and
character references, so that none can grow.
"""

import re
import struct
from collections.abc import Iterator
from typing import Final

LONGEST: Final = 1 << 20  # bytes of one tag, and of what may wait for its end
# Ends of what stands for itself: paragraphs, cells, rows, shared strings, breaks and tabs.
_APART: Final = re.compile(
    rb"</(?:w:p|a:p|text:p|text:h|si|c|v|row|w:tc|table:table-cell|dc:\w+|cp:\w+|t)>"
    rb"|<(?:w:br|w:tab|a:br|text:tab|text:line-break|text:s|w:cr)\b[^<>]*>"
)
_SHARED: Final = re.compile(rb"</r>\s{0,99}<r>|</t>(?=\s{0,99}</r>)")
_TAG: Final = re.compile(rb"<[^<>]*>")  # no `<` inside: a text full of them takes no longer
_VALUE: Final = re.compile(rb'office:value="([^"]{1,64})"|Target="([^"]{1,512})"')
_REFERENCE: Final = re.compile(rb"&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(lt|gt|amp|quot|apos));")
_NAMED: Final = {b"lt": b"<", b"gt": b">", b"amp": b"&", b"quot": b'"', b"apos": b"'"}
_TEXTS: Final = re.compile(
    r"^(?:word/(?!theme|styles|settings|fontTable|webSettings|numbering)[^/]+\.xml"
    r"|word/_rels/[^/]+\.rels|xl/(?:sharedStrings|comments\d*)\.xml|xl/worksheets/[^/]+\.xml"
    r"|xl/(?:externalLinks|pivotCache|queryTables|threadedComments)/[^/]+\.xml"
    r"|ppt/(?:slides|notesSlides|comments)/[^/]+\.xml|docProps/[^/]+\.xml|customXml/[^/]+\.xml"
    r"|content\.xml|meta\.xml|styles\.xml|Object \d+/content\.xml)$"
)


def office(names: set[str]) -> str:
    """The office format of an archive with these members; empty where it is none."""
    if "[Content_Types].xml" in names:
        for folder, name in (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx")):
            if any(one.startswith(folder) for one in names):
                return name
        return "Office Open XML"
    if "content.xml" in names and "META-INF/manifest.xml" in names:
        return "OpenDocument"
    return ""


def written(name: str) -> bool:
    """Whether a member of an office file holds text of its author."""
    return _TEXTS.match(name) is not None


def attached(name: str) -> bool:
    """Whether a member is a picture of the document, or a file put into it."""
    return "/media/" in name or "/embeddings/" in name or name.startswith("Pictures/")


def cells(name: str) -> bool:
    """Whether a member holds the cells or strings of a binary workbook (xlsb)."""
    return name.startswith(("xl/worksheets/", "xl/sharedStrings")) and name.endswith(".bin")


def text(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The text of one XML member, a piece at a time."""
    left = b""
    for piece in pieces:
        left += piece
        # Cut before the last paragraph's end is cut: runs of one paragraph stay together.
        end = max(left.rfind(b"</w:p>"), left.rfind(b"</row>"), left.rfind(b"</si>"))
        end = end if end > 0 else left.rfind(b"<") if len(left) > LONGEST else -1
        if end > 0:
            yield plain(left[:end])
            left = left[end:]
        if len(left) > 4 * LONGEST:
            yield plain(left)
            left = b""
    if left:
        yield plain(left)


def plain(xml: bytes) -> bytes:
    """The text of a stretch of XML."""
    values = [found for pair in _VALUE.findall(xml) for found in pair if found]
    joined = _APART.sub(b"\n", _SHARED.sub(b"", xml))
    stripped = _TAG.sub(b"", joined)
    if b"&" in stripped:
        stripped = _REFERENCE.sub(_character, stripped)
    return b"\n".join((stripped, *values))


def _character(match: re.Match[bytes]) -> bytes:
    if match[3]:
        return _NAMED[match[3]]
    number = int(match[1]) if match[1] else int(match[2], 16)
    if number > 0x10FFFF or 0xD800 <= number < 0xE000:
        return b""
    return chr(number).encode()


# Ends of what stands for itself in RTF; every other control word goes, and what it joins is joined.
_RTF_APART: Final = re.compile(rb"\\(?:par|pard|cell|row|line|tab|sect|page|nestcell)(?![a-z])")
_RTF_WORD: Final = re.compile(rb"\\(?:[a-zA-Z]{1,32}-?\d{0,10} ?|[^a-zA-Z'])|[{}\r\n]")
_RTF_BYTE: Final = re.compile(rb"\\'([0-9a-fA-F]{2})")


def rtf(text: bytes) -> bytes:
    """The text of a stretch of RTF (1.9.1)."""
    stripped = _RTF_WORD.sub(b"", _RTF_APART.sub(b"\x01", text))
    decoded = _RTF_BYTE.sub(lambda match: bytes((int(match[1], 16),)), stripped)
    return decoded.replace(b"\x01", b"\n")


# A number in a cell: the record NUMBER of BIFF8 (MS-XLS 2.4.180), BrtCellReal of MS-XLSB 2.4.311.
CELL: Final = 18  # bytes of either
_CELL: Final = re.compile(rb"(?:\x03\x02\x0e\0.{6}|\x05\x10.{8})(.{7}[\x40-\x43])", re.DOTALL)


def figures(block: bytes) -> bytes:
    """Whole numbers of thirteen and fifteen digits among the cells of a binary workbook."""
    values = (struct.unpack("<d", match[1])[0] for match in _CELL.finditer(block))
    whole = (int(one) for one in values if 1e12 <= one < 1e15 and one.is_integer())
    return b"".join(b"\n%d\n" % one for one in whole)
