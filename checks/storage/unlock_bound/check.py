from rempart.check import Figure, Result, all_of, any_of, notapplicable, verdict
from rempart.judge.keys import UNLOCKS, worded
from rempart.observations.volumes import CryptMapping

ATTENDED = ("passphrase", "random")


def check(mapping: CryptMapping) -> Result:
    unlock = worded(mapping.unlock, UNLOCKS)
    if mapping.unlock in ("", *ATTENDED):
        return notapplicable(f"opened by: {unlock}", mapping)
    bound = mapping.bound == True  # noqa: E712  (three-valued)
    facts: dict[str, Figure] = {"unlock": unlock}
    inside = mapping.key_volume_encrypted == True  # noqa: E712
    chained = all_of(mapping.unlock == "file", inside)  # opened by the volume before it
    return verdict(any_of(bound, chained), f"opened by: {unlock}", mapping, facts=facts)
