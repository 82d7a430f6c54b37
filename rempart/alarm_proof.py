"""An alarm the canaries' burst raised, by the payer's own record: its time and its ticket."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from rempart.archive import Looked
from rempart.errors import UsageError
from rempart.observations.canary import AlarmRaised
from rempart.plain import line


@dataclass(frozen=True, slots=True)
class AlarmProof:
    """What somebody says: for this portal an alarm rang then, under this ticket."""

    subject: str
    at: datetime
    ticket: str

    @classmethod
    def parse(cls, text: str) -> "AlarmProof":
        """`pro=2026-11-25T18:50:00+01:00,INC-4711`. Raises UsageError."""
        subject, equals, rest = text.partition("=")
        moment, comma, ticket = rest.partition(",")
        try:
            at = datetime.fromisoformat(moment)
        except ValueError:
            at = None
        if not (equals and comma and ticket.strip()) or at is None or at.tzinfo is None:
            raise UsageError(
                "--alarm-proof: expected PORTAL=TIME,TICKET with a zone, such as "
                f"pro=2026-11-25T18:50:00+01:00,INC-4711, found {line(text)}"
            )
        return cls(subject, at, ticket.strip())


def proved(looked: Mapping[str, Looked], proofs: Iterable[AlarmProof]) -> dict[str, Looked]:
    """Observations with the alarms in them. Raises UsageError where no burst was sent."""
    found = dict(looked)
    for proof in proofs:
        one = found.get(proof.subject)
        if one is None or not any(isinstance(item, AlarmRaised) for item in one.found):
            raise UsageError(
                f"--alarm-proof: no burst of look-ups was sent to {line(proof.subject)}"
            )
        items = tuple(
            _with(item, proof) if isinstance(item, AlarmRaised) else item for item in one.found
        )
        found[proof.subject] = Looked(items, one.connections)
    return found


def _with(item: AlarmRaised, proof: AlarmProof) -> AlarmRaised:
    began = datetime.fromisoformat(item.began)
    after = int((proof.at.astimezone(UTC) - began).total_seconds())
    return replace(item, after=after, ticket=line(proof.ticket))
