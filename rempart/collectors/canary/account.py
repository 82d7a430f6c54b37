"""What one account proves: the second factor, the session's begin and end."""

import base64
import time
from dataclasses import dataclass
from typing import Any

import msgspec

from rempart.check import Reason, Seen, Unknown
from rempart.collectors.canary import sign_in
from rempart.collectors.canary.browser import Browser
from rempart.collectors.canary.sign_in import State
from rempart.collectors.text import clean
from rempart.errors import CollectError
from rempart.observations.canary import FactorProof, SessionLife, SessionProof

NO_WAY = Unknown(Reason.UNRESOLVED, "no session of the canary could be opened")


@dataclass(slots=True)
class Opened:
    """A canary signed in, or as far as it came."""

    canary: Any
    browser: Browser
    open: bool
    factor: FactorProof | None = None
    before: dict[str, str] | None = None


def opened(browser: Browser, login: Any, canary: Any) -> Opened:  # noqa: ANN401
    """Sign in once with all the canary has. Raises CollectError."""
    if canary.session is not None:
        sign_in.handed_over(browser, canary.session.resolve())
        return Opened(canary, browser, sign_in.signed_in(browser, login))
    secret = canary.password.resolve()
    page = browser.open(login.url or "/", "before")
    browser.follow(page, "before")
    before = dict(browser.own())
    outcome = sign_in.password(browser, login, canary.account, secret)
    where: dict[str, Any] = {"key": canary.account, "source": "sign-in of the canary"}
    if outcome.state is State.LEAVES:
        return Opened(canary, browser, False, FactorProof(True, "provider", **where), before)
    if outcome.state in (State.REFUSED, State.LOCKED, State.SLOWED):
        why = f"the canary's sign-in was answered with {outcome.state}"
        proof = FactorProof(Unknown(Reason.REFUSED, why), **where)
        return Opened(canary, browser, False, proof, before)
    if sign_in.signed_in(browser, login):
        return Opened(canary, browser, True, FactorProof(False, **where), before)
    asked = "totp" if login.second_factor else "other"
    proof = FactorProof(True, asked, **where)
    return Opened(canary, browser, sign_in.factor(browser, login, canary), proof, before)


def session_proof(account: Opened, login: Any) -> SessionProof:  # noqa: ANN401
    """What becomes of the session; ends with the session signed out where a way out is known."""
    where: dict[str, Any] = {"key": account.canary.account, "source": "session of the canary"}
    if not account.open:
        return SessionProof(NO_WAY, NO_WAY, NO_WAY, NO_WAY, **where)
    rotated = _rotated(account)
    no_store = _settled(lambda: _no_store(account, login))
    single = _settled(lambda: _single(account, login))
    ends = _settled(lambda: _ends(account, login))
    return SessionProof(rotated, ends, single, no_store, **where)


def session_life(account: Opened) -> SessionLife:
    """How long the session lasts, by its token or its cookie."""
    where: dict[str, Any] = {"key": account.canary.account, "source": "session of the canary"}
    if not account.open:
        return SessionLife(NO_WAY, **where)
    lives = {name: account.browser.lasting[name] for name in account.browser.own()
             if name in account.browser.lasting}  # fmt: skip
    token = _token_life(account.browser.token)
    if token is not None:
        return SessionLife(token, "token", **where)
    if lives:
        name = max(lives, key=lambda one: lives[one])
        return SessionLife(lives[name], clean(name), **where)
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


def _rotated(account: Opened) -> bool | None:
    """Whether the cookies that carry the session changed at sign-in."""
    before, now = account.before, account.browser.own()
    if not before or not now:
        return None
    kept = {name for name, value in before.items() if now.get(name) == value}
    return any(name not in kept for name in now) if kept != set(now) else False


def _no_store(account: Opened, login: Any) -> bool:  # noqa: ANN401
    answer = account.browser.open(login.signed_in.url, "cache")
    words = ",".join(answer.all("cache-control")).lower()
    return "no-store" in words


def _single(account: Opened, login: Any) -> bool | None:  # noqa: ANN401
    """Whether a second sign-in ends the first session; a handed-over one cannot be doubled."""
    if account.canary.session is not None:
        return None
    second = opened(account.browser.fresh(), login, account.canary)
    if not second.open:
        return True  # a second session is not opened at all while the first one lives
    alive = sign_in.signed_in(account.browser, login)
    if not alive:
        account.browser.cookies, account.browser.token = (
            second.browser.cookies,
            second.browser.token,
        )
    return not alive


def _ends(account: Opened, login: Any) -> bool | None:  # noqa: ANN401
    """Whether the session is dead for whoever kept its cookie, after signing out."""
    if login.logout is None:
        return None
    thief = account.browser.copied()
    if not sign_in.signed_in(thief, login):
        return None
    out = login.logout
    form: dict[str, str] | None = {} if out.method == "POST" else None
    account.browser.open(out.url, "sign_out", method=out.method, form=form)
    return not sign_in.signed_in(thief, login)
