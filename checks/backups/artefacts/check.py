from rempart.check import Figure, Result, Severity, all_of, verdict
from rempart.judge.ciphers import cheap, weak
from rempart.observations.backups import Artefact


def check(artefact: Artefact) -> Result:
    encrypted = artefact.encrypted == True  # noqa: E712  (three-valued)
    broken = weak(artefact.cipher) or weak(artefact.encryption)
    cheaply = cheap(artefact.derivation, artefact.cost)
    why = _why(artefact, broken, cheaply)
    facts: dict[str, Figure] = {
        "format": artefact.format,
        "encryption": artefact.encryption or artefact.cipher or "none",
        "weakness": why,
    }
    good = all_of(encrypted, not broken, not cheaply, artefact.names is not True)
    # the content holds, and only names or work do not
    lesser = encrypted is True and not broken and good is not True
    severity = Severity.MEDIUM if lesser else None
    counts: dict[str, Figure] = {"kibibytes": -(-artefact.size // 1024)}
    seen = f"{artefact.encryption or artefact.format}: {why}" if why else artefact.encryption
    return verdict(good, seen, artefact, facts=facts, counts=counts, severity=severity)


def _why(artefact: Artefact, broken: str, cheaply: bool) -> str:
    if artefact.encrypted is False:
        return artefact.cipher or "not encrypted"
    if broken:
        return f"a cipher that no longer holds ({artefact.cipher or broken})"
    if artefact.names is True:
        return "names readable"
    if cheaply:
        return f"a cheap guess at its passphrase ({artefact.derivation} {artefact.cost or '-'})"
    return ""
