"""A page to lay out, under a leaner style sheet of the browser's own kind.

WeasyPrint's has rules for footnotes and list marks that match every element, so each element gets
six styles nobody asks for: half of the memory a long document takes. Imports WeasyPrint.
"""

import re
from functools import lru_cache
from typing import Any

from weasyprint import CSS, HTML
from weasyprint.html import UA

_NOTES = re.compile(r"^::(?:foot)?note-\w+ \{[^{}]*\}$", re.MULTILINE)
_MARKS = re.compile(r"^::marker(?= \{)", re.MULTILINE)


class Page(HTML):  # type: ignore[misc]  # WeasyPrint has no types
    """Parsed HTML; where a later WeasyPrint asks otherwise for its sheet, it gets its own."""

    def _ua_stylesheets(self, forms: bool = False) -> list[Any]:
        return [_sheet()]


@lru_cache(maxsize=1)
def _sheet() -> Any:  # noqa: ANN401
    return CSS(string=_MARKS.sub("li::marker, summary::marker", _NOTES.sub("", UA)))
