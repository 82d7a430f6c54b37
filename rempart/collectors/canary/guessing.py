"""Wrong passwords, sent to canaries alone: what they tell, and when they are stopped."""

import html
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin

from rempart.check import Reason, Seen, Unknown
from rempart.collectors.canary import sign_in
from rempart.collectors.canary.browser import Browser, text
from rempart.collectors.canary.forms import base, form_with, forms, token_header
from rempart.collectors.canary.sign_in import WRONG, Outcome, State
from rempart.errors import CollectError, Unresolved
from rempart.observations.canary import EnumerationProof, LockoutProof

if TYPE_CHECKING:
    from rempart.transport.http import Answer

PAIRS: Final = 2
LATER: Final = 2  # times as long, and
SEEN_LATER: Final = 0.1  # seconds more: less is the network's noise
_VOLATILE: Final = re.compile(r"[0-9a-fA-F]{8,}|\d+|nonce=\S+", re.IGNORECASE)


def enumeration(
    browser: Browser,
    login: Any,  # noqa: ANN401
    known: str,
    absent: Sequence[str],
) -> EnumerationProof:
    """Whether a wrong sign-in answers otherwise for a name that nobody has, by the payer's word."""
    where: dict[str, Any] = {
        "key": "sign-in",
        "source": "wrong sign-ins, a canary and an absent account in turn",
    }
    tells: set[str] = set()
    pairs: list[tuple[Outcome, Outcome]] = []
    waits: list[tuple[float, float]] = []
    for turn in range(PAIRS):
        name = absent[turn % len(absent)]
        own, other = browser.fresh(), browser.fresh()
        sides = [(own, known), (other, name)]
        try:  # who comes first changes: what slows the second one is no difference
            said = {
                who: sign_in.password(side, login, who, WRONG)
                for side, who in (reversed(sides) if turn % 2 else sides)
            }
        except CollectError as error:
            return EnumerationProof(Unknown(error.reason, str(error)), **where)
        first, second = said[known], said[name]
        if State.SLOWED in (first.state, second.state):
            return EnumerationProof(Unknown(Reason.REFUSED, "the portal asked to wait"), **where)
        tells |= set(_differences(first, second))
        pairs.append((first, second))
        waits.append((own.waited, other.waited))
        if State.LOCKED in (first.state, second.state):
            break
    names = (known, *absent)
    if _tells([_words(one, names) for one, _ in pairs], [_words(two, names) for _, two in pairs]):
        tells.add("text")
    if not tells and len(waits) == PAIRS and (apart := _apart(waits)):
        why = f"one of them is answered {apart} ms later each time: suspected, not proved"
        return EnumerationProof(Unknown(Reason.UNRESOLVED, why), **where)
    return EnumerationProof(bool(tells), tuple(sorted(tells)), **where)


def _apart(waits: Sequence[tuple[float, float]]) -> int:
    """By how many milliseconds every answer to the one is later than any to the other; else 0."""
    one, two = [first for first, _ in waits], [second for _, second in waits]
    late, soon = (one, two) if min(one) > max(two) else (two, one)
    if min(late) < LATER * max(soon) or min(late) - max(soon) < SEEN_LATER:
        return 0
    return round(1000 * (min(late) - max(soon)))


def reset(
    browser: Browser,
    login: Any,  # noqa: ANN401
    known: str,
    absent: Sequence[str],
) -> EnumerationProof:
    """Whether a forgotten password is answered otherwise for a name that nobody has.

    Asked once for the canary, whose own mailbox gets what is sent, and once for an absent account.
    """
    where: dict[str, Any] = {"key": "reset", "source": "forgotten passwords"}
    try:
        answers = [_forgotten(browser.fresh(), login.reset, name) for name in (known, absent[0])]
    except CollectError as error:
        return EnumerationProof(Unknown(error.reason, str(error)), **where)
    first, second = (Outcome(State.REFUSED, answer) for answer in answers)
    tells = set(_differences(first, second))
    if _tells([_words(first, (known, absent[0]))], [_words(second, (known, absent[0]))]):
        tells.add("text")
    return EnumerationProof(bool(tells), tuple(sorted(tells)), **where)


def _forgotten(browser: Browser, asked: Any, name: str) -> "Answer":  # noqa: ANN401
    page = browser.open(asked.url, "reset")
    form = form_with(text(page), asked.field)
    if form is None:
        raise Unresolved(f"the page of forgotten passwords has no field {asked.field}")
    target = urljoin(base(text(page), page.url), form.action) if form.action else page.url
    browser.headers |= token_header(text(page))
    sent = {**form.carried, asked.field: name}
    return browser.follow(browser.open(target, "reset", method=form.method, form=sent), "reset")


