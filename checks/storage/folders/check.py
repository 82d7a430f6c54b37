from rempart.check import Figure, Result, all_of, any_of, negated, verdict
from rempart.judge.keys import UNLOCKS, worded
from rempart.observations.volumes import EncryptedFolder


def check(folder: EncryptedFolder) -> Result:
    encrypted = folder.encrypted == True  # noqa: E712  (three-valued)
    raw = folder.key_source == "file"
    inside = folder.key_volume_encrypted == True  # noqa: E712
    facts: dict[str, Figure] = {
        "method": folder.method,
        "cipher": folder.cipher or "none",
        "source": worded(folder.key_source, UNLOCKS) if folder.encrypted is True else "none",
    }
    seen = f"{folder.method} {folder.cipher or 'none'}, key: {facts['source']}"
    return verdict(all_of(encrypted, any_of(negated(raw), inside)), seen, folder, facts=facts)
