"""What one account proves: the second factor, the session's begin and end."""

import base64
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import msgspec

from rempart.check import Reason, Seen, Unknown
from rempart.collectors.canary import sign_in
from rempart.collectors.canary.browser import DOUBLED, Browser, text
from rempart.collectors.canary.forms import base, forms, token_header
from rempart.collectors.canary.sign_in import Outcome, State
from rempart.collectors.text import clean
from rempart.errors import CollectError, Refused, Unreachable, Unresolved
from rempart.observations.canary import FactorProof, SessionLife, SessionProof

Halfway = Callable[[Browser], Iterable[tuple[str, str]]]  # what it reads, by path
HANDED_OVER = Unknown(
    Reason.UNRESOLVED, "the session was handed over: how it was opened was not seen"
)
SECRET: Final = 16  # characters: shorter values guard nothing
NO_WAY = Unknown(Reason.UNRESOLVED, "no session of the canary could be opened")


@dataclass(slots=True)
class Opened:
    """A canary signed in, or as far as it came."""

    canary: Any
    browser: Browser
    open: bool
    factor: FactorProof | None = None
    before: Browser | None = None  # as it was when the password was sent
    accepted: bool = False  # the password was the right one, by what followed


def opened(
    browser: Browser,
    login: Any,  # noqa: ANN401
    canary: Any,  # noqa: ANN401
    halfway: Halfway | None = None,
) -> Opened:
    """Sign in once with all the canary has. Raises CollectError.

    `halfway` is asked after the password, for whatever a session without its factor reads already.
    """
    where: dict[str, Any] = {"key": canary.account, "source": "sign-in of the canary"}
    if canary.session is not None:
        sign_in.handed_over(browser, canary.session.resolve())
        proof = FactorProof(HANDED_OVER, **where)
        return Opened(canary, browser, sign_in.signed_in(browser, login), proof)
    if canary.password is None:
        raise Unresolved("the canary has neither a password nor a session in the inventory")
    secret = canary.password.resolve()
    first = "/" if login.kind == "json" else login.url or "/"
    with suppress(Unreachable, Refused):
        page = browser.follow(browser.open(first, "before"), "before")
        browser.headers |= token_header(text(page))
    before = browser.copied()
    outcome = sign_in.password(browser, login, canary.account, secret)
    account = Opened(canary, browser, False, None, before)
    if outcome.state is State.SLOWED or not outcome.sent:
        account.factor = FactorProof(_not_tried(outcome), "", **where)
        return account
    if sign_in.signed_in(browser, login):
        account.open, account.accepted = True, True
        account.factor = FactorProof(False, **where)
        return account
    asked = sign_in.asks_factor(login, outcome)
    if outcome.state in (State.REFUSED, State.LOCKED) and not asked:
        why = f"the canary's sign-in was answered with {outcome.state}"
        account.factor = FactorProof(Unknown(Reason.REFUSED, why), **where)
        return account
    read = dict(halfway(browser)) if halfway is not None else {}
    account.open = sign_in.factor(browser, login, canary, outcome.answer)
    account.accepted = account.open or asked
    account.factor = FactorProof(_required(account, halfway, read), "totp", **where)
    if not account.accepted:
        account.factor = FactorProof(_not_understood(outcome), **where)
    return account


def _required(account: Opened, halfway: Halfway | None, read: Mapping[str, str]) -> bool:
    """Whether the factor stands before everything, not before the page of a session alone."""
    if halfway is None or not read or not account.open:
        return True
    now = dict(halfway(account.browser))
    same = {path for path, printed in read.items() if now.get(path) == printed}
    return not same.difference(dict(halfway(account.browser.fresh())))


def _not_tried(outcome: Outcome) -> Unknown:
    if outcome.state is State.SLOWED:
        return Unknown(Reason.REFUSED, "the canary's sign-in was answered with slowed")
    host = clean(urlsplit(outcome.answer.leaves).hostname or "elsewhere")
    return Unknown(
        Reason.UNRESOLVED,
        f"the sign-in leads to an identity provider ({host}), where canaries stop: whether it asks "
        "for a second factor is to be proved there",
    )


def _not_understood(outcome: Outcome) -> Unknown:
    answer = outcome.answer
    return Unknown(
        Reason.UNRESOLVED,
        f"the password was answered with {answer.status} and neither a session nor a second factor "
        "was seen: look at login.signed_in and login.second_factor, and at the canary's password",
    )


def session_proof(account: Opened, login: Any) -> SessionProof:  # noqa: ANN401
    """What becomes of the session; ends with the session signed out where a way out is known."""
    where: dict[str, Any] = {"key": account.canary.account, "source": "session of the canary"}
    if not account.open:
        return SessionProof(NO_WAY, NO_WAY, NO_WAY, NO_WAY, **where)
    rotated = _settled(lambda: _rotated(account, login))
    no_store = _settled(lambda: _no_store(account, login))
    single = _settled(lambda: _single(account, login))
    ends = _settled(lambda: _ends(account, login))
    return SessionProof(rotated, ends, single, no_store, **where)


