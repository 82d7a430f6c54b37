"""The way back in after a forgotten password, and whether it passes the second factor by.

The letter lies in the canary's mailbox: a person hands over the link in it (`--ask`). The password
that is set anew is the old one, so that nothing of the canary changes.
"""

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from rempart.check import Unknown
from rempart.collectors.canary import sign_in
from rempart.collectors.canary.browser import Browser, text
from rempart.collectors.canary.forms import Form, base, forms, token_header
from rempart.errors import CollectError, Unresolved
from rempart.observations.canary import FactorProof

if TYPE_CHECKING:
    from rempart.transport.http import Answer

LINK = "{link of the letter}"  # what the list of requests shows of it


def way_back(browser: Browser, login: Any, canary: Any) -> FactorProof:  # noqa: ANN401
    """Whether the link of a letter that was asked for opens a session without the second factor."""
    where: dict[str, Any] = {"key": f"{canary.account} (reset)", "source": "forgotten passwords"}
    try:
        required = not _opens(browser, login, canary)
    except CollectError as error:
        return FactorProof(Unknown(error.reason, str(error)), way="reset", **where)
    return FactorProof(required, "totp" if required else "", way="reset", **where)


def _opens(browser: Browser, login: Any, canary: Any) -> bool:  # noqa: ANN401
    ask = browser.ledger.access.ask
    if ask is None:
        raise Unresolved("the letter lies in the canary's mailbox: `--ask` takes the link in it")
    link = ask(f"link in the letter to {canary.account}, nothing to leave it out").strip()
    if not link:
        raise Unresolved("the link in the letter was not handed over")
    there, here = urlsplit(link), urlsplit(browser.base)
    if (there.scheme, there.hostname) != (here.scheme, here.hostname):
        raise Unresolved("the link in the letter leads to another host than the portal's")
    own = browser.fresh()
    own.veil = LINK
    page = own.follow(own.open(link, "reset"), "reset")
    if page.leaves:
        raise Unresolved("the link in the letter leads to another host than the portal's")
    if sign_in.signed_in(own, login):
        return True
    answer, target = _set_anew(own, page, canary.password.resolve())
    if sign_in.signed_in(own, login):
        return True
    shown_again = urlsplit(answer.url).path == urlsplit(target).path and _new_password(answer)
    if answer.status >= 400 or shown_again:
        raise Unresolved("the portal did not take the old password as the new one")
    return _signs_in(browser.fresh(), login, canary)


def _set_anew(browser: Browser, page: "Answer", secret: str) -> tuple["Answer", str]:
    """The answer to the password set anew, and where it was sent."""
    form = _new_password(page)
    if form is None or form.method == "GET":
        raise Unresolved("the link in the letter shows no field for a new password")
    target = urljoin(base(text(page), page.url), form.action) if form.action else page.url
    browser.headers |= token_header(text(page))
    sent = {**form.carried, **dict.fromkeys(form.passwords, secret)}
    answer = browser.open(target, "reset", method="POST", form=sent)
    return browser.follow(answer, "reset"), target


def _new_password(page: "Answer") -> Form | None:
    return next((form for form in forms(text(page)) if form.passwords), None)


def _signs_in(browser: Browser, login: Any, canary: Any) -> bool:  # noqa: ANN401
    """Whether the password alone signs in, now that it was set anew."""
    outcome = sign_in.password(browser, login, canary.account, canary.password.resolve())
    if sign_in.signed_in(browser, login):
        return True
    if sign_in.asks_factor(login, outcome):
        return False
    raise Unresolved("the sign-in after it neither opened a session nor asked for more")
