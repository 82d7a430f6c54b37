from collections.abc import Iterator

from rempart.check import Result, any_of, negated, notapplicable, verdict
from rempart.judge.files import OTHERS_RUN, has
from rempart.observations.pam import PamDoor
from rempart.observations.people import FileGuard


def check(doors: tuple[PamDoor, ...], files: tuple[FileGuard, ...]) -> Iterator[Result]:
    programs = [one for one in files if one.about == "su" and not one.link]
    closed = negated(any_of(*(has(one, OTHERS_RUN) for one in programs))) if programs else False
    ours = [door for door in doors if door.outsider_becomes_root is not None]
    for door in ours:
        inside = negated(door.outsider_becomes_root == True)  # noqa: E712  (three-valued)
        wheel = next((one for one in door.modules if "pam_wheel.so" in one), "no pam_wheel.so")
        good = any_of(inside, closed)
        yield verdict(good, wheel, door.at("outsider_becomes_root"), facts={"line": wheel})
    if not ours:
        yield notapplicable("there is no su", "/etc/pam.d/su")
