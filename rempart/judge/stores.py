"""Whether a declared store is encrypted, and by whose key: the same question for every kind."""

from rempart.check import Result, all_of, spoken, verdict
from rempart.observations.datastores import DataStore


def encrypted_at_rest(store: DataStore, *, own_key: bool) -> Result:
    """The verdict on one store; with `own_key`, only a key of the customer's counts."""
    encrypted = store.encrypted == True  # noqa: E712  (three-valued)
    good = all_of(encrypted, store.key_holder == "customer") if own_key else encrypted
    facts = {"setting": store.setting, "holder": spoken(store.key_holder)}
    return verdict(good, store.setting, store, facts=facts)
