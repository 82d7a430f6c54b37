from rempart.check import Result, notapplicable, spoken, verdict
from rempart.observations.canary import SessionProof


def check(proof: SessionProof) -> Result:
    if proof.rotated is None:
        return notapplicable("does not arise here", proof)
    good = proof.rotated == True  # noqa: E712  (three-valued)
    return verdict(good, f"rotated: {spoken(proof.rotated)}", proof)
