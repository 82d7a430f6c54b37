"""What a page on paper may load: fonts of the reports folders, and images it carries itself.

Imports WeasyPrint, so only the layout imports this.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from weasyprint.urls import URLFetcher, URLFetcherResponse

IMAGE_BYTES = 4_000_000
_FONT = re.compile(r"font:([\w-]+\.(?:woff2?|ttf|otf))")
_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml)[;,]", re.IGNORECASE)


class Fetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
    """Answers `font:NAME` and `data:` images; what else was asked for is in `refused`."""

    def __init__(self, folders: Sequence[Path]) -> None:
        super().__init__(allowed_protocols=("data",))
        self.folders = folders
        self.refused: list[str] = []

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:  # noqa: ANN401
        """The content; raises ValueError, which WeasyPrint takes as a missing resource."""
        font = _FONT.fullmatch(url)
        if font:
            for folder in self.folders:
                file = folder / "fonts" / font[1]
                if file.is_file():
                    return URLFetcherResponse(url, file.read_bytes())
        if _IMAGE.match(url) and len(url) <= IMAGE_BYTES:
            return super().fetch(url, headers)
        self.refused.append(url if len(url) <= 80 else f"{url[:60]}… ({len(url)} characters)")
        raise ValueError("refused")
