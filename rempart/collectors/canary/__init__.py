"""The attack of 2024, tried with accounts the payer made for it: open or closed, and by what.

Only where the mandate allows `canary` and its document is given. Everything that needs a live
account comes first, wrong passwords after it, the lock last and only on the account marked for it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rempart.check import Gap
from rempart.collectors import Intensity, Probe, Seen, Wanted
from rempart.errors import Reason
from rempart.observations.canary import (
    AlarmRaised,
    CeilingProof,
    CrossAccess,
    EnumerationProof,
    FactorProof,
    FieldsReturned,
    ForeignData,
    LockoutProof,
    ObjectNames,
    SentRequest,
    SessionLife,
    SessionProof,
)

if TYPE_CHECKING:
    from rempart.transport.access import Access

KIND = "portal"
PROOFS = (
    FactorProof,
    SessionProof,
    SessionLife,
    CeilingProof,
    FieldsReturned,
    CrossAccess,
    ObjectNames,
    EnumerationProof,
    LockoutProof,
    AlarmRaised,
)
BRINGS = (*PROOFS, ForeignData, SentRequest)
PROBES = (
    Probe(
        "canaries",
        "sign-ins of the canaries, look-ups of their own people and objects, wrong passwords for "
        "them within their budget; every request is listed in the report",
        BRINGS,
        Intensity.CANARY,
        connections=4,
        requests=300,
    ),
)


def collect(subject: Any, access: "Access", wanted: Wanted) -> Iterator[Seen]:  # noqa: ANN401
    """What the canaries proved; a gap for what they were not allowed or not able to."""
    if not subject.login:
        return
    why = _refusal(subject, access)
    if why:
        for kind in wanted.intersection(PROOFS):
            yield Gap(kind.__name__, *why)
        return
    from rempart.collectors.canary.course import course

    for seen in course(subject, access):
        named = {kind.__name__ for kind in wanted}
        if (seen.type if isinstance(seen, Gap) else type(seen).__name__) in named:
            yield seen


def _refusal(subject: Any, access: "Access") -> tuple[Reason, str] | None:  # noqa: ANN401
    if not subject.canaries:
        return Reason.NOT_AUTHORISED, "the inventory names no canary accounts"
    if not access.allows("canary"):
        return Reason.NOT_AUTHORISED, "needs a mandate that allows canary, with its document"
    if access.attempted():
        return Reason.INTERRUPTED, "sign-ins were sent before the interruption; none is sent twice"
    return None
