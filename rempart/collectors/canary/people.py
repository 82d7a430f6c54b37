"""Look-ups of the canaries' own people: how many one account reads, and what comes back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

from rempart.check import Reason, Unknown
from rempart.collectors.canary.account import Opened
from rempart.collectors.canary.browser import Browser, parsed, text
from rempart.collectors.text import clean
from rempart.errors import CollectError
from rempart.observations.canary import AlarmRaised, CeilingProof, FieldsReturned, ForeignData

if TYPE_CHECKING:
    from rempart.transport.http import Answer

REFUSING: Final = frozenset({401, 403, 409, 423, 429, 503})
MOST_FIELDS: Final = 100
ANSWERS: Final = "answers"
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
        return asked(browser, self.lookup.method, _filled(self.lookup.url, person), purpose)


def asked(browser: Browser, method: str, url: str, purpose: str) -> "Answer":
    """An answer that was searched for strangers before anything else is done with it."""
    answer = browser.open(url, purpose, method=method)
    if browser.ledger.strangers(text(answer)):
        path = clean(urlsplit(answer.url).path)
        fields = tuple(sorted(set(_names(parsed(answer)))))[:MOST_FIELDS]
        sent = len(browser.ledger.sent)
        shown = ForeignData(sent, True, path, answer.status, fields, key=ANSWERS, source=purpose)
        raise ForeignPerson(shown)
    return answer


def looked_up(
    ups: LookUps, other: Opened | None
) -> Iterator[CeilingProof | FieldsReturned | AlarmRaised]:
    """The fields of the first answer, the ceiling, and the burst an alarm should notice."""
    name = ups.account.canary.account
    where: dict[str, Any] = {"key": name, "source": f"look-ups by {name}"}
    first = ups.ask(ups.people[0], "look_up")
    if first.status == 200:
        path = clean(urlsplit(first.url).path)
        returned = tuple(sorted(set(_names(parsed(first)))))[:MOST_FIELDS]
        yield FieldsReturned(returned, tuple(ups.lookup.needed), key=path, source="look-up")
    else:
        why = f"the first look-up was answered with {first.status}"
        if ups.lookup.ceiling is not None:
            yield CeilingProof(0, ups.lookup.ceiling.people, Unknown(Reason.REFUSED, why), **where)
        return
    if ups.lookup.ceiling is not None:
        began = datetime.now(UTC).replace(microsecond=0).isoformat()
        proof = _ceiling(ups, other, where)
        yield proof
        yield AlarmRaised(began, proof.read, NO_RECORD, **where)


def _ceiling(ups: LookUps, other: Opened | None, where: dict[str, Any]) -> CeilingProof:
    declared = ups.lookup.ceiling.people
    read = 1
    for person in ups.people[1 : 2 * declared]:
        try:
            answer = ups.ask(person, "ceiling")
        except ForeignPerson:
            raise
        except CollectError as error:
            return CeilingProof(read, declared, Unknown(error.reason, str(error)), **where)
        if _refuses(answer):
            stops = _stops(ups, other, person)
            return CeilingProof(read, declared, True, stops, answer.status, **where)
        read += 1
    if read <= declared:
        short = f"{len(ups.people)} canary people, {declared + 1} are needed to pass the ceiling"
        return CeilingProof(read, declared, Unknown(Reason.UNRESOLVED, short), **where)
    return CeilingProof(read, declared, False, **where)


def _stops(ups: LookUps, other: Opened | None, person: str) -> str:
    """What the refusal was about: told by somebody read before, then by another account."""
    if not _refuses(ups.ask(ups.people[0], "ceiling_again")):
        return "people"
    if other is not None and other.open:
        elsewhere = LookUps(other, ups.lookup, ups.people)
        if _refuses(elsewhere.ask(person, "ceiling_other")):
            return "address"
    return "requests"


def _refuses(answer: "Answer") -> bool:
    """A status that says no, or a way back to the sign-in or to a second factor."""
    return answer.status in REFUSING or answer.location is not None


def _filled(url: str, person: str) -> str:
    return url.replace("{beneficiary}", quote(person, safe=""))


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
