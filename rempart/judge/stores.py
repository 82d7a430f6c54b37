"""Whether a declared store is encrypted: the same question for every kind."""

from rempart.check import Figure, Result, spoken, verdict
from rempart.observations.datastores import DataStore


def encrypted_at_rest(store: DataStore) -> Result:
    """The verdict on one store; whose key it is, is a question of its own."""
    encrypted = store.encrypted == True  # noqa: E712  (three-valued)
    facts: dict[str, Figure] = {"setting": store.setting, "holder": spoken(store.key_holder)}
    return verdict(encrypted, store.setting, store, facts=facts)
