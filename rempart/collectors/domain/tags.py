"""Records that are lists of `tag=value;` (RFC 6376, 3.2): DMARC, MTA-STS, TLS-RPT."""

from collections.abc import Iterable


def tags(text: str) -> dict[str, str]:
    """Tags in lower case and their values; the first of a name holds, what is no tag is dropped."""
    found: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            found.setdefault(name.strip().lower(), value.strip())
    return found


def of_version(texts: Iterable[str], version: str) -> list[dict[str, str]]:
    """The records whose first tag is `v` with this version, case as written (RFC 8461, 7489)."""
    found = []
    for text in texts:
        name, _, value = text.partition(";")[0].partition("=")
        if name.strip() == "v" and value.strip() == version:
            found.append(tags(text))
    return found
