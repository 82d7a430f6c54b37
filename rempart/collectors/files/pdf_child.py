"""The program that reads PDF files: started apart, limited, killed where it does not answer.

It is given lengths and documents on its standard input, and answers in frames of one letter, a
length and bytes: T a text (a page, what its fields hold, the document's properties), P a page that
is a picture, N a page with nothing, A an attachment (its name, a zero byte, its bytes), E the end,
L a document that asks for a password, X one that cannot be read. It stands alone: nothing of the
project is imported here.
"""

import contextlib
import ctypes
import resource
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, BinaryIO

MEMORY = 1 << 30
PAGES = 20_000
ATTACHED = 200
FIELDS = 2_000  # of one page
LONGEST = 1 << 20  # bytes of a field's text
PASSWORD = 4  # FPDF_ERR_PASSWORD
IMAGE = 3  # FPDF_PAGEOBJ_IMAGE


def limited() -> None:
    """No file of this process may grow, no core be written, no memory beyond a gigabyte."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def tell(out: BinaryIO, letter: bytes, content: bytes = b"") -> None:
    """One frame."""
    out.write(letter + len(content).to_bytes(8, "big") + content)


def read(pdfium: Any, data: bytes, out: BinaryIO) -> None:  # noqa: ANN401
    """The pages, fields and attachments of one document."""
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        tell(out, b"L" if getattr(error, "err_code", None) == PASSWORD else b"X")
        return
    with contextlib.closing(document):
        with contextlib.suppress(pdfium.PdfiumError):
            document.init_forms()
        told = "\n".join(document.get_metadata_dict(skip_empty=True).values())
        if told:
            tell(out, b"T", told.encode("utf-8", "replace"))
        for number in range(min(len(document), PAGES)):
            _page(pdfium, document, number, out)
        for number in range(min(document.count_attachments(), ATTACHED)):
            with contextlib.suppress(pdfium.PdfiumError):
                one = document.get_attachment(number)
                name = one.get_name().encode("utf-8", "replace").replace(b"\0", b"")
                tell(out, b"A", name + b"\0" + bytes(one.get_data()))
    tell(out, b"E")


def _page(pdfium: Any, document: Any, number: int, out: BinaryIO) -> None:  # noqa: ANN401
    try:
        page = document[number]
    except pdfium.PdfiumError:
        tell(out, b"X")
        return
    with contextlib.closing(page):
        with contextlib.closing(page.get_textpage()) as text:
            found = text.get_text_bounded()
        if found.strip():
            tell(out, b"T", found.encode("utf-8", "replace"))
        else:
            pictured = next(iter(page.get_objects(filter=(IMAGE,), max_depth=4)), None)
            tell(out, b"N" if pictured is None else b"P")
        fields = "\n".join(_fields(pdfium.raw, document, page))
        if fields:
            tell(out, b"T", fields.encode("utf-8", "replace"))


def _fields(raw: Any, document: Any, page: Any) -> Iterator[str]:  # noqa: ANN401
    """What the fields of a form and the notes on a page hold; a page's text has none of it."""
    form = document.formenv
    for number in range(min(raw.FPDFPage_GetAnnotCount(page), FIELDS)):
        note = raw.FPDFPage_GetAnnot(page, number)
        if not note:
            continue
        yield _string(partial(raw.FPDFAnnot_GetStringValue, note, b"Contents"))
        if form is not None:
            yield _string(partial(raw.FPDFAnnot_GetFormFieldValue, form, note))
        raw.FPDFPage_CloseAnnot(note)


def _string(ask: Callable[[Any, int], int]) -> str:
    """A string of pdfium: asked for its length, then for its UTF-16."""
    size = ask(None, 0)
    if not 2 < size <= LONGEST:
        return ""
    held = (ctypes.c_ushort * (size // 2))()
    ask(held, size)
    return bytes(held)[:-2].decode("utf-16-le", "replace")


def main() -> None:
    """Documents until the input ends."""
    import pypdfium2 as pdfium

    limited()
    out, source = sys.stdout.buffer, sys.stdin.buffer
    while len(size := source.read(8)) == 8:
        read(pdfium, source.read(int.from_bytes(size, "big")), out)
        out.flush()


if __name__ == "__main__":
    main()
