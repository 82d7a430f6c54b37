from rempart.check import Figure, Result, all_of, verdict
from rempart.observations.canary import CeilingProof


def check(proof: CeilingProof) -> Result:
    facts: dict[str, Figure] = {
        "read": proof.read,
        "declared": proof.declared,
        "stops": proof.stops or "-",
        "answer": proof.answer,
    }
    seen = f"{proof.read} people read, {proof.declared} declared"
    # An address is shared by a practice and changed by a thief: it holds nobody back.
    held = all_of(proof.refused == True, proof.stops != "address")  # noqa: E712
    return verdict(all_of(held, proof.read <= proof.declared), seen, proof, facts=facts)
