from collections.abc import Iterator

from rempart.check import Figure, Result, negated, verdict
from rempart.observations.datastores import DataStore


def check(stores: tuple[DataStore, ...]) -> Iterator[Result]:
    for store in stores:
        if store.kind == "bucket":
            facts: dict[str, Figure] = {"exposure": store.exposure}
            public = store.public == True  # noqa: E712  (three-valued)
            yield verdict(negated(public), store.exposure, store, facts=facts)
