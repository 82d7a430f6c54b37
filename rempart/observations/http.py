"""What a web portal answers to a visitor."""

from dataclasses import dataclass
from datetime import datetime

from rempart.check import Observation, Seen


@dataclass(frozen=True, slots=True)
class Page(Observation):
    """A page or other answer; key: its path.

    `kind` is "login form" (a password field stands in it), "page", "redirect", "refusal" (4xx) or
    "error" (5xx). `headers` are those that defend browsers or name software, in lower case, in
    their order, repeated when they were. `meta_policy` is a Content-Security-Policy in the page
    itself, `location` where a redirect pointed.
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
    says session, "value" when it is a long random value that ends with the browser, else empty.
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
