from rempart.check import Figure, Result, all_of, notapplicable, spoken, verdict
from rempart.observations.volumes import CryptMapping


def check(mapping: CryptMapping) -> Result:
    if mapping.unlock != "file":
        return notapplicable(f"opened by: {mapping.unlock or 'not told'}", mapping)
    inside = mapping.key_volume_encrypted == True  # noqa: E712  (three-valued)
    hidden = mapping.key_readable_by == "owner"
    facts: dict[str, Figure] = {
        "file": mapping.key_file,
        "readers": spoken(mapping.key_readable_by),
        "encrypted": spoken(mapping.key_volume_encrypted),
    }
    seen = f"{mapping.key_file}, on an encrypted volume: {facts['encrypted']}"
    return verdict(all_of(inside, hidden), seen, mapping, facts=facts)
