"""Signing in as portals really have it: a form, an interface, a provider, a session handed over."""

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin, urlsplit

from rempart.collectors.canary.browser import Browser, parsed, text
from rempart.collectors.canary.forms import Form, base, form_with, forms, sign_in_form, token_header
from rempart.collectors.canary.totp import STEP, code
from rempart.errors import Limited, Refused, Unreachable, Unresolved

if TYPE_CHECKING:
    from rempart.transport.http import Answer

WRONG: Final = "wrong-password-of-an-audit"
LOCKED: Final = re.compile(
    r"\block(?:ed|out)\b|verrouill[ée]|bloqu[ée]|suspendu|temporairement d[ée]sactiv"
    r"|gesperrt|blockiert|deaktiviert|(?:disabled|suspended) (?:for|until|temporarily)"
    r"|temporarily (?:disabled|suspended|blocked)|too many|trop de tentatives|zu viele",
    re.IGNORECASE,
)
# What is going to happen after some more attempts has not happened.
_WARNED: Final = re.compile(
    r"(?:will|would|may) (?:then )?be (?:temporarily )?(?:locked|suspended)"
    r"|sera (?:alors |temporairement )?(?:bloqu|verrouill|suspendu)[ée]*"
    r"|avant (?:le |d'être )?(?:blocage|verrouillage|bloqu[ée]|verrouill[ée])"
    r"|wird (?:dann |vor[üu]bergehend )?(?:\w+ ){0,4}(?:gesperrt|blockiert)",
    re.IGNORECASE,
)
_FACTOR: Final = re.compile(
    r"mfa|2fa|two.?factor|second.?factor|otp|one.?time|challenge|second facteur", re.IGNORECASE
)
SETTLES: Final = 4  # seconds beyond a wait that a request still needs
_HEADER: Final = re.compile(r"^(?:set-cookie|cookie|authorization)\s*:\s*", re.IGNORECASE)
_TOKENS: Final = ("access_token", "accessToken", "token", "id_token", "jwt")
_CAPTCHA: Final = re.compile(
    r"g-recaptcha|h-captcha|hcaptcha\.com|cf-turnstile|captcha", re.IGNORECASE
)


class State(StrEnum):
    """What a sign-in came to."""

    OPEN = "open"  # a session
    FACTOR = "factor"  # something more is asked for
    LEAVES = "leaves"  # an identity provider, where canaries stop
    REFUSED = "refused"
    LOCKED = "locked"
    SLOWED = "slowed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The state and the answer it was told by."""

    state: State
    answer: "Answer"
    sent: bool = True  # false where no password was sent


def pause(seconds: float) -> None:
    """Wait."""
    time.sleep(seconds)


def signed_in(browser: Browser, login: Any) -> bool:  # noqa: ANN401
    """Whether the session is open: the page the inventory names answers as it says.

    Raises Refused where the answer is that of a portal in trouble, or one that slows who asks.
    """
    where = login.signed_in
    answer = browser.open(where.url, "signed_in")
    if answer.status != where.status and (answer.status == 429 or answer.status >= 500):
        raise Refused(
            f"login.signed_in was answered with {answer.status}: "
            "whether the session is open cannot be told"
        )
    return answer.status == where.status and not _asks_again(answer) and not _code(login, answer)


def asks_factor(login: Any, outcome: Outcome) -> bool:  # noqa: ANN401
    """Whether the answer to the password asks for something more."""
    answer, second = outcome.answer, login.second_factor
    if outcome.state is State.LOCKED or answer.status in (404, 405) or answer.status >= 500:
        return False
    there = second and urlsplit(urljoin(answer.url, second.url)).path == urlsplit(answer.url).path
    if _code(login, answer) or (there and not _asks_again(answer)):
        return True
    return parsed(answer) is not None and bool(_FACTOR.search(text(answer)))


def _code(login: Any, answer: "Answer") -> bool:  # noqa: ANN401
    second = login.second_factor
    return second is not None and form_with(text(answer), second.field) is not None


def password(browser: Browser, login: Any, account: str, secret: str) -> Outcome:  # noqa: ANN401
    """Send name and password, once. Raises CollectError where there is no way to."""
    if login.kind == "json":
        return _json(browser, login, account, secret)
    return _form(browser, login, account, secret)


def factor(browser: Browser, login: Any, canary: Any, shown: "Answer") -> bool:  # noqa: ANN401
    """Send the second factor; whether a session is open then. `shown` asked for it."""
    second = login.second_factor
    ask = browser.ledger.access.ask
    if second is None or (canary.totp is None and ask is None):
        return False
    if login.kind == "json":
        value = _value(browser, canary)
        answer = browser.open(second.url, "factor", method="POST", data={second.field: value})
        _token(browser, answer)
        return signed_in(browser, login)
    page = shown if _code(login, shown) else browser.open(second.url, "factor")
    form = form_with(text(page), second.field)
    browser.headers |= token_header(text(page))
    sent = dict(form.carried) if form else {}
    target = urljoin(base(text(page), page.url), form.action) if form else second.url
    sent[second.field] = _value(browser, canary)
    answer = browser.open(target or page.url, "factor", method="POST", form=sent)
    browser.follow(answer, "factor")
    return signed_in(browser, login)


