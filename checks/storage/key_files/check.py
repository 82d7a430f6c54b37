from rempart.check import Figure, Result, all_of, notapplicable, spoken, verdict
from rempart.judge.keys import READERS, UNLOCKS, worded
from rempart.observations.volumes import CryptMapping


def check(mapping: CryptMapping) -> Result:
    if mapping.unlock != "file":
        return notapplicable(f"opened by: {worded(mapping.unlock, UNLOCKS)}", mapping)
    inside = mapping.key_volume_encrypted == True  # noqa: E712  (three-valued)
    hidden = mapping.key_readable_by == "owner"
    volume = mapping.key_volume_encrypted
    told = volume if isinstance(volume, bool) else spoken(volume)
    facts: dict[str, Figure] = {
        "file": mapping.key_file,
        "readers": worded(mapping.key_readable_by, READERS),
        "encrypted": told,
    }
    seen = f"{mapping.key_file}, on an encrypted volume: {spoken(told)}"
    return verdict(all_of(inside, hidden), seen, mapping, facts=facts)
