from collections.abc import Iterator

from rempart.check import Fact, Reason, Result, Unknown, all_of, any_of, negated, verdict
from rempart.observations.pam import PamDoor
from rempart.observations.ssh import SshdSettings

ASKED_BY_PAM = frozenset({"password", "keyboard-interactive"})


def check(sshd: tuple[SshdSettings, ...], doors: tuple[PamDoor, ...]) -> Iterator[Result]:
    door = next((one for one in doors if one.key == "sshd"), None)
    for one in sshd:
        methods = one.authentication_methods
        if not isinstance(methods, str):
            yield verdict(methods == "", methods, one.at("authentication_methods"))
            continue
        ways = [_steps(way) for way in methods.split()] if methods != "any" else _single()
        open_ways = {" and ".join(sorted(way)): _opens(one, door, way) for way in ways}
        single = [words for words, fact in open_ways.items() if fact is True]
        good = all_of(*(negated(fact) for fact in open_ways.values()))
        seen = f"AuthenticationMethods {methods}"
        facts = {"methods": methods, "single": ", ".join(single) or "-"}
        yield verdict(good, seen, one.at("authentication_methods"), facts=facts)


def _steps(way: str) -> frozenset[str]:
    return frozenset(step.partition(":")[0] for step in way.split(","))


def _single() -> list[frozenset[str]]:
    return [frozenset({one}) for one in ("publickey", "password", "keyboard-interactive")]


def _opens(sshd: SshdSettings, door: PamDoor | None, way: frozenset[str]) -> Fact:
    """Whether this way lets somebody in with one thing they know or have."""
    if len(way) > 1:
        return False
    (method,) = way
    on: Fact = True
    if method == "publickey":
        on = sshd.public_keys == True  # noqa: E712
    elif method == "password":
        on = sshd.password_authentication == True  # noqa: E712
    elif method == "keyboard-interactive":
        on = sshd.keyboard_interactive == True  # noqa: E712
    if method not in ASKED_BY_PAM:
        return on
    demanded: Fact = Unknown(Reason.UNRESOLVED, "the PAM stack of sshd was not seen")
    if door is not None:
        demanded = door.factor_demanded == True  # noqa: E712
    without_pam: Fact = sshd.use_pam == False  # noqa: E712
    return all_of(on, any_of(without_pam, negated(demanded)))
