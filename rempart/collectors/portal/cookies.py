"""Cookies as a browser reads them from Set-Cookie (RFC 6265bis, 5.6); their values are not kept."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from rempart.collectors.text import clean
from rempart.observations.http import Cookie

PREFIXES = ("__Host-", "__Secure-")
_SESSION = re.compile(
    r"sess|(?<![a-z])sid(?![a-z])|sid$|token|auth(?!or)|jwt|ticket|sso|login|identity|remember",
    re.IGNORECASE,
)
# Which server answers next, by load balancers' own names: nobody is signed in by it.
_BALANCER = re.compile(
    r"BIGipServer.*|TS[0-9a-f]{6,}|AWSALB.*|SERVERID|ROUTEID|ARRAffinity.*|__cf_bm|(?:incap_|visid_).*"
    r"|ApplicationGatewayAffinity.*"
)
_FORGERY = re.compile(r"csrf|xsrf|forgery", re.IGNORECASE)
_RANDOM = re.compile(r"[A-Za-z0-9+/=_.%:~-]{16,}")
_TELLING = 8  # characters; a shorter value is a choice or a server's number
_WORDS = {"strict": "Strict", "lax": "Lax", "none": "None"}


def cookies(lines: Iterable[str], url: str, now: datetime) -> Iterator[Cookie]:
    """Each cookie of some Set-Cookie lines of one answer; nameless ones are left out."""
    for line in lines:
        pair, *rest = line.split(";")
        name, equals, value = pair.partition("=")
        if equals and name.strip():
            yield _cookie(name.strip(), value.strip(), dict(map(_attribute, rest)), url, now)


def given_anew(answers: Iterable[Iterable[str]]) -> frozenset[str]:
    """The cookies that every answer sets with another value: the server tells visitors apart by it.

    `answers` are the Set-Cookie lines of each. Numbers do not count: they are often the time.
    """
    values: dict[str, list[str]] = {}
    for lines in answers:
        for line in lines:
            name, _, value = line.partition(";")[0].partition("=")
            values.setdefault(clean(name.strip(), 200), []).append(value.strip())
    return frozenset(
        name
        for name, found in values.items()
        if len(found) > 1
        and len(set(found)) == len(found)
        and all(len(value) >= _TELLING and not value.isdigit() for value in found)
        and not (_FORGERY.search(name) or _BALANCER.fullmatch(name))
    )


def _cookie(name: str, value: str, attributes: dict[str, str], url: str, now: datetime) -> Cookie:
    same_site = attributes.get("samesite")
    lasts = _lasts(attributes, now)
    shown = clean(name, 200)
    return Cookie(
        name=shown,
        url=url,
        secure="secure" in attributes,
        http_only="httponly" in attributes,
        same_site=None if same_site is None else _WORDS.get(same_site.lower(), clean(same_site)),
        prefix=next((one for one in PREFIXES if name.startswith(one)), ""),
        session_like=_session_like(name, value, lasts),
        path=clean(attributes.get("path", "")),
        domain=clean(attributes["domain"]) if attributes.get("domain") else None,
        lasts=lasts,
        key=shown,
        source=url,
    )


def _attribute(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip().lower(), value.strip()


def _lasts(attributes: dict[str, str], now: datetime) -> int | None:
    """Seconds it lives; Max-Age outranks Expires, and one that cannot be read does not count."""
    age = attributes.get("max-age", "")
    if re.fullmatch(r"-?[0-9]{1,12}", age):
        return max(0, int(age))
    try:
        until = parsedate_to_datetime(attributes.get("expires", ""))
    except (ValueError, TypeError, OverflowError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0, int((until - now).total_seconds()))


def _session_like(name: str, value: str, lasts: int | None) -> str:
    if _FORGERY.search(name) or _BALANCER.fullmatch(name) or lasts == 0:
        return ""
    if _SESSION.search(name):
        return "name"
    mixed = len(set(value)) >= 10 and any(letter.isdigit() for letter in value)
    return "value" if lasts is None and mixed and _RANDOM.fullmatch(value) else ""
