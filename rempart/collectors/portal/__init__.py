"""What a portal shows a visitor: its pages and headers, its plain side, what lies around."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rempart.check import Gap, Observation
from rempart.collectors import Intensity, Probe, Seen, Wanted
from rempart.collectors.text import clean
from rempart.errors import CollectError, Reason
from rempart.observations.http import Cookie, ExposedFile, Hsts, Page, PlainRedirect, SecurityTxt

if TYPE_CHECKING:
    from rempart.collectors.portal.visit import Visit
    from rempart.transport.access import Access

KIND = "portal"
BRINGS = (Page, Hsts, Cookie, PlainRedirect, SecurityTxt, ExposedFile)
PROBES = (
    Probe(
        "pages",
        "the start page and the sign-in page, as a browser opens them",
        (Page, Hsts, Cookie),
        connections=1,
        requests=4,
    ),
    Probe(
        "plain side",
        "the same two pages over plain HTTP, following redirects inside the scope",
        (PlainRedirect, Hsts, Cookie),
        connections=1,
        requests=6,
    ),
    Probe("contact", "/.well-known/security.txt", (SecurityTxt,), requests=2),
    Probe(
        "stray files",
        "some two dozen paths where files lie that should not be served, and one that cannot exist",
        (ExposedFile, Hsts),
        Intensity.ACTIVE,
        requests=26,
    ),
)


def collect(subject: Any, access: "Access", wanted: Wanted) -> Iterator[Seen]:  # noqa: ANN401
    """What is wanted of a portal, over one kept connection a side.

    Raises CollectError when the start page does not answer: then nothing was seen.
    """
    from rempart.collectors.portal.visit import Visit
    from rempart.transport.http import Session

    with Session(
        access, subject.url, connect=subject.connect, plain=subject.plain, ca=subject.ca
    ) as session:
        visit = Visit(session, subject, datetime.now(UTC))
        if wanted & {Page, Hsts, Cookie, PlainRedirect}:
            _open(visit)
        if PlainRedirect in wanted:
            yield from _settled(PlainRedirect, visit.plain_side())
        if SecurityTxt in wanted:
            yield from _settled(SecurityTxt, visit.contact())
        if ExposedFile in wanted and access.allows("active"):
            yield from _settled(ExposedFile, visit.stray_files())
        elif ExposedFile in wanted:
            detail = "stray files are asked for only where the mandate allows active"
            yield Gap("ExposedFile", Reason.NOT_AUTHORISED, detail)
        yield from (item for item in visit.seen() if _asked(item, wanted))


def _open(visit: "Visit") -> None:
    try:
        visit.pages()
    except CollectError as error:
        raise type(error)(clean(str(error))) from None  # it may quote a redirect's words


def _asked(item: Seen, wanted: Wanted) -> bool:
    names = {kind.__name__ for kind in wanted}
    return (item.type if isinstance(item, Gap) else type(item).__name__) in names


def _settled(kind: type[Observation], found: Iterator[Seen]) -> Iterator[Seen]:
    """One part's failure is its own gap: the others are still looked at."""
    try:
        yield from found
    except CollectError as error:
        yield Gap(kind.__name__, error.reason, clean(str(error)))
