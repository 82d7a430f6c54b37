from rempart.check import Result, all_of, negated, notapplicable, verdict
from rempart.observations.pam import PamDoor

DOORS = ("sshd", "login", "sudo", "su", "cockpit", "xrdp-sesman", "gdm-password", "lightdm")


def check(door: PamDoor, *, doors: tuple[str, ...] = DOORS) -> Result:
    if door.key not in doors:
        return notapplicable("not a door for administration", door)
    if door.asked is False:
        return notapplicable("sshd takes no password, for anybody", door)
    demanded = door.factor_demanded == True  # noqa: E712  (three-valued)
    closed = negated(door.unenrolled_enter == True)  # noqa: E712  (three-valued)
    facts = {"door": door.key, "factors": ", ".join(door.factors) or "-"}
    return verdict(all_of(demanded, closed), _seen(door), door.at("factor_demanded"), facts=facts)


def _seen(door: PamDoor) -> str:
    if not door.factors:
        return "the stack asks for a password only"
    names = ", ".join(door.factors)
    if door.factor_demanded is not True:
        way = door.ways.get("factor_demanded", "")
        return f"{names} can be passed by: {way}" if way else f"{names} can be passed by"
    if door.unenrolled_enter is True:
        return f"{names} lets those without a token through"
    return f"{names} is demanded"
