from rempart.check import Result, verdict
from rempart.observations.services import Updates


def check(updates: Updates) -> Result:
    word = "by themselves" if updates.automatic is True else "by hand only"
    facts = {"manager": updates.manager}
    return verdict(updates.automatic, f"{updates.manager}: {word}", updates, facts=facts)
