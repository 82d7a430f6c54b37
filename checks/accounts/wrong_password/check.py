from rempart.check import Result, negated, verdict
from rempart.observations.pam import PamDoor


def check(door: PamDoor) -> Result:
    enters = door.wrong_enters == True  # noqa: E712  (three-valued)
    way = door.ways.get("wrong_enters", "")
    seen = f"let in by: {way}" if enters is True else "refused on every way through the stack"
    return verdict(negated(enters), seen, door, facts={"door": door.key, "way": way or "-"})
