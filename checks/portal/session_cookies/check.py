from collections.abc import Iterator

from rempart.check import Result, Severity, notapplicable, verdict
from rempart.observations.http import Cookie

PREFIX = "__Host-"
LESSER = {PREFIX, "Path=/", "host-only"}


def check(cookies: tuple[Cookie, ...], *, require_prefix: bool = True) -> Iterator[Result]:
    sessions = [cookie for cookie in cookies if cookie.session_like]
    if not sessions:
        yield notapplicable("no session cookie among those set", cookies[0].source)
    for cookie in sessions:
        missing = lacks(cookie)
        if not cookie.prefix and require_prefix:
            missing.append(PREFIX)
        missing += voids(cookie)
        words = ", ".join(missing)
        yield verdict(
            not missing,
            f"without {words}" if missing else "Secure, HttpOnly, SameSite",
            cookie,
            facts={"cookie": cookie.name, "missing": words},
            severity=Severity.LOW if missing and set(missing) <= LESSER else None,
        )


def lacks(cookie: Cookie) -> list[str]:
    found = {
        "Secure": cookie.secure,
        "HttpOnly": cookie.http_only,
        "SameSite": cookie.same_site in ("Lax", "Strict"),
    }
    return [name for name, there in found.items() if not there]


def voids(cookie: Cookie) -> list[str]:
    """What a browser asks of the prefix, and refuses the cookie without (RFC 6265bis, 4.1.3)."""
    if cookie.prefix != PREFIX:
        return []
    return ["Path=/"] * (cookie.path != "/") + ["host-only"] * (cookie.domain is not None)
