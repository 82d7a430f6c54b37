"""What a portal shows a visitor: its pages and headers, its plain side, what lies around."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from rempart.check import Gap
from rempart.collectors import Intensity, Probe, Seen, Wanted
from rempart.collectors.text import clean
from rempart.errors import CollectError, Reason
from rempart.observations.http import (
    Banners,
    Cookie,
    CrossOrigin,
    ErrorPage,
    ExposedFile,
    Hsts,
    Methods,
    Page,
    PageForm,
    PageParts,
    PageScript,
    PlainRedirect,
    Robots,
    SecurityTxt,
)
from rempart.observations.identity_surface import (
    OidcProvider,
    OidcRequest,
    RedirectProof,
    SignInWays,
)

if TYPE_CHECKING:
    from rempart.collectors.portal.visit import Visit
    from rempart.transport.access import Access

KIND = "portal"
PROBES = (
    Probe(
        "pages",
        "the start page, the sign-in page and the page of the inventory's signed_in without a"
        " session, as a browser opens them",
        (Page, Hsts, Cookie, Banners),
        connections=1,
        requests=5,
    ),
    Probe(
        "content",
        "at most six scripts of their own that the pages fetch, the page that resets a password",
        (PageForm, PageParts, PageScript, SignInWays),
        requests=7,
    ),
    Probe(
        "absent page",
        "a page that does not exist",
        (ErrorPage, Hsts, Banners),
        requests=1,
    ),
    Probe(
        "plain side",
        "the same pages over plain HTTP, following redirects inside the scope",
        (PlainRedirect, Hsts, Cookie),
        connections=1,
        requests=6,
    ),
    Probe("contact", "/.well-known/security.txt", (SecurityTxt,), requests=2),
    Probe("robots", "/robots.txt, as search engines read it", (Robots,), requests=1),
    Probe(
        "identity",
        "two links that sign in through somebody else, until they leave the scope; the published"
        " metadata and keys of an OpenID provider inside it",
        (OidcRequest, OidcProvider),
        connections=1,
        requests=8,
    ),
    Probe(
        "stray files",
        "some sixty paths where files, panels and listings lie that should not be served, and a"
        " GraphQL question about its own types",
        (ExposedFile, Hsts),
        Intensity.ACTIVE,
        requests=68,
    ),
    Probe("methods", "OPTIONS and TRACE on the start page", (Methods,), Intensity.ACTIVE, 0, 2),
    Probe(
        "foreign origin",
        "the pages again with the Origin of another site, the last also with none",
        (CrossOrigin,),
        Intensity.ACTIVE,
        requests=4,
    ),
    Probe(
        "malformed address",
        "an address whose bytes are no text",
        (ErrorPage, Banners),
        Intensity.ACTIVE,
        requests=1,
    ),
    Probe(
        "return address",
        "the portal's own authorization request, as it is and with another return address, to a"
        " provider inside the scope",
        (RedirectProof,),
        Intensity.ACTIVE,
        requests=2,
    ),
)
BRINGS = tuple(dict.fromkeys(kind for probe in PROBES for kind in probe.brings))
# What each part of a visit brings, in the order they are done; the parts are methods of a Visit.
_PARTS: Final = (
    ("plain_side", (PlainRedirect,), "passive"),
    ("contact", (SecurityTxt,), "passive"),
    ("absent_page", (ErrorPage, Hsts, Banners), "passive"),
    ("robots", (Robots,), "passive"),
    ("content", (PageForm, PageParts, PageScript, SignInWays), "passive"),
    ("identity", (OidcRequest, OidcProvider), "passive"),
    ("methods", (Methods,), "active"),
    ("foreign_origins", (CrossOrigin,), "active"),
    ("malformed", (ErrorPage,), "active"),
    ("return_address", (RedirectProof,), "active"),
    ("stray_files", (ExposedFile,), "active"),
)
_WITHOUT_PAGES: Final = frozenset({SecurityTxt, Robots})


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
        if wanted - _WITHOUT_PAGES:
            _open(visit)
        for part, kinds, intensity in _PARTS:
            asked = [kind.__name__ for kind in kinds if kind in wanted]
            if asked and access.allows(intensity):
                yield from _settled(asked, getattr(visit, part)(), wanted)
            elif asked:
                detail = "asked for only where the mandate allows active"
                for name in asked:
                    yield Gap(name, Reason.NOT_AUTHORISED, detail, key=_told_apart(part))
        yield from (item for item in visit.seen() if _asked(item, wanted))


def _told_apart(part: str) -> str:
    return part if part == "malformed" else ""


def _open(visit: "Visit") -> None:
    try:
        visit.pages()
    except CollectError as error:
        raise type(error)(clean(str(error))) from None  # it may quote a redirect's words


def _asked(item: Seen, wanted: Wanted) -> bool:
    names = {kind.__name__ for kind in wanted}
    return (item.type if isinstance(item, Gap) else type(item).__name__) in names


def _settled(names: list[str], found: Iterator[Seen], wanted: Wanted) -> Iterator[Seen]:
    """One part's failure is its own gap: the others are still looked at."""
    try:
        yield from (item for item in found if _asked(item, wanted))
    except CollectError as error:
        for name in names:
            yield Gap(name, error.reason, clean(str(error)))
