from collections.abc import Iterator

from rempart.check import Figure, Result, spoken, verdict
from rempart.observations.datastores import DataStore


def check(stores: tuple[DataStore, ...]) -> Iterator[Result]:
    for store in stores:
        if store.key_holder is not None:
            owned = store.key_holder == "customer"
            facts: dict[str, Figure] = {"setting": store.setting, "key": spoken(store.key_name)}
            yield verdict(owned, f"key holder: {spoken(store.key_holder)}", store, facts=facts)
