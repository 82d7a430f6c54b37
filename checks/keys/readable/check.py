from rempart.check import Figure, Result, Severity, all_of, any_of, spoken, verdict
from rempart.observations.keys import StoredKey


def check(key: StoredKey) -> Result:
    hidden = key.readable_by != "everybody"
    sealed = key.sealed == True  # noqa: E712  (three-valued)
    facts: dict[str, Figure] = {"kind": key.kind, "readers": spoken(key.readable_by)}
    seen = f"{key.kind}, readable by {spoken(key.readable_by)}"
    severity = Severity.LOW if all_of(sealed) is True else None
    return verdict(any_of(hidden), seen, key, facts=facts, severity=severity)
