"""Parts bound into one PDF: numbered, tagged for readers' software, the same bytes each time."""

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
    content: bytes = front.copy(pages).write_pdf(finisher=finished, pdf_tags=True)
    return content


def _scoped(pdf: Any) -> None:  # noqa: ANN401
    """Say of each header cell whether it heads a row or a column; WeasyPrint leaves that out."""
    cells = [one for one in pdf.objects if isinstance(one, dict) and one.get("S") == "/TD"]
    rows = {bytes(cell["P"]) for cell in cells}
    for one in pdf.objects:
        if isinstance(one, dict) and one.get("S") == "/TH" and "A" in one:
            one["A"]["Scope"] = "/Row" if bytes(one["P"]) in rows else "/Column"
