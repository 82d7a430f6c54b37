"""Signing in as portals really have it: a form, an interface, a provider, a session handed over."""

import re
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin, urlsplit

from rempart.collectors.canary.browser import Browser, parsed, text
from rempart.collectors.canary.forms import Form, form_with, sign_in_form
from rempart.collectors.canary.totp import code
from rempart.errors import Refused, Unresolved

if TYPE_CHECKING:
    from rempart.transport.http import Answer

WRONG: Final = "wrong-password-of-an-audit"
LOCKED: Final = re.compile(
    r"\block(?:ed|out)\b|verrouill|bloqu[ée]|gesperrt|too many|trop de tentatives|zu viele",
    re.IGNORECASE,
)
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
    """The state and the answer it was told by; `shown` what the page said before."""

    state: State
    answer: "Answer"


def signed_in(browser: Browser, login: Any) -> bool:  # noqa: ANN401
    """Whether the session is open: the page the inventory names answers as it says."""
    where = login.signed_in
    answer = browser.open(where.url, "signed_in")
    return answer.status == where.status and not _asks_again(answer)


def password(browser: Browser, login: Any, account: str, secret: str) -> Outcome:  # noqa: ANN401
    """Send name and password, once. Raises CollectError where there is no way to."""
    if login.kind == "json":
        return _json(browser, login, account, secret)
    return _form(browser, login, account, secret)


def factor(browser: Browser, login: Any, canary: Any) -> bool:  # noqa: ANN401
    """Send the second factor; whether a session is open then."""
    second = login.second_factor
    ask = browser.ledger.access.ask
    if second is None or (canary.totp is None and ask is None):
        return False
    if canary.totp is not None:
        value = code(canary.totp.resolve(), time.time())
    else:
        assert ask is not None  # noqa: S101
        value = ask(f"one-time code of {canary.account}").strip()
    if login.kind == "json":
        answer = browser.open(second.url, "factor", method="POST", data={second.field: value})
        _token(browser, answer)
    else:
        page = browser.open(second.url, "factor")
        form = form_with(text(page), second.field)
        carried = dict(form.carried) if form else {}
        target = urljoin(page.url, form.action) if form else second.url
        answer = browser.open(
            target, "factor", method="POST", form={**carried, second.field: value}
        )
        browser.follow(answer, "factor")
    return signed_in(browser, login)


def handed_over(browser: Browser, session: str) -> None:
    """A session a person signed in and handed over: a Cookie or Authorization header's value."""
    if session.lower().startswith("bearer "):
        browser.token = session[7:].strip()
        return
    for pair in session.removeprefix("Cookie:").split(";"):
        name, equals, value = pair.strip().partition("=")
        if equals:
            browser.cookies.setdefault(urlsplit(browser.base).hostname or "", {})[name] = value


def _form(browser: Browser, login: Any, account: str, secret: str) -> Outcome:  # noqa: ANN401
    page = browser.follow(browser.open(login.url or "/", "page"), "page")
    if page.leaves:
        return Outcome(State.LEAVES, page)
    form = sign_in_form(text(page))
    if form is None:
        raise Unresolved(_unknown(page))
    names = _names(form, login)
    sent = {**form.carried, names[0]: account, names[1]: secret}
    target = urljoin(page.url, form.action) if form.action else page.url
    if urlsplit(target).hostname != urlsplit(browser.base).hostname:
        return Outcome(State.LEAVES, page)
    browser.ledger.sign_in(account, wrong=secret == WRONG)
    answer = browser.open(target, "sign_in", method=form.method, form=sent)
    last = browser.follow(answer, "sign_in")
    if last.leaves:
        return Outcome(State.LEAVES, last)
    return Outcome(_state(answer, last), last)


def _names(form: Form, login: Any) -> tuple[str, str]:  # noqa: ANN401
    """The fields for name and password: the inventory's words, else those of the form."""
    account = login.fields.get("account") or next(iter(form.texts), "")
    if not account:
        raise Unresolved("the sign-in form has no field for a name: say which under login.fields")
    return account, login.fields.get("password") or form.passwords[0]


def _unknown(page: "Answer") -> str:
    seen = "a captcha" if _CAPTCHA.search(text(page)) else "no form with one password field"
    return (
        f"the sign-in page shows {seen}: describe it in the inventory "
        "(login.kind json with its url and fields, or session with one handed over)"
    )


def _json(browser: Browser, login: Any, account: str, secret: str) -> Outcome:  # noqa: ANN401
    fields = {"account": "username", "password": "password", **login.fields}
    browser.ledger.sign_in(account, wrong=secret == WRONG)
    data = {fields["account"]: account, fields["password"]: secret}
    answer = browser.open(login.url, "sign_in", method="POST", data=data)
    if answer.location:
        return Outcome(State.LEAVES, answer)
    state = _state(answer, answer)
    if state is State.FACTOR and answer.status < 300:
        _token(browser, answer)
    return Outcome(state, answer)


def _token(browser: Browser, answer: "Answer") -> None:
    """A token in the answer's own object goes along from now on."""
    said = parsed(answer)
    for holder in (said, said.get("data") if isinstance(said, dict) else None):
        if isinstance(holder, dict):
            for name in _TOKENS:
                if isinstance(holder.get(name), str):
                    browser.token = holder[name]
                    return


def _state(answer: "Answer", last: "Answer") -> State:
    """What an answer to a sign-in tells; whether a session is open is asked apart."""
    if 429 in (answer.status, last.status):
        return State.SLOWED
    if 423 in (answer.status, last.status) or LOCKED.search(text(last)):
        return State.LOCKED
    if answer.status >= 500:
        raise Refused(f"the sign-in was answered with {answer.status}")
    if answer.status in (400, 401, 403, 422) or _asks_again(last):
        return State.REFUSED
    return State.FACTOR


def _asks_again(answer: "Answer") -> bool:
    return sign_in_form(text(answer)) is not None