def _value(browser: Browser, canary: Any) -> str:  # noqa: ANN401
    """The one-time code; never one that was used before, which a portal rightly refuses."""
    ledger = browser.ledger
    if canary.totp is None:
        assert ledger.access.ask is not None  # noqa: S101
        return ledger.access.ask(f"one-time code of {canary.account}").strip()
    now = time.time()
    if ledger.codes.get(canary.account) == int(now) // STEP:
        left = STEP - now % STEP + 0.5
        if ledger.access.deadline.remaining() < left + SETTLES:
            raise Limited("no time was left to wait for the next one-time code")
        pause(left)
        now = time.time()
    ledger.codes[canary.account] = int(now) // STEP
    return code(canary.totp.resolve(), now)


def handed_over(browser: Browser, session: str) -> None:
    """A session a person signed in and handed over: a Cookie or Authorization header's value."""
    session = _HEADER.sub("", session.strip())
    scheme, space, value = session.partition(" ")
    if space and scheme.lower() == "bearer":
        browser.token = value.strip()
        return
    for pair in session.split(";"):
        name, equals, value = pair.strip().partition("=")
        if equals:
            browser.cookies.put(browser.base, name, value)


def _form(browser: Browser, login: Any, account: str, secret: str) -> Outcome:  # noqa: ANN401
    page = browser.follow(browser.open(login.url or "/", "page"), "page")
    if page.leaves:
        return Outcome(State.LEAVES, page, sent=False)
    form = sign_in_form(text(page), login.fields.get("password", ""))
    if form is None:
        raise Unresolved(_unknown(page))
    if form.method == "GET":
        raise Unresolved(
            "the sign-in form would put the password into an address (method get), or a script "
            "sends it: nothing was sent; describe the sign-in in the inventory (login.kind json)"
        )
    names = _names(form, login)
    sent = {**form.carried, names[0]: account, names[1]: secret}
    target = urljoin(base(text(page), page.url), form.action) if form.action else page.url
    there, here = urlsplit(target), urlsplit(browser.base)
    if there.hostname != here.hostname:
        return Outcome(State.LEAVES, replace(page, leaves=target), sent=False)
    browser.headers |= token_header(text(page))
    browser.ledger.sign_in(account, wrong=secret == WRONG)
    answer = browser.open(target, "sign_in", method="POST", form=sent)
    last = browser.follow(answer, "sign_in")
    if last.leaves:
        return Outcome(State.LEAVES, last)
    return Outcome(_state(answer, last, text(page)), last)


def _names(form: Form, login: Any) -> tuple[str, str]:  # noqa: ANN401
    """The fields for name and password: the inventory's words, else those of the form."""
    account = login.fields.get("account") or next(iter(form.texts), "")
    if not account:
        raise Unresolved("the sign-in form has no field for a name: say which under login.fields")
    return account, login.fields.get("password") or form.passwords[0]


def _unknown(page: "Answer") -> str:
    seen = "no form with one password field"
    if any(form.unnamed for form in forms(text(page))):
        seen = "a password field without a name, which a script sends"
    if _CAPTCHA.search(text(page)):
        seen = "a captcha"
    return (
        f"the sign-in page shows {seen}: describe it in the inventory "
        "(login.kind json with its url and fields, or session with one handed over)"
    )


def _json(browser: Browser, login: Any, account: str, secret: str) -> Outcome:  # noqa: ANN401
    fields = {"account": "username", "password": "password", **login.fields}
    if not browser.cookies.kept:  # what a browser would have got with the application
        with suppress(Unreachable, Refused):
            first = browser.follow(browser.open("/", "page"), "page")
            browser.headers |= token_header(text(first))
    browser.ledger.sign_in(account, wrong=secret == WRONG)
    data = {fields["account"]: account, fields["password"]: secret}
    answer = browser.open(login.url, "sign_in", method="POST", data=data)
    if answer.location:
        return Outcome(State.LEAVES, answer)
    state = _state(answer, answer, "")
    if state is State.FACTOR and answer.status < 300:
        _token(browser, answer)
    return Outcome(state, answer)


def _token(browser: Browser, answer: "Answer") -> None:
    """A token in the answer goes along from now on; one that renews it is noted."""
    said = dict(_strings(parsed(answer)))
    browser.token = next((said[name] for name in _TOKENS if said.get(name)), browser.token)
    browser.renews = said.get("refresh_token") or said.get("refreshToken") or browser.renews


def _strings(value: Any, depth: int = 0) -> Iterator[tuple[str, str]]:  # noqa: ANN401  (JSON)
    """Names and texts of an object, those of inner objects before its own."""
    if not isinstance(value, dict) or depth > 4:
        return
    for inner in value.values():
        yield from _strings(inner, depth + 1)
    for name, one in value.items():
        if isinstance(one, str):
            yield name, one


def _state(answer: "Answer", last: "Answer", before: str) -> State:
    """What an answer to a sign-in tells; whether a session is open is asked apart."""
    if 429 in (answer.status, last.status):
        return State.SLOWED
    if 423 in (answer.status, last.status) or _says_locked(text(last), before):
        return State.LOCKED
    if answer.status >= 500:
        raise Refused(f"the sign-in was answered with {answer.status}")
    if answer.status in (400, 401, 403, 422) or _asks_again(last):
        return State.REFUSED
    return State.FACTOR


def _says_locked(body: str, before: str) -> bool:
    """Whether a page speaks of a lock that the sign-in page did not speak of before."""
    usual = {found[0].lower() for found in LOCKED.finditer(before)}
    said = (found[0].lower() for found in LOCKED.finditer(_WARNED.sub("", body)))
    return any(word not in usual for word in said)


def _asks_again(answer: "Answer") -> bool:
    return sign_in_form(text(answer)) is not None
