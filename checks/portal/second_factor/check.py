from rempart.check import Figure, Result, verdict
from rempart.observations.canary import FactorProof

WAYS = {"password": "the right password", "reset": "the letter for a forgotten password"}


def check(proof: FactorProof) -> Result:
    facts: dict[str, Figure] = {
        "account": proof.key,
        "asked": proof.asked or "-",
        "way": WAYS.get(proof.way, proof.way),
    }
    required = proof.required == True  # noqa: E712  (three-valued)
    return verdict(required, f"asked beside the password: {facts['asked']}", proof, facts=facts)
