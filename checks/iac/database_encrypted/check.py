from collections.abc import Iterator

from rempart.check import Figure, Result, all_of, spoken, verdict
from rempart.observations.datastores import DataStore


def check(stores: tuple[DataStore, ...], *, own_key: bool = False) -> Iterator[Result]:
    for store in stores:
        if store.kind != "database":
            continue
        encrypted = store.encrypted == True  # noqa: E712  (three-valued)
        good = all_of(encrypted, store.key_holder == "customer") if own_key else encrypted
        facts: dict[str, Figure] = {
            "setting": store.setting,
            "holder": spoken(store.key_holder),
        }
        yield verdict(good, store.setting, store, facts=facts)
