"""What a web portal answers to a visitor."""

from dataclasses import dataclass
from datetime import datetime

from rempart.check import Observation, Seen


@dataclass(frozen=True, slots=True)
class Page(Observation):
    """A page or other answer; key: its path.

    `kind` is "login form" (a password field stands in it, or scripts build one where the inventory
    says so), "page", "redirect", "refusal" (4xx) or "error" (5xx). `headers` are those that defend
    browsers or name software, in lower case, in their order, repeated when they were. `meta_policy`
    is a Content-Security-Policy in the page itself, `location` where a redirect pointed.
    """

    url: str
    status: int
    kind: str
    headers: tuple[tuple[str, str], ...]
    meta_policy: str | None = None
    location: str = ""


@dataclass(frozen=True, slots=True)
class Hsts(Observation):
    """Strict-Transport-Security of one answer over HTTPS; key: its path.

    `max_age` in seconds; None when the header is absent or so malformed that a browser ignores it
    (RFC 6797, 6.1 and 8.1: the first header counts, a repeated directive voids it). `header` is
    what stood there, None when nothing did.
    """

    url: str
    status: int
    max_age: int | None
    include_subdomains: bool
    preload: bool = False
    header: str | None = None


@dataclass(frozen=True, slots=True)
class PlainRedirect(Observation):
    """What `http://` answers; key: the path asked for.

    `closed` when the connection was refused: nothing listens. `hops` are the URLs asked one after
    another, `statuses` their answers. `leaves` is a URL outside the mandate the last answer pointed
    to; it was not asked.
    """

    url: str
    closed: bool
    hops: tuple[str, ...] = ()
    statuses: tuple[int, ...] = ()
    final_scheme: str = ""
    leaves: str = ""


@dataclass(frozen=True, slots=True)
class Cookie(Observation):
    """A cookie the portal sets, without its value; key: its name.

    `same_site` is Strict, Lax, None, another word as it stood, or null when the attribute is
    missing. `prefix` is `__Host-`, `__Secure-` or empty. `session_like` is "name" when its name
    says session, "value" when it is a long random value that ends with the browser, "behaviour"
    when every answer gives another value to who sends none back, else empty.
    `lasts` in seconds, null for the browser's session.
    """

    name: str
    url: str
    secure: bool
    http_only: bool
    same_site: str | None
    prefix: str
    session_like: str
    path: str = ""
    domain: str | None = None
    lasts: int | None = None


@dataclass(frozen=True, slots=True)
class ExposedFile(Observation):
    """A file that should not be served; key: its path.

    `found` only when the answer's content is that kind of file and the answer to a path that
    cannot exist is not. Nothing of the content is kept.
    """

    path: str
    kind: str
    found: Seen[bool]
    status: int | None = None


@dataclass(frozen=True, slots=True)
class SecurityTxt(Observation):
    """RFC 9116: whom to tell; key: `security.txt`.

    `contacts` counts the Contact lines, `expires` is None when missing or not a date, `problems`
    are departures from the RFC in its own terms.
    """

    present: Seen[bool]
    url: str
    contacts: int = 0
    expires: datetime | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageForm(Observation):
    """A form of a page; key: the page's path and which form it is.

    `method` is get or post, `action` where it is sent. `personal` are its fields that ask for
    somebody's number, by name. `shortest` and `longest` are the lengths its password field allows,
    `pasting` whether a password may be pasted. `questions` are the questions of knowledge it puts.
    """

    page: str
    method: str
    action: str
    password: bool
    personal: tuple[str, ...] = ()
    shortest: int | None = None
    longest: int | None = None
    pasting: bool = True
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageParts(Observation):
    """What a page refers to; key: its path.

    `insecure` are the addresses of parts fetched over plain HTTP from a page over HTTPS. `in_urls`
    are addresses that carry somebody's number or a session, masked, each after what it carries.
    """

    kind: str
    insecure: tuple[str, ...] = ()
    in_urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageScript(Observation):
    """A script of a page; key: the page's path and the script's address.

    `foreign` is the host it comes from when that is not the portal's organisation. `integrity` says
    whether the page fixes its hash. `library` and `version` are what its name or its head say.
    """

    page: str
    kind: str
    foreign: str = ""
    integrity: bool = False
    library: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Banners(Observation):
    """What the answers say of the software behind them; key: `/`.

    Each of `shown` is where it stood and its words: `server: nginx/1.22.1`. `answers` were read.
    """

    shown: tuple[str, ...]
    answers: int


@dataclass(frozen=True, slots=True)
class ErrorPage(Observation):
    """The answer to a request that cannot succeed; key: which (`absent`, `malformed`).

    `shows` are the traces of the inside that stand in it, by the product they are known from.
    """

    url: str
    status: int
    shows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Methods(Observation):
    """The methods a page admits; key: its path.

    `allowed` are those named by Allow, `trace` whether TRACE sent the request back.
    """

    allowed: tuple[str, ...]
    trace: Seen[bool]


@dataclass(frozen=True, slots=True)
class CrossOrigin(Observation):
    """What a page answers to a script of another site; key: its path and the origin sent.

    `allowed` is Access-Control-Allow-Origin as it came, `credentials` whether cookies may go along.
    """

    origin: str
    allowed: Seen[str]
    credentials: bool = False


@dataclass(frozen=True, slots=True)
class Robots(Observation):
    """robots.txt; key: `robots.txt`. `named` are the paths it asks robots to leave out."""

    present: Seen[bool]
    named: tuple[str, ...] = ()
