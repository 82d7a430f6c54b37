from rempart.check import Figure, Result, all_of, any_of, notapplicable, verdict
from rempart.observations.volumes import CryptMapping

ATTENDED = ("passphrase", "random")


def check(mapping: CryptMapping) -> Result:
    if mapping.unlock in ("", *ATTENDED):
        return notapplicable(f"opened by: {mapping.unlock or 'not told'}", mapping)
    bound = mapping.bound == True  # noqa: E712  (three-valued)
    facts: dict[str, Figure] = {"unlock": mapping.unlock}
    inside = mapping.key_volume_encrypted == True  # noqa: E712
    chained = all_of(mapping.unlock == "file", inside)  # opened by the volume before it
    return verdict(any_of(bound, chained), f"opened by: {mapping.unlock}", mapping, facts=facts)
