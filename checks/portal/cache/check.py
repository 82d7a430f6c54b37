from rempart.check import Result, notapplicable, spoken, verdict
from rempart.observations.canary import SessionProof


def check(proof: SessionProof) -> Result:
    if proof.no_store is None:
        return notapplicable("does not arise here", proof)
    good = proof.no_store == True  # noqa: E712  (three-valued)
    return verdict(good, f"no store: {spoken(proof.no_store)}", proof)
