from rempart.check import Figure, Result, negated, spoken, verdict
from rempart.observations.canary import CrossAccess


def check(access: CrossAccess) -> Result:
    status = access.other if isinstance(access.other, int) else None
    facts: dict[str, Figure] = {"path": access.key, "status": status}
    read = access.same == True  # noqa: E712  (three-valued)
    return verdict(negated(read), f"status {spoken(access.other)}", access, facts=facts)
