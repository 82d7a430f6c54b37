from rempart.check import Figure, Result, Severity, all_of, any_of, negated, spoken, verdict
from rempart.observations.canary import LockoutProof


def check(proof: LockoutProof) -> Result:
    facts: dict[str, Figure] = {
        "attempts": proof.attempts,
        "how": proof.how or "-",
        "slowed": spoken(proof.slowed),
    }
    slowed, locked = proof.slowed == True, proof.locked == True  # noqa: E712
    # Slowing the address holds back one computer; a thief has thousands.
    only_address = proof.address == True  # noqa: E712
    good = any_of(locked, all_of(slowed, negated(only_address)))
    lower = Severity.MEDIUM if only_address is True else None
    seen = f"{proof.attempts} wrong passwords: locked {spoken(proof.locked)}"
    return verdict(good, seen, proof, facts=facts, severity=lower)
