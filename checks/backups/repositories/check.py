from rempart.check import Figure, Result, Severity, all_of, notapplicable, verdict
from rempart.judge.ciphers import cheap, weak
from rempart.observations.backups import BackupRepository

CLEAR_NAMES = "names in clear"


def check(repository: BackupRepository) -> Result:
    if not repository.own_encryption:
        return notapplicable(f"{repository.tool} has no encryption of its own", repository)
    encrypted = repository.encrypted == True  # noqa: E712  (three-valued)
    broken = weak(repository.cipher) or weak(repository.encryption)
    guessed = cheap(repository.derivation, repository.cost)
    named = CLEAR_NAMES in repository.encryption
    why = _why(repository, broken, guessed)
    facts: dict[str, Figure] = {
        "tool": repository.tool,
        "mode": repository.encryption,
        "cipher": repository.cipher or repository.encryption,
        "weakness": why,
    }
    counts: dict[str, Figure] = {"looked": repository.looked, "clear": repository.clear}
    good = all_of(encrypted, not broken, not guessed, not named)
    severity: Severity | None = None  # in clear: as grave as the card says
    if encrypted is True and good is not True:
        severity = Severity.HIGH if broken else Severity.MEDIUM
    seen = f"{repository.tool}: {repository.encryption}"
    return verdict(good, seen, repository, facts=facts, counts=counts, severity=severity)


def _why(repository: BackupRepository, broken: str, guessed: bool) -> str:
    if repository.encrypted is False:
        partly = 0 < repository.clear < repository.looked
        return "encrypted in part" if partly else "not encrypted"
    if broken:
        return f"a cipher that no longer holds ({repository.cipher or broken})"
    if guessed:
        return f"a cheap guess at its passphrase ({repository.derivation} {repository.cost})"
    return CLEAR_NAMES if CLEAR_NAMES in repository.encryption else ""
