"""security.txt, read as RFC 9116 asks."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from rempart.check import Reason, Unknown
from rempart.collectors.portal.pages import BUSY, Answer, path, text, values
from rempart.collectors.text import clean
from rempart.observations.http import SecurityTxt

WELL_KNOWN = "/.well-known/security.txt"
LEGACY = "/security.txt"
_FIELD = re.compile(r"([A-Za-z][A-Za-z-]{0,40}):[ \t]?(.*)")
_URI = re.compile(r"(?:https://|mailto:|tel:)\S+", re.IGNORECASE)
_CAP = 65_536


def is_one(answer: Answer) -> bool:
    """Whether an answer is a security.txt: a text with a Contact or Expires line, not a page."""
    if answer.status != 200 or "html" in " ".join(values(answer, "content-type")).lower():
        return False
    return bool({"contact", "expires"} & {name for name, _ in _fields(answer)})


def security_txt(answer: Answer, now: datetime) -> SecurityTxt:
    """What the file says, and how it departs from RFC 9116 (2.3, 2.5, 3)."""
    fields = _fields(answer)
    contacts = [value for name, value in fields if name == "contact"]
    dates = [value for name, value in fields if name == "expires"]
    expires, problems = _expires(dates, now)
    if not contacts:
        problems.append("no Contact")
    if any(not _URI.fullmatch(contact) for contact in contacts):
        problems.append("a Contact that is no https, mailto or tel URI")
    kind = next(iter(values(answer, "content-type")), "").partition(";")[0].strip().lower()
    if kind != "text/plain":
        problems.append(f"content type {clean(kind, 60) or 'missing'} instead of text/plain")
    if path(answer.url) == LEGACY:
        problems.append(f"not at {WELL_KNOWN}")
    url = clean(answer.url)
    return SecurityTxt(
        present=True,
        url=url,
        contacts=len(contacts),
        expires=expires,
        problems=tuple(problems),
        key="security.txt",
        source=url,
    )


def without(answer: Answer, asked: str) -> SecurityTxt:
    """There is none, or it could not be seen: the portal was busy, or sent us out of scope."""
    present: bool | Unknown = False
    if answer.leaves:
        present = Unknown(Reason.NOT_AUTHORISED, f"leads to {clean(answer.leaves)}, out of scope")
    elif answer.status in BUSY:
        present = Unknown(Reason.REFUSED, f"answered {answer.status}")
    return SecurityTxt(present=present, url=clean(asked), key="security.txt", source=clean(asked))


def _fields(answer: Answer) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for line in text(answer)[:_CAP].removeprefix("\ufeff").splitlines():
        field = _FIELD.fullmatch(line.strip())
        if field:
            found.append((field[1].lower(), field[2].strip()))
    return found


def _expires(dates: Sequence[str], now: datetime) -> tuple[datetime | None, list[str]]:
    if not dates:
        return None, ["no Expires"]
    if len(dates) > 1:
        return None, ["more than one Expires"]
    try:
        expires = datetime.fromisoformat(dates[0].upper())
    except ValueError:
        return None, ["an Expires that is no date"]
    if expires.tzinfo is None:
        return expires.replace(tzinfo=UTC), ["an Expires without a time zone"]
    expires = expires.astimezone(UTC)
    return expires, ["Expires more than a year ahead"] if expires > now + timedelta(366) else []
