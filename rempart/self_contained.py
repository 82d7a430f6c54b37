"""Whether a page is one file: what a browser would fetch for it from elsewhere."""

import re
from html.parser import HTMLParser

FETCHED = frozenset({"src", "srcset", "poster", "data", "background"})
LINKS = frozenset({"link", "image", "use"})  # of these `href` is fetched, of `a` it is followed
STYLE = re.compile(r"""(?:url\(\s*|@import\s+)["']?\s*(?!data:|#|["'\s)])([^"')\s;]+)""", re.I)


class _Reader(HTMLParser):
    """Collects what is fetched, with the line of the page it stands in."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.styled = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.styled = tag == "style"
        for name, value in attrs:
            target = (value or "").strip()
            fetched = name in FETCHED or (tag in LINKS and name in {"href", "xlink:href"})
            if fetched and target and not target.lower().startswith(("data:", "#")):
                self.found.append(f"<{tag} {name}> {target}")
            if name == "style":
                self.found += STYLE.findall(target)

    def handle_endtag(self, tag: str) -> None:
        self.styled = self.styled and tag != "style"

    def handle_data(self, data: str) -> None:
        if self.styled:
            self.found += STYLE.findall(data)


def fetched(page: str) -> list[str]:
    """What the page would load from elsewhere, as the tag and the address; empty when nothing."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.found
