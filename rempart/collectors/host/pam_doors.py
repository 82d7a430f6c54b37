"""What each service people sign in through lets pass: its stacks, followed to their ends.

Sources: pam.d(5), pam_faillock(8), pam_wheel(8) of Linux-PAM 1.5.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from rempart.check import Evidence, Fact, Gap, Observation, Unknown, all_of, any_of, negated
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.lines import Files
from rempart.collectors.host.pam import Module, Stack, file_of, place_of, stack
from rempart.collectors.host.pam_files import seen_files
from rempart.collectors.host.pam_modules import (
    FACTORS,
    FAILLOCK,
    VERIFIERS,
    Behaviour,
    Scene,
    accounts,
    answers,
    leads,
)
from rempart.collectors.host.pam_stack import Ending
from rempart.collectors.host.sshd import sshd_settings
from rempart.errors import CollectError
from rempart.observations.pam import PamDoor
from rempart.observations.ssh import SshdSettings

# Services a person signs in or becomes somebody else through; those a stranger can start are run
# by a program that is root.
STRANGERS: Final = (
    *("sshd", "login", "remote", "cockpit", "xrdp-sesman", "vsftpd", "proftpd", "pure-ftpd"),
    *("dovecot", "smtp", "webmin", "postgresql", "openvpn", "samba", "gdm-password", "lightdm"),
    *("sddm", "kde", "vlock", "xscreensaver", "rexec", "rlogin", "rsh"),
)
INSIDERS: Final = ("su", "su-l", "sudo", "sudo-i", "polkit-1")
SU: Final = ("su", "su-l")


def doors(answered: Answers) -> Iterator[Observation | Gap]:
    """Each service that is there; a gap for one whose stack was not seen whole."""
    found = seen_files(answered)
    for service in (*STRANGERS, *INSIDERS):
        if not file_of(found, service):
            continue
        try:
            seen = door(found, service)
            yield _as_sshd_asks(answered, seen) if service == "sshd" else seen
        except CollectError as error:
            place = place_of(found, service).source
            yield Gap(PamDoor.__name__, error.reason, str(error), key=service, source=place)


def _as_sshd_asks(answered: Answers, seen: PamDoor) -> PamDoor:
    """The door as sshd comes to it: it may ask nobody for a password, and lets no empty one by.

    The stack alone counts where sshd's settings were not seen for everybody.
    """
    try:
        found = list(sshd_settings(answered))
    except CollectError:
        return seen
    settings = [one for one in found if isinstance(one, SshdSettings)]
    if len(settings) < len(found) or not settings:
        return seen
    empty = (
        all_of(_takes_passwords(one), one.permit_empty_passwords == True)  # noqa: E712
        for one in settings
    )
    return replace(
        seen,
        asked=any_of(*map(_takes_passwords, settings)),
        empty_enters=all_of(seen.empty_enters == True, any_of(*empty)),  # noqa: E712
    )


def _takes_passwords(sshd: SshdSettings) -> Fact:
    ways = (sshd.password_authentication, sshd.keyboard_interactive)
    asks = any_of(*(way == True for way in ways))  # noqa: E712  (three-valued)
    return all_of(sshd.use_pam == True, asks)  # noqa: E712  (three-valued)


def door(found: Files, service: str) -> PamDoor:
    """One service; raises Privilege, Unresolved or Limited where its stacks were not seen whole."""
    auth = stack(found, service, "auth")
    asked = _Asked(auth, Scene(daemon=service not in INSIDERS))
    factors = [module for module in auth if module.name in FACTORS]
    counts = any(one.name == FAILLOCK for one in auth)
    place = place_of(found, service)
    right, _ = leads(auth, asked.usual, _granted)
    return PamDoor(
        modules=tuple(str(module) for module in auth if not module.silent),
        wrong_enters=asked.enters("wrong_enters", *_STRANGERS),
        empty_enters=asked.enters("empty_enters", {"word": "empty"}),
        factors=tuple(dict.fromkeys(module.name for module in factors)),
        factor_demanded=negated(asked.enters("factor_demanded", {"factor": "missing"}))
        if factors
        else False,
        unenrolled_enter=asked.enters("unenrolled_enter", {"factor": "unenrolled"})
        if factors
        else False,
        counted=asked.counted() if counts else None,
        locked_refused=negated(asked.enters("locked_refused", {"locked": True}))
        if counts
        else None,
        reset=_reset(found, service, asked) if counts else None,
        outsider_becomes_root=asked.enters("outsider_becomes_root", _OUTSIDER)
        if service in SU
        else None,
        right_enters=right,
        ways=asked.ways,
        decided=_decided(auth, factors),
        key=service,
        source=place.source,
        line=place.line,
    )


# People who know a name and nothing else: the token is another's, or none was registered.
_STRANGERS: Final = (
    {"word": "wrong", "factor": "missing"},
    {"word": "wrong", "factor": "unenrolled"},
)
_OUTSIDER: Final = {"wheel": False, "root": True}


def _granted(end: Ending) -> bool:
    return end.granted


@dataclass(slots=True)
class _Asked:
    """One auth stack and the ways through it that were found."""

    auth: Stack
    usual: Scene
    ways: dict[str, str] = field(default_factory=dict)

    def enters(self, name: str, *scenes: Mapping[str, Any]) -> Fact:
        """Whether PAM grants on some way in one of the scenes; remembers the way."""
        facts: list[Fact] = []
        for changed in scenes:
            fact, way = leads(self.auth, replace(self.usual, **changed), _granted)
            facts.append(fact)
            if fact is True:
                self.ways[name] = way
                break
        return any_of(*facts)

    def counted(self) -> Fact:
        """Whether no refused password gets past the counter."""
        asking = frozenset(at for at, one in enumerate(self.auth) if one.name in VERIFIERS)
        telling = _ours(self.auth, "authfail")

        def untold(end: Ending) -> bool:
            return bool(end.met & asking) and not end.met & telling

        scene = replace(self.usual, word="wrong")
        fact, way = leads(self.auth, scene, untold, tuple(asking | telling))
        if fact is True:
            self.ways["counted"] = way
        return negated(fact) if telling else False


def _ours(modules: Stack, option: str = "") -> frozenset[int]:
    """Where pam_faillock stands, with this argument where one is asked for."""
    return frozenset(
        at
        for at, one in enumerate(modules)
        if one.name == FAILLOCK and (not option or option in one.options)
    )


def _reset(found: Files, service: str, asked: _Asked) -> Fact:
    """Whether each success is told to pam_faillock: by authsucc, or in the account stack."""
    by_auth = _told(asked.auth, asked.usual, _ours(asked.auth, "authsucc"), answers)
    if by_auth is True:
        return True
    try:
        account = stack(found, service, "account")
        return any_of(by_auth, _told(account, asked.usual, _ours(account), accounts))
    except CollectError as error:
        return Unknown(error.reason, str(error))


def _told(modules: Stack, scene: Scene, ours: frozenset[int], behaviour: Behaviour) -> Fact:
    def missed(end: Ending) -> bool:
        return end.granted and not end.met & ours

    return negated(leads(modules, scene, missed, tuple(ours), behaviour)[0]) if ours else False


def _decided(auth: Stack, factors: list[Module]) -> dict[str, Evidence]:
    lines = {
        "empty_enters": (one for one in auth if "nullok" in one.options and one.name in VERIFIERS),
        "factor_demanded": iter(factors),
        "unenrolled_enter": iter(factors),
        "counted": (one for one in auth if one.name == FAILLOCK),
        "locked_refused": (one for one in auth if one.name == FAILLOCK),
        "outsider_becomes_root": (one for one in auth if one.name == "pam_wheel.so"),
    }
    first = {name: next(modules, None) for name, modules in lines.items()}
    return {name: module.place for name, module in first.items() if module}


READERS = {PamDoor: doors}