def session_life(account: Opened) -> SessionLife:
    """How long the session lasts, by its token or its cookie."""
    where: dict[str, Any] = {"key": account.canary.account, "source": "session of the canary"}
    if not account.open:
        return SessionLife(NO_WAY, **where)
    token = _token_life(account.browser.token)
    if account.browser.renews:
        renewed = "a refresh token renews the session; how long it may do so was not waited for"
        life = _token_life(account.browser.renews)
        return SessionLife(life or Unknown(Reason.UNRESOLVED, renewed), "refresh token", **where)
    if token is not None:
        return SessionLife(token, "token", **where)
    lives = _carrying(account)
    if lives and None not in lives.values():
        name = max(lives, key=lambda one: lives[one] or 0)
        return SessionLife(lives[name] or 0, clean(name), **where)
    silent = Unknown(
        Reason.UNRESOLVED, "the session says nothing of its end, and was not waited for"
    )
    return SessionLife(silent, **where)


def _token_life(token: str) -> int | None:
    """Seconds from the issue of a JSON web token to its end; None for any other token."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        raw = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        said = msgspec.json.decode(raw, type=dict[str, Any])
        return int(said["exp"]) - int(said.get("iat", time.time()))
    except (ValueError, KeyError, TypeError, msgspec.DecodeError):
        return None


def _settled(probe: Any) -> Seen[bool | None]:  # noqa: ANN401
    try:
        found: Seen[bool | None] = probe()
    except CollectError as error:
        return Unknown(error.reason, str(error))
    return found


def _carrying(account: Opened) -> dict[str, int | None]:
    """The cookies that may carry the session: new since the password, long enough to be secret."""
    own, browser = account.browser.own(), account.browser
    before = account.before.own() if account.before else {}
    lasting = browser.cookies.lasting(browser.base)
    return {
        name: lasting.get(name)
        for name, value in own.items()
        if len(value) >= SECRET and before.get(name) != value and name not in DOUBLED
    }


def _rotated(account: Opened, login: Any) -> bool | None:  # noqa: ANN401
    """Whether the cookies of before the sign-in, which somebody may know, open nothing now."""
    if account.before is None or not account.before.cookies.kept:
        return None
    if account.browser.token and account.browser.token != account.before.token:
        return True
    return not sign_in.signed_in(account.before.copied(), login)


def _no_store(account: Opened, login: Any) -> Seen[bool]:  # noqa: ANN401
    answer = account.browser.open(login.signed_in.url, "cache")
    if answer.status != login.signed_in.status:
        return Unknown(Reason.UNRESOLVED, "the session had ended before")
    words = ",".join(answer.all("cache-control")).lower()
    return "no-store" in words


def _single(account: Opened, login: Any) -> Seen[bool | None]:  # noqa: ANN401
    """Whether a second sign-in ends the first session; a handed-over one cannot be doubled."""
    if account.canary.session is not None:
        return None
    if not sign_in.signed_in(account.browser, login):
        return Unknown(Reason.UNRESOLVED, "the session had ended before")
    second = opened(account.browser.fresh(), login, account.canary)
    alive = sign_in.signed_in(account.browser, login)
    if not second.open:
        why = "a second sign-in opened no session"
        return Unknown(Reason.UNRESOLVED, why) if alive else True
    if not alive:
        account.browser = second.browser
    return not alive


def _ends(account: Opened, login: Any) -> Seen[bool | None]:  # noqa: ANN401
    """Whether the session is dead for whoever kept its cookie, after signing out."""
    if login.logout is None:
        return None
    thief = account.browser.copied()
    if not sign_in.signed_in(thief, login):
        return Unknown(Reason.UNRESOLVED, "the session had ended before")
    out, form = login.logout, None
    if out.method == "POST":
        form = _way_out(account.browser, login)
    answer = account.browser.open(out.url, "sign_out", method=out.method, form=form)
    dead = not sign_in.signed_in(thief, login)
    if not dead and answer.status >= 400:
        why = f"the way out was answered with {answer.status}: nobody was signed out"
        return Unknown(Reason.REFUSED, why)
    return dead


def _way_out(browser: Browser, login: Any) -> dict[str, str]:  # noqa: ANN401
    """What the form that signs out carries, where the page of the session shows it."""
    page = browser.open(login.signed_in.url, "sign_out")
    body, out = text(page), urljoin(browser.base, login.logout.url)
    browser.headers |= token_header(body)
    for form in forms(body):
        if form.action and urljoin(base(body, page.url), form.action) == out:
            return dict(form.carried)
    return {}
