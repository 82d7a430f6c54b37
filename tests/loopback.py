"""A mandate that covers loopback, and access under it, for tests against local servers."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from rempart.inventory.authorisation import Authorisation, Budget, Window
from rempart.scope import Scope
from rempart.transport.access import Access

NOW = datetime.now(UTC)
SCOPE = ("127.0.0.0/8", "::1")


@dataclass(frozen=True)
class Estate:
    """As much of an inventory as the transport reads."""

    authorisation: Authorisation
    subjects: tuple[Any, ...] = ()


def mandate(
    scope: tuple[str, ...] = SCOPE,
    exclude: tuple[str, ...] = (),
    allow: tuple[Any, ...] = (),
    budget: Budget | None = None,
) -> Authorisation:
    """A mandate valid since an hour and for one more."""
    return Authorisation(
        reference="TEST-1",
        granted_by="DSI",
        contact="soc@payer.example",
        valid=Window(NOW - timedelta(hours=1), NOW + timedelta(hours=1)),
        scope=scope,
        exclude=exclude,
        allow=allow,
        budget=budget or Budget(),
    )


def access(
    subject: Any = None,
    *,
    seconds: float = 20,
    authorisation: Authorisation | None = None,
    subjects: tuple[Any, ...] = (),
    **budget: Any,
) -> Access:
    """Access under a loopback mandate; `budget` takes the figures of `Budget`."""
    from rempart.transport.budget import Budget as Figures

    authorisation = authorisation or mandate()
    return Access(
        subject,
        inventory=Estate(authorisation, subjects),
        scope=Scope.of(authorisation),
        budget=Figures(**budget),
        seconds=seconds,
    )
