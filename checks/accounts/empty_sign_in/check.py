from rempart.check import Result, negated, verdict
from rempart.observations.pam import PamDoor


def check(door: PamDoor) -> Result:
    open_ = door.empty_enters == True  # noqa: E712  (three-valued)
    line = next((one for one in door.modules if "nullok" in one), "")
    line = line or door.ways.get("empty_enters", "")
    seen = line if open_ is True else "an empty password opens nothing"
    facts = {"door": door.key, "line": line or "-"}
    return verdict(negated(open_), seen, door.at("empty_enters"), facts=facts)
