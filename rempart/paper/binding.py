"""Parts bound into one PDF: numbered, tagged for readers' software, the same bytes each time."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pydyf

if TYPE_CHECKING:
    from weasyprint import Document


def bound(front: "Document", body: "Document") -> bytes:
    """Both as one PDF, titled and dated as the front says; its pages are numbered apart."""
    first = len(front.pages)

    def finished(_: object, pdf: Any) -> None:  # noqa: ANN401
        _scoped(pdf)
        labels = [0, pydyf.Dictionary({"S": "/r"}), first, pydyf.Dictionary({"S": "/D"})]
        pdf.catalog["PageLabels"] = pydyf.Dictionary({"Nums": pydyf.Array(labels)})

    pages = [*front.pages, *body.pages]
    with unswept(), _remembered():
        content: bytes = front.copy(pages).write_pdf(finisher=finished, pdf_tags=True)
    return content


def _scoped(pdf: Any) -> None:  # noqa: ANN401
    """Say of each header cell whether it heads a row or a column; WeasyPrint leaves that out."""
    cells = [one for one in pdf.objects if isinstance(one, dict) and one.get("S") == "/TD"]
    rows = {bytes(cell["P"]) for cell in cells}
    for one in pdf.objects:
        if isinstance(one, dict) and one.get("S") == "/TH" and "A" in one:
            one["A"]["Scope"] = "/Row" if bytes(one["P"]) in rows else "/Column"


@contextmanager
def unswept() -> Iterator[None]:
    """No search for dead cycles meanwhile: a layout is all alive, and looking costs a fifth."""
    swept = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if swept:
            gc.enable()


@contextmanager
def _remembered() -> Iterator[None]:
    """The references of all pages kept meanwhile.

    pydyf 0.13 works them all out again for each tag: a seventh of the time of 300 pages.
    """
    worked_out = pydyf.PDF.page_references
    if not isinstance(worked_out, property):
        yield
        return
    known: dict[tuple[int, int], Sequence[bytes]] = {}

    def references(pdf: Any) -> Sequence[bytes]:  # noqa: ANN401
        key = (id(pdf), len(pdf.pages["Kids"]))
        if key not in known:
            known[key] = worked_out.__get__(pdf)
        return known[key]

    pydyf.PDF.page_references = property(references)
    try:
        yield
    finally:
        pydyf.PDF.page_references = worked_out
