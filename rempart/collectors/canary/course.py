"""The order of the canaries' probes, and what ends them."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from rempart.check import Gap, Reason
from rempart.collectors import Seen
from rempart.collectors.canary import PROOFS, guessing, objects
from rempart.collectors.canary.account import (
    Halfway,
    Opened,
    opened,
    session_life,
    session_proof,
)
from rempart.collectors.canary.browser import Browser
from rempart.collectors.canary.ledger import SELDOM, Ledger, spelled
from rempart.collectors.canary.people import (
    ANSWERS,
    ForeignPerson,
    LookUps,
    asked,
    filled,
    looked_up,
)
from rempart.collectors.canary.recovery import way_back
from rempart.collectors.canary.sign_in import signed_in
from rempart.errors import CollectError, Unreachable
from rempart.observations.canary import FactorProof, ForeignData

if TYPE_CHECKING:
    from rempart.transport.access import Access


LOCK_EVERY: Final = 30  # days; a person has to unlock the account each time


def course(portal: Any, access: "Access") -> Iterator[Seen]:  # noqa: ANN401
    """Every proof the canaries can give, then the list of what they sent."""
    from rempart.transport.http import Session

    people = {one.account: _people(one) for one in portal.canaries}
    everybody = spelled(person for own in people.values() for person in own)
    ledger = Ledger(access, portal, everybody)
    with Session(
        access, portal.url, connect=portal.connect, plain=portal.plain, ca=portal.ca
    ) as session:
        new = Browser(session, ledger, "", portal.url)
        given: set[str] = set()
        try:
            for seen in _proofs(portal, new, people):
                given.add(seen.type if isinstance(seen, Gap) else type(seen).__name__)
                yield seen
            yield from _not_reached(portal, given)
            yield ForeignData(len(ledger.sent), False, key=ANSWERS, source="canaries")
        except ForeignPerson as error:
            yield error.seen
            detail = "ended: an answer showed somebody who is no canary"
            for kind in PROOFS:
                if kind.__name__ not in given:
                    yield Gap(kind.__name__, Reason.NOT_AUTHORISED, detail)
        finally:
            yield from ledger.sent


def _proofs(portal: Any, new: Browser, people: dict[str, tuple[str, ...]]) -> Iterator[Seen]:  # noqa: ANN401
    login = portal.login
    if login.signed_in is None:
        detail = "login.signed_in is missing: nobody can tell whether a session is open"
        yield from (Gap(kind.__name__, Reason.UNRESOLVED, detail) for kind in PROOFS)
        return
    try:
        stranger = signed_in(new.fresh(), login)
    except CollectError as error:
        yield from (Gap(kind.__name__, error.reason, str(error)) for kind in PROOFS)
        return
    if stranger:
        detail = (
            "login.signed_in answers a visitor without a session as well: "
            "name a page that only a session opens"
        )
        yield from (Gap(kind.__name__, Reason.UNRESOLVED, detail) for kind in PROOFS)
        return
    lived: list[Opened] = []
    for canary in portal.canaries:
        if canary.may_be_locked:
            continue
        own = _halfway(portal, canary, people[canary.account])
        try:
            account = opened(_for(new, canary.account), login, canary, own)
        except ForeignPerson:
            raise
        except CollectError as error:
            yield Gap("FactorProof", error.reason, str(error), key=canary.account)
            continue
        lived.append(account)
        if isinstance(account.factor, FactorProof):
            yield account.factor
    alive = [account for account in lived if account.open]
    yield from _reading(portal, alive, people)
    if lived:
        first = alive[0] if alive else lived[0]
        yield session_life(first)
        yield session_proof(first, login)
    yield from _guessing(portal, new, lived)


def _reading(
    portal: Any,  # noqa: ANN401
    alive: list[Opened],
    people: dict[str, tuple[str, ...]],
) -> Iterator[Seen]:
    """What the live accounts may read: their people, each other's objects."""
    if len(alive) > 1:
        yield from _settled("CrossAccess", lambda: objects.crossed(alive[0], alive[1]))
        yield from _settled("CrossAccess", lambda: objects.crossed(alive[1], alive[0]))
    yield from objects.object_names(portal.canaries)
    reader = next((one for one in alive if people[one.canary.account]), None)
    if portal.lookup is None:
        return
    if reader is None:
        detail = "no canary with people of its own could sign in"
        yield Gap("CeilingProof", Reason.UNRESOLVED, detail)
        yield Gap("FieldsReturned", Reason.UNRESOLVED, detail)
        return
    other = next((one for one in alive if one is not reader), None)
    ups = LookUps(reader, portal.lookup, people[reader.canary.account])
    yield from _settled("CeilingProof", lambda: looked_up(ups, other))


