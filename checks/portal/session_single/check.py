from rempart.check import Result, notapplicable, spoken, verdict
from rempart.observations.canary import SessionProof


def check(proof: SessionProof) -> Result:
    if proof.single is None:
        return notapplicable("does not arise here", proof)
    good = proof.single == True  # noqa: E712  (three-valued)
    return verdict(good, f"single: {spoken(proof.single)}", proof)
