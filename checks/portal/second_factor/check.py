from rempart.check import Figure, Result, verdict
from rempart.observations.canary import FactorProof


def check(proof: FactorProof) -> Result:
    facts: dict[str, Figure] = {"account": proof.key, "asked": proof.asked or "-"}
    required = proof.required == True  # noqa: E712  (three-valued)
    return verdict(required, f"asked beside the password: {facts['asked']}", proof, facts=facts)
