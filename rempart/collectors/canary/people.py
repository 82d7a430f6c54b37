"""Look-ups of the canaries' own people: how many one account reads, and what comes back."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

import msgspec

from rempart.check import Reason, Seen, Unknown
from rempart.collectors.canary.account import Opened
from rempart.collectors.canary.browser import Browser, parsed, text
from rempart.collectors.canary.sign_in import pause
from rempart.collectors.text import clean
from rempart.errors import CollectError
from rempart.observations.canary import AlarmRaised, CeilingProof, FieldsReturned, ForeignData

if TYPE_CHECKING:
    from rempart.transport.http import Answer

REFUSING: Final = frozenset({401, 403, 409, 423, 429, 503})
PATIENCE: Final = 10  # seconds a look-up is waited for, once asked to wait: longer holds a thief
MOST_FIELDS: Final = 100
CACHES: Final = ("x-cache", "x-cache-status", "cf-cache-status", "cache-status", "x-proxy-cache")
ANSWERS: Final = "answers"
_ENOUGH: Final = re.compile(
    r"too many|rate limit|quota|trop de (?:requ|consult|demand)|limite .{0,30}(?:atteint|d[ée]pass)"
    r"|zu viele|kontingent|captcha",
    re.IGNORECASE,
)
NO_RECORD: Final = Unknown(
    Reason.UNRESOLVED, "the payer gave no alarm's time and ticket (--alarm-proof)"
)
DEEPEST: Final = 6


class ForeignPerson(CollectError):
    """An answer showed somebody who is no canary: everything stops."""

    reason = Reason.NOT_AUTHORISED

    def __init__(self, seen: ForeignData) -> None:
        super().__init__("an answer showed somebody who is no canary")
        self.seen = seen


@dataclass(slots=True)
class LookUps:
    """One account's look-ups, as the inventory describes them."""

    account: Opened
    lookup: Any
    people: Sequence[str]

    def ask(self, person: str, purpose: str) -> "Answer":
        """One look-up. Raises ForeignPerson where somebody else is shown."""
        browser = self.account.browser
        browser.ledger.look_up(self.account.canary.account)
        method, url, body = filled(self.lookup, person)
        return asked(browser, method, url, purpose, body)


def asked(browser: Browser, method: str, url: str, purpose: str, body: str = "") -> "Answer":
    """An answer that was searched for strangers before anything else is done with it."""
    answer = browser.open(url, purpose, method=method, raw=body)
    if browser.ledger.strangers(text(answer)):
        path = browser.ledger.masked(urlsplit(answer.url).path)
        fields = tuple(sorted(set(_names(parsed(answer)))))[:MOST_FIELDS]
        sent = len(browser.ledger.sent)
        shown = ForeignData(sent, True, path, answer.status, fields, key=ANSWERS, source=purpose)
        raise ForeignPerson(shown)
    return answer


def filled(lookup: Any, person: str) -> tuple[str, str, str]:  # noqa: ANN401
    """Method, address and body that ask for a person."""
    body = lookup.body
    if body.startswith("{"):
        body = body.replace("{beneficiary}", msgspec.json.encode(person).decode()[1:-1])
    else:
        body = body.replace("{beneficiary}", quote(person, safe=""))
    return lookup.method, lookup.url.replace("{beneficiary}", quote(person, safe="")), body


def looked_up(
    ups: LookUps, other: Opened | None
) -> Iterator[CeilingProof | FieldsReturned | AlarmRaised]:
    """The fields of the first answer, the ceiling, and the burst an alarm should notice."""
    name = ups.account.canary.account
    where: dict[str, Any] = {"key": name, "source": f"look-ups by {name}"}
    first = ups.ask(ups.people[0], "look_up")
    if first.status == 200:
        path = ups.account.browser.ledger.masked(urlsplit(first.url).path)
        returned = tuple(sorted(set(_names(parsed(first)))))[:MOST_FIELDS]
        yield FieldsReturned(returned, tuple(ups.lookup.needed), key=path, source="look-up")
    else:
        why = f"the first look-up was answered with {first.status}"
        if ups.lookup.ceiling is not None:
            yield CeilingProof(0, ups.lookup.ceiling.people, Unknown(Reason.REFUSED, why), **where)
        return
    if ups.lookup.ceiling is not None:
        began = datetime.now(UTC).replace(microsecond=0).isoformat()
        proof = _ceiling(ups, other, first, where)
        yield proof
        yield AlarmRaised(began, proof.read, NO_RECORD, **where)


