from collections.abc import Iterator

from rempart.check import Result, Severity, notapplicable, verdict
from rempart.observations.http import Cookie

PREFIX = "__Host-"


def check(cookies: tuple[Cookie, ...], *, require_prefix: bool = True) -> Iterator[Result]:
    sessions = [cookie for cookie in cookies if cookie.session_like]
    if not sessions:
        yield notapplicable("no session cookie among those set", cookies[0].source)
    for cookie in sessions:
        missing = lacks(cookie)
        if not cookie.prefix and require_prefix:
            missing.append(PREFIX)
        words = ", ".join(missing)
        yield verdict(
            not missing,
            f"without {words}" if missing else "Secure, HttpOnly, SameSite",
            cookie,
            facts={"cookie": cookie.name, "missing": words},
            severity=Severity.LOW if missing == [PREFIX] else None,
        )


def lacks(cookie: Cookie) -> list[str]:
    found = {
        "Secure": cookie.secure,
        "HttpOnly": cookie.http_only,
        "SameSite": cookie.same_site in ("Lax", "Strict"),
    }
    return [name for name, there in found.items() if not there]
