from rempart.check import Figure, Result, Severity, verdict
from rempart.judge.keys import READERS, worded
from rempart.observations.keys import StoredKey


def check(key: StoredKey) -> Result:
    hidden = key.readable_by != "everybody"
    sealed = key.sealed == True  # noqa: E712  (three-valued)
    facts: dict[str, Figure] = {"kind": key.kind, "readers": worded(key.readable_by, READERS)}
    seen = f"{key.kind}, readable by {worded(key.readable_by, READERS)}"
    severity = Severity.LOW if sealed is True and hidden is False else None
    return verdict(hidden, seen, key, facts=facts, severity=severity)
