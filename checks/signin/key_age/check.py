from rempart.check import Figure, Result, all_of, any_of, unseen, verdict
from rempart.observations.identity import KeyAge


def check(key: KeyAge, *, days: int = 90) -> Result:
    young = any_of(key.days <= days)
    good = all_of(key.kind != "root key", young)
    age = key.days if isinstance(key.days, int) else None
    if unseen(key.days) and good is not False:
        return verdict(good, "the key's age was not seen", key)
    counts: dict[str, Figure] = {"days": age}
    facts: dict[str, Figure] = {"kind": key.kind}
    return verdict(good, f"{key.kind}, {age} days", key, facts=facts, counts=counts)
