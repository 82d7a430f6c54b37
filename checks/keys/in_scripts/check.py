from rempart.check import Figure, Result, verdict
from rempart.observations.keys import StoredKey

WRITTEN = (
    "passphrase in a script",
    "encryption_passphrase of borgmatic",
    "file key of MariaDB",
)


def check(key: StoredKey) -> Result:
    facts: dict[str, Figure] = {"kind": key.kind}
    return verdict(key.kind not in WRITTEN, key.kind, key, facts=facts)