def _guessing(portal: Any, new: Browser, lived: list[Opened]) -> Iterator[Seen]:  # noqa: ANN401
    """Wrong passwords: few, on canaries alone, the lock last."""
    login = portal.login
    if login.kind not in ("form", "json"):
        detail = "the password is not asked for by the portal itself"
        yield Gap("EnumerationProof", Reason.UNRESOLVED, detail)
        yield Gap("LockoutProof", Reason.UNRESOLVED, detail)
        return
    trusted = [one.canary for one in lived if one.canary.password and one.accepted]
    known = trusted[0].account if trusted else ""
    if not known:
        detail = "no canary's right password was accepted: what a wrong one tells is not known"
        yield Gap("EnumerationProof", Reason.UNRESOLVED, detail)
    elif portal.absent_accounts:
        yield guessing.enumeration(_for(new, known), login, known, portal.absent_accounts)
        if login.reset is not None:
            yield guessing.reset(_for(new, known), login, known, portal.absent_accounts)
            if login.second_factor is not None:
                yield way_back(_for(new, known), login, trusted[0])
    else:
        detail = "the payer vouches for no absent account (absent_accounts)"
        yield Gap("EnumerationProof", Reason.UNRESOLVED, detail)
    sacrificed = next((one for one in portal.canaries if one.may_be_locked and one.password), None)
    if sacrificed is None:
        detail = "no canary may be locked (may_be_locked)"
        yield Gap("LockoutProof", Reason.NOT_AUTHORISED, detail)
        return
    access, mark = new.ledger.access, f"{SELDOM}lock of {sacrificed.account}"
    if waits := _too_soon(access.last(mark)):
        yield Gap("LockoutProof", Reason.LIMIT, waits)
        return
    access.attempt(mark)
    attempts = portal.canary_budget.failed_sign_ins
    yield guessing.lockout(_for(new, sacrificed.account), login, sacrificed, trusted, attempts)


def _halfway(portal: Any, canary: Any, people: tuple[str, ...]) -> Halfway | None:  # noqa: ANN401
    """What a session without its second factor may read already: its own things, one of each."""
    asks = [("GET", path, "") for path in canary.objects[:1]]
    if portal.lookup is not None and people:
        asks.append(filled(portal.lookup, people[0]))
    if not asks:
        return None

    def read(browser: Browser) -> Iterator[tuple[str, str]]:
        for method, url, body in asks:
            with contextlib.suppress(Unreachable):
                answer = asked(browser, method, url, "half_open", body)
                if answer.status == 200:
                    yield url, objects.printed(answer)

    return read


def _not_reached(portal: Any, given: set[str]) -> Iterator[Gap]:  # noqa: ANN401
    """What the inventory describes and no canary came to: not seen is not "does not arise"."""
    owned = any(canary.objects for canary in portal.canaries)
    lookup = portal.lookup
    described = {
        "CrossAccess": owned,
        "ObjectNames": False,  # paths without an identifier have none to judge
        "FieldsReturned": lookup is not None,
        "CeilingProof": lookup is not None and lookup.ceiling is not None,
        "AlarmRaised": lookup is not None and lookup.ceiling is not None,
    }
    for kind in PROOFS:
        name = kind.__name__
        if name not in given and described.get(name, True):
            yield Gap(name, Reason.UNRESOLVED, "no canary that signed in came so far")


def _too_soon(last: str) -> str:
    """Why an account is not locked again yet; empty when it may be."""
    if not last:
        return ""
    days = (datetime.now(UTC) - datetime.fromisoformat(last)).days
    if days >= LOCK_EVERY:
        return ""
    return f"locked {days} days ago; once in {LOCK_EVERY} days is enough"


def _settled(kind: str, probe: Callable[[], Iterator[Seen]]) -> Iterator[Seen]:
    try:
        yield from probe()
    except ForeignPerson:
        raise
    except CollectError as error:
        yield Gap(kind, error.reason, str(error))


def _for(new: Browser, account: str) -> Browser:
    browser = new.fresh()
    browser.account = account
    return browser


def _people(canary: Any) -> tuple[str, ...]:  # noqa: ANN401
    if canary.beneficiaries is None:
        return ()
    with contextlib.suppress(CollectError):
        words = canary.beneficiaries.resolve().split(",")
        return tuple(word.strip() for word in words if word.strip())
    return ()
