from rempart.check import Result, verdict
from rempart.observations.people import PrivateKey


def check(key: PrivateKey) -> Result:
    guarded = key.encrypted == True  # noqa: E712  (three-valued)
    state = "with a passphrase" if guarded is True else "without a passphrase"
    facts = {"account": key.account or "-", "file": key.key, "format": key.format}
    return verdict(guarded, f"{key.format}, {state}", key, facts=facts)
