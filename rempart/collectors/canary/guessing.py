"""Wrong passwords, sent to canaries alone: what they tell, and when they are stopped."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin

from rempart.check import Reason, Seen, Unknown
from rempart.collectors.canary import sign_in
from rempart.collectors.canary.browser import Browser, text
from rempart.collectors.canary.forms import form_with, forms
from rempart.collectors.canary.sign_in import WRONG, Outcome, State
from rempart.errors import CollectError, Unresolved
from rempart.observations.canary import EnumerationProof, LockoutProof

if TYPE_CHECKING:
    from rempart.transport.http import Answer

PAIRS: Final = 2
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
    for turn in range(PAIRS):
        name = absent[turn % len(absent)]
        try:
            first = sign_in.password(browser.fresh(), login, known, WRONG)
            second = sign_in.password(browser.fresh(), login, name, WRONG)
        except CollectError as error:
            return EnumerationProof(Unknown(error.reason, str(error)), **where)
        if State.SLOWED in (first.state, second.state):
            return EnumerationProof(Unknown(Reason.REFUSED, "the portal asked to wait"), **where)
        tells |= set(_differences(first, second, (known, name)))
    return EnumerationProof(bool(tells), tuple(sorted(tells)), **where)


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
    tells = sorted(set(_differences(first, second, (known, absent[0]))))
    return EnumerationProof(bool(tells), tuple(tells), **where)


def _forgotten(browser: Browser, asked: Any, name: str) -> "Answer":  # noqa: ANN401
    page = browser.open(asked.url, "reset")
    form = form_with(text(page), asked.field)
    if form is None:
        raise Unresolved(f"the page of forgotten passwords has no field {asked.field}")
    target = urljoin(page.url, form.action) if form.action else page.url
    sent = {**form.carried, asked.field: name}
    return browser.follow(browser.open(target, "reset", method=form.method, form=sent), "reset")


def _differences(first: Outcome, second: Outcome, names: Sequence[str]) -> Iterator[str]:
    one, two = first.answer, second.answer
    if one.status != two.status or first.state != second.state:
        yield "status"
    if one.url != two.url or one.location != two.location:
        yield "redirect"
    if _still(text(one), names) != _still(text(two), names):
        yield "text"


def _still(body: str, names: Sequence[str]) -> str:
    """A page without the name it repeats, what its form carries, and numbers of the moment."""
    for value in {value for form in forms(body) for value in form.carried.values() if value}:
        body = body.replace(value, "")
    for name in names:
        body = body.replace(name, "")
    return _VOLATILE.sub("", body)


def lockout(
    browser: Browser,
    login: Any,  # noqa: ANN401
    canary: Any,  # noqa: ANN401
    others: Sequence[str],
    attempts: int,
) -> LockoutProof:
    """Wrong passwords for the one account that may be locked; a silent lock by the right one.

    Stops at the first lock. `others` are canaries, each tried once more where the portal slows.
    """
    where: dict[str, Any] = {
        "key": canary.account,
        "source": "wrong passwords for the canary that may be locked",
    }
    sent, slowed = 0, False
    for _ in range(attempts):
        try:
            outcome = sign_in.password(browser.fresh(), login, canary.account, WRONG)
        except CollectError as error:
            return LockoutProof(sent, Unknown(error.reason, str(error)), **where)
        sent += 1
        if outcome.state is State.LOCKED:
            return LockoutProof(sent, True, "announced", slowed, **where)
        if outcome.state is State.SLOWED:
            slowed = True
            break
    address = _held_elsewhere(browser, login, others) if slowed else None
    locked = _silent(browser, login, canary)
    how = "silent" if locked is True else ""
    return LockoutProof(sent, locked, how, slowed, address, **where)


def _silent(browser: Browser, login: Any, canary: Any) -> Seen[bool]:  # noqa: ANN401
    """Whether the right password is refused now."""
    try:
        outcome = sign_in.password(
            browser.fresh(), login, canary.account, canary.password.resolve()
        )
    except CollectError as error:
        return Unknown(error.reason, str(error))
    if outcome.state is State.SLOWED:
        return Unknown(Reason.REFUSED, "the portal asked to wait")
    return outcome.state in (State.REFUSED, State.LOCKED)


def _held_elsewhere(browser: Browser, login: Any, others: Sequence[str]) -> Seen[bool | None]:  # noqa: ANN401
    """Whether another canary is slowed too: then it is the address that is."""
    for name in others:
        try:
            return sign_in.password(browser.fresh(), login, name, WRONG).state is State.SLOWED
        except CollectError as error:
            return Unknown(error.reason, str(error))
    return None
