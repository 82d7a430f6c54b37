from rempart.check import Figure, Result, negated, verdict
from rempart.observations.canary import EnumerationProof


def check(proof: EnumerationProof) -> Result:
    facts: dict[str, Figure] = {"tells": ", ".join(proof.tells) or "-"}
    differs = proof.differs == True  # noqa: E712  (three-valued)
    seen = ", ".join(proof.tells) or "the same answer"
    return verdict(negated(differs), seen, proof, facts=facts)