def _ceiling(
    ups: LookUps,
    other: Opened | None,
    first: "Answer",
    where: dict[str, Any],
) -> CeilingProof:
    """How far one account reads. What asks to wait for moments is waited for: it is no ceiling."""
    declared = ups.lookup.ceiling.people
    read, patience = 1, float(PATIENCE)
    for person in ups.people[1 : 2 * declared]:
        try:
            answer = ups.ask(person, "ceiling")
            wait = _asked_to_wait(answer)
            if 0 < wait <= min(patience, ups.account.browser.ledger.access.deadline.remaining()):
                pause(wait)
                patience -= wait
                answer = ups.ask(person, "ceiling")
            if _refuses(answer, first):
                stops = _stops(ups, other, person, first)
                refused: Seen[bool] = _proved(stops, answer, read)
                return CeilingProof(read, declared, refused, stops, answer.status, **where)
        except ForeignPerson:
            raise
        except CollectError as error:
            return CeilingProof(read, declared, Unknown(error.reason, str(error)), **where)
        read += answer.status == 200
    if read <= declared:
        short = f"{read} of {len(ups.people)} canary people were shown, {declared + 1} are needed"
        return CeilingProof(read, declared, Unknown(Reason.UNRESOLVED, short), **where)
    return CeilingProof(read, declared, False, **where)


def _asked_to_wait(answer: "Answer") -> float:
    """Seconds until a look-up may be sent again; 0 where nothing is said of it."""
    if answer.status not in (429, 503):
        return 0
    said = (answer.header("retry-after") or "2").strip()
    return float(said) if said.isascii() and said.isdigit() and len(said) < 9 else 0


def _stops(ups: LookUps, other: Opened | None, person: str, first: "Answer") -> str:
    """What the refusal was about: told by somebody read before, then by another account."""
    again = ups.ask(ups.people[0], "ceiling_again")
    if not _refuses(again, first) and again.status == 200 and not _kept(again):
        return "people"
    if again.status == 401 or again.location is not None:
        return "session"
    if other is None or not other.open:
        return "unknown"
    elsewhere = LookUps(other, ups.lookup, ups.people)
    return "address" if _refuses(elsewhere.ask(person, "ceiling_other"), first) else "requests"


def _kept(answer: "Answer") -> bool:
    """Whether a cache on the way says that it answered, so that the portal counted nothing."""
    age = (answer.header("age") or "0").strip()
    caches = (answer.header(name) or "" for name in CACHES)
    return age not in ("", "0") or any("hit" in said.lower() for said in caches)


def _proved(stops: str, answer: "Answer", read: int) -> Seen[bool]:
    """Whether a refusal is one of this account."""
    if stops == "session":
        why = f"the session ended after {read} people: whether a new one reads on was not tried"
        return Unknown(Reason.UNRESOLVED, why)
    if stops == "unknown":
        why = (
            f"refused with {answer.status} after {read} people, and no second canary tells whether "
        )
        return Unknown(Reason.UNRESOLVED, f"{why}the account or the address is held")
    return True


def _refuses(answer: "Answer", first: "Answer") -> bool:
    """A status that says no, a way to the sign-in, or an error told with 200."""
    if answer.status in REFUSING or answer.location is not None:
        return True
    if answer.status != 200:
        return False
    shown, now = set(_names(parsed(first))), set(_names(parsed(answer)))
    if shown:
        return len(shown & now) * 2 < len(shown)
    return len(answer.body) * 2 < len(first.body) or bool(_ENOUGH.search(text(answer)))


def _names(value: Any, prefix: str = "", depth: int = 0) -> Iterator[str]:  # noqa: ANN401  (JSON)
    """Names of fields, nested ones with dots; values never."""
    if depth > DEEPEST:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            whole = f"{prefix}{clean(str(name), 60)}"
            if isinstance(inner, dict | list):
                yield from _names(inner, f"{whole}.", depth + 1)
            else:
                yield whole
    elif isinstance(value, list):
        for inner in value[:3]:
            yield from _names(inner, prefix, depth + 1)
