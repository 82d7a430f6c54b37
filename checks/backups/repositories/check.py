from rempart.check import Figure, Result, Severity, all_of, notapplicable, verdict
from rempart.judge.ciphers import weak
from rempart.observations.backups import BackupRepository


def check(repository: BackupRepository) -> Result:
    seen = f"{repository.tool}: {repository.encryption}"
    if not repository.own_encryption:
        return notapplicable(f"{repository.tool} has no encryption of its own", repository)
    encrypted = repository.encrypted == True  # noqa: E712  (three-valued)
    broken = weak(repository.cipher) or weak(repository.encryption)
    facts: dict[str, Figure] = {
        "tool": repository.tool,
        "mode": repository.encryption,
        "cipher": repository.cipher or repository.encryption,
    }
    counts: dict[str, Figure] = {"looked": repository.looked, "clear": repository.clear}
    old = encrypted is True and bool(broken)
    severity = Severity.HIGH if old else None
    good = all_of(encrypted, not broken)
    return verdict(good, seen, repository, facts=facts, counts=counts, severity=severity)
