"""The program that reads PDF files: started apart, limited, killed where it does not answer.

It is given lengths and documents on its standard input, and answers in frames of one letter, a
length and bytes: T a page's text, P a page that is a picture, N a page with nothing, E the end, L
a document that asks for a password, X one that cannot be read. It stands alone: nothing of the
project is imported here.
"""

import contextlib
import resource
import sys
from typing import Any, BinaryIO

MEMORY = 1 << 30
PAGES = 20_000
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
    """The pages of one document."""
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        tell(out, b"L" if getattr(error, "err_code", None) == PASSWORD else b"X")
        return
    with contextlib.closing(document):
        for number in range(min(len(document), PAGES)):
            _page(pdfium, document, number, out)
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
