from rempart.check import Figure, Result, verdict
from rempart.observations.keys import BackupHostKey


def check(key: BackupHostKey) -> Result:
    facts: dict[str, Figure] = {"kind": key.kind, "opens": key.opens}
    sealed = key.sealed == True  # noqa: E712  (three-valued)
    return verdict(sealed, f"{key.kind} on the host of {key.opens}", key, facts=facts)
