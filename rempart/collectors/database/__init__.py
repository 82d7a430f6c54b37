"""A database: its file where it is SQLite, one read-only session where it is a server.

Every topic asks the same session, in the order of `TOPICS`. A topic is a module with `BRINGS` and
`collect(session, subject, access, wanted)`; what stops one of them does not stop the next.
"""

from collections.abc import Iterator
from typing import Any, Final, Protocol

from rempart.check import Gap, Observation
from rempart.collectors import Probe, Seen, Wanted
from rempart.collectors.database import credentials, discovery, engine, exports, file
from rempart.errors import CollectError
from rempart.observations.datastores import DataStoreFile, IdentifierColumn


class Topic(Protocol):
    """What a module of a topic has."""

    BRINGS: tuple[type[Observation], ...]

    def collect(
        self,
        session: Any,  # noqa: ANN401  (a rempart.transport.sql.Session)
        subject: Any,  # noqa: ANN401
        access: Any,  # noqa: ANN401
        wanted: Wanted,
        /,
    ) -> Iterator[Seen]:
        """What was seen of the topic; raises CollectError where it ends early."""


KIND = "database"
SPARE: Final = 2.0  # seconds of the subject's that are kept for judging
# Short ones first: discovery takes what time is left.
TOPICS: Final[tuple[Topic, ...]] = (credentials, engine, discovery)
SERVED: Final = tuple(dict.fromkeys(kind for topic in TOPICS for kind in topic.BRINGS))
BRINGS: tuple[type[Observation], ...] = tuple(dict.fromkeys((*file.BRINGS, *SERVED)))
PROBES = (
    Probe("exports", "Nothing: answers to our queries are read here.", credentials.BRINGS),
    Probe("sqlite", "Nothing: the file is read where the auditor runs.", (DataStoreFile,)),
    Probe("columns", "Read-only SELECTs that sample each table of the file.", (IdentifierColumn,)),
    Probe(
        "session",
        "Read-only statements that return settings and counts, in one session with the server; "
        "values only where the mandate says `transit: statistics` or `transit: sample`.",
        SERVED,
        connections=1,
    ),
)


def collect(subject: Any, access: Any, wanted: Wanted) -> Iterator[Seen]:  # noqa: ANN401
    """What is seen of the database.

    Raises CollectError where its file or its server cannot be read at all.
    """
    if getattr(subject, "captured", None):
        yield from exports.collect(subject, wanted)
        return
    if subject.url.startswith("sqlite:"):
        yield from file.collect(subject, access, wanted)
        return
    from rempart.transport import sql

    with sql.opened(access, subject, spare=SPARE, counts=True) as session:
        for topic in TOPICS:
            yield from _topic(topic, session, subject, access, wanted)


def _topic(
    topic: Topic,
    session: Any,  # noqa: ANN401
    subject: Any,  # noqa: ANN401
    access: Any,  # noqa: ANN401
    wanted: Wanted,
) -> Iterator[Seen]:
    """One topic; a gap for each type it was to bring where it ends early."""
    mine = wanted & frozenset(topic.BRINGS)
    if not mine:
        return
    try:
        yield from topic.collect(session, subject, access, mine)
    except CollectError as error:
        for name in sorted(kind.__name__ for kind in mine):
            yield Gap(name, error.reason, str(error))
