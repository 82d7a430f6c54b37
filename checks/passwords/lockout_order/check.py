from rempart.check import Figure, Result, all_of, notapplicable, verdict
from rempart.observations.pam import PamDoor

FAULTS = {
    "counted": "a wrong password is not counted",
    "locked_refused": "a locked account is let in",
    "reset": "a success does not set the count back",
    "right_enters": "the right password is refused on every way",
}


def check(door: PamDoor) -> Result:
    if door.counted is None:
        return notapplicable("nothing counts failures there", door)
    facts = {name: getattr(door, name) == True for name in FAULTS}  # noqa: E712
    wrong = [name for name, fact in facts.items() if fact is False]
    why = "; ".join(FAULTS[name] for name in wrong) or "counted, refused and set back"
    way = next((door.ways[name] for name in wrong if name in door.ways), "")
    shown: dict[str, Figure] = {"door": door.key, "why": why}
    seen = f"{why} ({way})" if way else why
    return verdict(all_of(*facts.values()), seen, door.at("counted"), facts=shown)
