from rempart.check import Figure, Result, negated, spoken, verdict
from rempart.observations.identity_surface import RedirectProof


def check(proof: RedirectProof) -> Result:
    accepted = proof.accepted == True  # noqa: E712  (three-valued)
    facts: dict[str, Figure] = {"provider": proof.key, "status": proof.status}
    seen = f"another return address accepted: {spoken(proof.accepted)} ({proof.status})"
    return verdict(negated(accepted), seen, proof, facts=facts)
