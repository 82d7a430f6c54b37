from collections.abc import Iterator

from rempart.check import Result
from rempart.judge.stores import encrypted_at_rest
from rempart.observations.datastores import DataStore


def check(stores: tuple[DataStore, ...]) -> Iterator[Result]:
    for store in stores:
        if store.kind == "database":
            yield encrypted_at_rest(store)
