"""What an inventory asks of a log, put in plain terms for those who read and measure it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rempart.collectors.read_logs.mapping import Declared
from rempart.errors import ContentErrors
from rempart.inventory.log_fields import ROLES
from rempart.reading.batch import Limit, Rule

if TYPE_CHECKING:
    from rempart.reading.measure import Measure


def declared(subject: Any) -> Declared:  # noqa: ANN401
    """How the lines of the log are to be read."""
    return Declared(
        format=subject.format,
        layout=subject.layout,
        fields={role: text for role in ROLES if (text := getattr(subject, role))},
        reads=subject.reads,
        sign_ins=subject.sign_ins,
        zone=subject.zone,
    )


def limit(ceiling: Any) -> Limit:  # noqa: ANN401
    """A ceiling as the measuring takes it."""
    return Limit(ceiling.people, ceiling.seconds, str(ceiling))


def rules(subject: Any) -> tuple[Rule, ...]:  # noqa: ANN401
    """The detection rules of the files handed over; a file that cannot be read says so."""
    return tuple(rule for path in subject.rules for rule in _rules(Path(path), subject))


def _rules(path: Path, subject: Any) -> tuple[Rule, ...]:  # noqa: ANN401
    from rempart.reading import rules as written

    try:
        return written.load(path, subject.account, subject.person)
    except ContentErrors as errors:
        return (Rule(path.name, "threshold", refused=errors.errors[0].message),)


def measure(subject: Any, **more: Any) -> "Measure":  # noqa: ANN401
    """What measures the log."""
    from rempart.reading.measure import Measure

    return Measure(
        ceiling=limit(subject.ceiling) if subject.ceiling else None,
        alarms=tuple(map(limit, subject.alarm)),
        rules=rules(subject),
        population=subject.population,
        **more,
    )
