"""Text from audited systems, made harmless to show: no escapes, no invisible marks, no reordering.

What is taken out leaves a visible sign, so that a reader knows that something was there.
"""

import logging
import re
from typing import Any, Final

import msgspec

SIGN: Final = "\N{REPLACEMENT CHARACTER}"
# C0 but tab and line feed, DEL, C1; zero-width and bidirectional marks; line and paragraph
# separators; tags, lone surrogates and what XML calls no character.
_HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    "\ufffe\uffff\U000e0000-\U000e007f\ud800-\udfff]"
)


_DIGITS: Final = re.compile(r"\d(?:[ .-]?\d){4,}")


class Discreet(logging.Formatter):
    """Log lines whose tracebacks keep no run of five digits: an error's text may quote a value."""

    def formatException(self, ei: Any) -> str:  # noqa: ANN401, N802  (logging's own name)
        return _DIGITS.sub(lambda found: "#" * len(found[0]), super().formatException(ei))


def plain(text: str) -> str:
    """The text with every control, invisible or reordering character replaced by a sign."""
    return _HARMFUL.sub(SIGN, text)


def line(text: str) -> str:
    """The same on one line, runs of white space as one blank."""
    return re.sub(r"[\t\n ]+", " ", plain(text)).strip()


def indented(document: object) -> bytes:
    """A document as JSON to read, with such characters written as escapes."""
    text = msgspec.json.format(msgspec.json.encode(document), indent=1).decode()
    return f"{_HARMFUL.sub(_as_escape, text)}\n".encode()


def _as_escape(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be").hex()
    return "".join(f"\\u{units[place : place + 4]}" for place in range(0, len(units), 4))


def slug(text: str) -> str:
    """The text as an id within a page: other characters become dashes."""
    return re.sub(r"[^\w.-]+", "-", text, flags=re.ASCII)