def _differences(first: Outcome, second: Outcome) -> Iterator[str]:
    one, two = first.answer, second.answer
    if one.status != two.status or first.state != second.state:
        yield "status"
    if one.url != two.url or one.location != two.location:
        yield "redirect"


def _tells(known: Sequence[frozenset[str]], absent: Sequence[frozenset[str]]) -> bool:
    """Whether words that every answer to the one shows are in no answer to the other."""
    always = frozenset.intersection
    ever = frozenset().union
    return bool(always(*known) - ever(*absent) or always(*absent) - ever(*known))


def _words(outcome: Outcome, names: Sequence[str]) -> frozenset[str]:
    """An answer's words without the name it repeats, what its form carries, and numbers."""
    body = html.unescape(text(outcome.answer))
    for value in {value for form in forms(body) for value in form.carried.values() if value}:
        body = body.replace(value, "")
    for name in sorted(names, key=len, reverse=True):
        body = re.sub(re.escape(name), "", body, flags=re.IGNORECASE)
    return frozenset(_VOLATILE.sub("", body).split())


def lockout(
    browser: Browser,
    login: Any,  # noqa: ANN401
    canary: Any,  # noqa: ANN401
    others: Sequence[Any],
    attempts: int,
) -> LockoutProof:
    """Wrong passwords for the one account that may be locked; a silent lock by the right one.

    Its right password comes first: what was refused before tells nothing of a lock. Stops at the
    first lock. `others` are canaries; one signs in once more, rightly, where the portal slows.
    """
    where: dict[str, Any] = {
        "key": canary.account,
        "source": "wrong passwords for the canary that may be locked",
    }
    sent, slowed = 0, False
    try:
        right = _accepted(browser, login, canary)
    except CollectError as error:
        return LockoutProof(0, Unknown(error.reason, str(error)), **where)
    if right is not True:
        why = "its right password was refused before any wrong one: it may be locked already"
        return LockoutProof(0, Unknown(Reason.REFUSED, why), **where)
    for _ in range(attempts):
        try:
            outcome = sign_in.password(browser.fresh(), login, canary.account, WRONG)
        except CollectError as error:
            return LockoutProof(sent, Unknown(error.reason, str(error)), **where)
        sent += 1
        if outcome.state is State.LOCKED:
            return _announced(browser, login, canary, outcome, sent, where)
        if outcome.state is State.SLOWED:
            slowed = True
            break
    address = _held_elsewhere(browser, login, others) if slowed else None
    locked = _silent(browser, login, canary)
    how = "silent" if locked is True else ""
    return LockoutProof(sent, locked, how, slowed, address, **where)


def _announced(
    browser: Browser,
    login: Any,  # noqa: ANN401
    canary: Any,  # noqa: ANN401
    outcome: Outcome,
    sent: int,
    where: dict[str, Any],
) -> LockoutProof:
    """A status says it; words are believed when the right password is refused."""
    locked: Seen[bool] = True if outcome.answer.status == 423 else _silent(browser, login, canary)
    return LockoutProof(sent, locked, "announced" if locked is True else "", **where)


def _silent(browser: Browser, login: Any, canary: Any) -> Seen[bool]:  # noqa: ANN401
    """Whether the right password is refused now."""
    try:
        right = _accepted(browser, login, canary)
    except CollectError as error:
        return Unknown(error.reason, str(error))
    if right is None:
        return Unknown(Reason.REFUSED, "the portal asked to wait")
    return not right


def _accepted(browser: Browser, login: Any, canary: Any) -> bool | None:  # noqa: ANN401
    """Whether the password opens a session or leads to the second factor; None if slowed."""
    own = browser.fresh()
    outcome = sign_in.password(own, login, canary.account, canary.password.resolve())
    if outcome.state is State.SLOWED:
        return None
    if not outcome.sent:
        raise Unresolved("the sign-in leads elsewhere, where canaries stop")
    if outcome.state is State.LOCKED and outcome.answer.status == 423:
        return False
    if sign_in.signed_in(own, login) or sign_in.asks_factor(login, outcome):
        return True
    return bool(own.token) and outcome.state is State.FACTOR


def _held_elsewhere(browser: Browser, login: Any, others: Sequence[Any]) -> Seen[bool | None]:  # noqa: ANN401
    """Whether another canary is slowed too, with its right password: then the address is."""
    for canary in others:
        try:
            right = canary.password.resolve()
            outcome = sign_in.password(browser.fresh(), login, canary.account, right)
        except CollectError as error:
            return Unknown(error.reason, str(error))
        return outcome.state is State.SLOWED
    return Unknown(Reason.UNRESOLVED, "no other canary tells whether the address was slowed")
