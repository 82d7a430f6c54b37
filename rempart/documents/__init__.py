"""The only door for YAML and JSON: guarded reading, strict typing, `file:line` in each error.

What comes in may be hostile. A guard walks the parser's events and stops at a size, a depth or a
number of nodes; anchors, aliases, merge keys and unknown tags are refused with their line, unless
the limits let aliases in: then what they stand for counts wherever they stand. Only
`true` and `false` are booleans; dates, times, octal and sexagesimal look-alikes stay text. Every
function here raises `ContentErrors` (all that is wrong, in the order of lines) and nothing else.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

from rempart.documents.document import DEFAULT, Document, Limits, Step
from rempart.documents.events import documents
from rempart.documents.faults import faults, strict
from rempart.documents.opening import contents
from rempart.errors import ContentError, ContentErrors

__all__ = [
    "Document",
    "Limits",
    "Step",
    "contents",
    "decode",
    "every",
    "load",
    "parse",
    "read",
]

T = TypeVar("T")
Hook = Callable[[type, Any], Any]
SHOWN = 100  # errors of one reading; more of them say nothing new


def load(path: Path, type: type[T], *, hook: Hook | None = None) -> T:
    """The content of a file as that type."""
    return decode(read(path), type, hook=hook)


def read(path: Path, *, limits: Limits = DEFAULT, tagged: bool = False) -> Document:
    """The single document of a regular file; links, pipes and devices are refused unopened."""
    return parse(contents(path, limits.size), str(path), limits=limits, tagged=tagged)


def parse(
    text: str | bytes, file: str = "", *, limits: Limits = DEFAULT, tagged: bool = False
) -> Document:
    """The single document of a text; an empty text holds None.

    With `tagged`, a node with a tag of its own (`!vault`) becomes `{"!vault": node}`.
    """
    found = every(text, file, limits=limits, tagged=tagged)
    if len(found) > 1:
        message = "expected one document, found a second one"
        raise ContentErrors([ContentError(message, file=file, line=found[1].line)])
    return found[0] if found else Document(None, file, 1, {})


def every(
    text: str | bytes, file: str = "", *, limits: Limits = DEFAULT, tagged: bool = False
) -> tuple[Document, ...]:
    """All documents of a stream, as Compose and Kubernetes files have them."""
    return documents(text, file, limits, tagged=tagged)


def decode(
    document: Document,
    type: type[T],
    *,
    at: Sequence[Step] = (),
    hook: Hook | None = None,
) -> T:
    """The document, or the part at a path, as that type; unknown keys are errors.

    `hook(type, value)` makes values of types msgspec does not know; its ValueError is the message.
    """
    import msgspec

    value = document.at(at)
    found = faults(value, type, hook) if strict(cast("Any", type)) else []
    if not found:
        try:
            return msgspec.convert(value, type, str_keys=True, dec_hook=hook)
        except (msgspec.ValidationError, RecursionError) as error:
            found = faults(value, type, hook) or [((), str(error))]
    once: dict[tuple[int, str], ContentError] = {}
    for path, text in found:
        fault = document.error((*at, *path), text)
        once.setdefault((fault.line, text), fault)
    raise ContentErrors(list(once.values())[:SHOWN])
