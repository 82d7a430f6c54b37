from rempart.check import Figure, Result, verdict
from rempart.observations.estate import SharedKey


def check(key: SharedKey) -> Result:
    stores = ", ".join(key.stores)
    facts: dict[str, Figure] = {"stores": stores, "count": len(key.stores)}
    return verdict(len(key.uses) == 1, f"opens {stores}", key, facts=facts)
