from rempart.check import Figure, Result, all_of, any_of, negated, notapplicable, verdict
from rempart.observations.keys import StoredKey


def check(key: StoredKey) -> Result:
    if key.opens not in ("backup", "archive"):
        return notapplicable(f"{key.kind}: opens no backup", key)
    beside = key.beside == True  # noqa: E712  (three-valued)
    sealed = key.sealed == True  # noqa: E712
    facts: dict[str, Figure] = {"kind": key.kind}
    seen = f"{key.kind} beside the backup" if beside is True else key.kind
    return verdict(any_of(negated(beside), all_of(beside, sealed)), seen, key, facts=facts)
