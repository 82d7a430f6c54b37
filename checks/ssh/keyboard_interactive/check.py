from collections.abc import Iterator

from rempart.check import Fact, Reason, Result, Unknown, all_of, negated, verdict
from rempart.observations.pam import PamDoor
from rempart.observations.ssh import SshdSettings

KEYBOARD = "keyboard-interactive"


def check(sshd: tuple[SshdSettings, ...], doors: tuple[PamDoor, ...]) -> Iterator[Result]:
    door = next((one for one in doors if one.key == "sshd"), None)
    for one in sshd:
        asks = all_of(one.keyboard_interactive == True, one.use_pam == True)  # noqa: E712
        alone = all_of(asks, _alone(one))
        good: Fact = negated(all_of(alone, negated(_factor(door))))
        seen = "keyboard-interactive is off or never enough alone"
        if alone is True:
            seen = f"PAM asks through keyboard-interactive: {_modules(door)}"
        facts = {"modules": _modules(door) if alone is True else "-"}
        yield verdict(good, seen, one.at("keyboard_interactive"), facts=facts)


def _factor(door: PamDoor | None) -> Fact:
    if door is None:
        return Unknown(Reason.UNRESOLVED, "the PAM stack of sshd was not seen")
    return door.factor_demanded == True  # noqa: E712


def _alone(sshd: SshdSettings) -> Fact:
    methods = sshd.authentication_methods
    if not isinstance(methods, str):
        return Unknown(Reason.UNRESOLVED, "AuthenticationMethods is not known")
    steps = [[step.partition(":")[0] for step in way.split(",")] for way in methods.split()]
    return methods == "any" or any(set(way) == {KEYBOARD} for way in steps)


def _modules(door: PamDoor | None) -> str:
    return ", ".join(door.modules) if door else "-"
