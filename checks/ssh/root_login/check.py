from rempart.check import Result, Severity, verdict
from rempart.observations.ssh import SshdSettings

# With a key only, or for one forced command only: still shared, no longer guessed.
LOWER = {"prohibit-password": Severity.MEDIUM, "forced-commands-only": Severity.LOW}


def check(sshd: SshdSettings) -> Result:
    value = sshd.permit_root_login
    severity = LOWER.get(value) if isinstance(value, str) else None
    facts = {"value": value} if isinstance(value, str) else {}
    seen = f"PermitRootLogin {value}" if facts else value
    return verdict(
        value == "no", seen, sshd.at("permit_root_login"), facts=facts, severity=severity
    )
