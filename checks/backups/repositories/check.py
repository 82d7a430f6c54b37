from rempart.check import Figure, Result, Severity, all_of, notapplicable, verdict
from rempart.judge.ciphers import cheap, weak
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
        "derivation": _work(repository),
    }
    counts: dict[str, Figure] = {"looked": repository.looked, "clear": repository.clear}
    guessed = cheap(repository.derivation, repository.cost)
    severity = (Severity.HIGH if broken else Severity.MEDIUM) if encrypted is True else None
    readable = "names in clear" in repository.encryption
    good = all_of(encrypted, not broken, not guessed, not readable)
    return verdict(good, seen, repository, facts=facts, counts=counts, severity=severity)


def _work(repository: BackupRepository) -> str:
    if not repository.derivation:
        return "-"
    return (
        f"{repository.derivation} {repository.cost}" if repository.cost else repository.derivation
    )
