"""Companions of things that are declared elsewhere: a policy, a rule, an access block on its own.

What such a resource says by itself is judged under its own address; what the thing it belongs to
would mean without it is nobody's to say.
"""

from collections.abc import Iterator

from rempart.check import Observation
from rempart.collectors.repository.companions import Estate
from rempart.collectors.repository.resource import Resource
from rempart.collectors.repository.rows import Row, Rows, Rule
from rempart.collectors.repository.rules import Deciding, place_of
from rempart.observations.exposure import PublicEndpoint
from rempart.observations.sign_in import SignIn
from rempart.observations.transit import Transit


def orphans(estate: Estate, rows: Rows) -> Iterator[Observation]:
    """What companions say that belong to nothing declared here; one observation a topic."""
    for type_ in estate.types:
        for topic, spoken in rows.spoken_by(type_).items():
            for one in estate.of(type_):
                found = next(_said(estate, one, topic, spoken), None)
                if found is not None:
                    yield found


def _said(
    estate: Estate, one: Resource, topic: str, spoken: tuple[tuple[Row, Rule], ...]
) -> Iterator[Observation]:
    for row, rule in spoken:
        if estate.belongs(one, row.types(), rule):
            return
        found = Deciding(estate, one, one.body, topic.partition(" ")[0]).alone(rule)
        if found is None:
            continue
        where = place_of(found, one, one.address, one.line, one.end_line)
        if topic == "public":
            yield PublicEndpoint(row.kind, found.value, found.words, **where)
        elif topic == "transit":
            yield Transit(row.kind, found.value, found.words, **where)
        else:
            yield SignIn(topic.partition(" ")[2], found.value, found.words, **where)
