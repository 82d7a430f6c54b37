"""PAM stacks as PAM builds them: one service, one type, includes followed in place.

Source: pam.conf(5), pam.d(5), Linux-PAM 1.5. Jumps are recognised, not followed: what a jump may
leave out is unknown, never assumed to run.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from rempart.check import Evidence, Fact, Reason, Unknown
from rempart.collectors.host.lines import Files, Line
from rempart.errors import Privilege, Unresolved

FOLDER = "/etc/pam.d/"
FOLDERS = (FOLDER, "/usr/etc/pam.d/", "/usr/lib/pam.d/")  # a vendor's own services stand last
MOST = 200  # files of one stack: includes that include each other come to an end
_LINE = re.compile(r"-?(\w+)\s+(\[[^\]]*\]|\S+)\s+(\S+)\s*(.*)")
_ARGUMENT = re.compile(r"\[([^\]]*)\]|(\S+)")
DENY = ("bad", "die")


@dataclass(frozen=True, slots=True)
class Module:
    """One module in a stack: its control, its arguments, and where it stands."""

    control: str
    name: str
    arguments: tuple[str, ...]
    place: Evidence

    @property
    def options(self) -> dict[str, str]:
        """Arguments by name; one without a value has an empty one."""
        return dict(argument.partition("=")[::2] for argument in self.arguments)


Stack: TypeAlias = tuple[Module, ...]


def stack(found: Files, service: str, kind: str) -> Stack:
    """The modules of a service, in order; `other` stands in for a service without a file.

    Raises Privilege or Unresolved where a file of it was not seen.
    """
    return tuple(_modules(found, file_of(found, service) or _path(found, "other"), kind, []))


def file_of(found: Files, service: str) -> str:
    """The file of a service, the administrator's before the vendor's; empty where there is none."""
    files = (f"{folder}{service}" for folder in FOLDERS)
    return next((file for file in files if file in found.lines), "")


def denies(control: str) -> Fact:
    """Whether a failing module of this control refuses the whole."""
    if not control.startswith("["):
        return control in ("required", "requisite")
    action = _actions(control).get("default", "bad")
    if action in DENY or action == "ignore":
        return action != "ignore"
    return Unknown(Reason.UNRESOLVED, f"PAM control {control}")


def reached(modules: Stack, index: int) -> Fact:
    """Whether PAM always comes to this module: nothing before it ends or jumps over."""
    for place, module in enumerate(modules[:index]):
        if module.control == "sufficient" or _leaves(module.control, index - place):
            words = f"{module.name} {module.control} may pass by {modules[index].name}"
            return Unknown(Reason.UNRESOLVED, words)
    return True


def refuses_at_once(control: str) -> bool:
    """Whether a failing module of this control ends the stack, so that nothing after it runs."""
    if control.startswith("["):
        actions = _actions(control)
        return "die" in (actions.get("default"), actions.get("auth_err"))
    return control == "requisite"


def known(fact: Fact) -> bool:
    """The fact, when it is one; raises Unresolved with its words when it is not known."""
    if isinstance(fact, Unknown):
        raise Unresolved(fact.detail)
    return fact


def assignments(found: Files, file: str) -> dict[str, str]:
    """`name = value` or `name value` lines of a file; a bare name has an empty value."""
    settings = {}
    for line in found.lines.get(file, ()):
        text = line.text.partition("#")[0].strip()
        name, _, value = text.partition("=") if "=" in text else text.partition(" ")
        words = name.split(None, 1)
        if words:
            settings[words[0]] = " ".join([*words[1:], value]).strip()
    return settings


def number(settings: Mapping[str, str], name: str, default: int | None = None) -> int:
    """A whole number among settings; raises Unresolved for anything else."""
    text = settings.get(name)
    if text is None and default is not None:
        return default
    digits = (text or "").removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 9:
        raise Unresolved(f"{name} {(text or 'is missing')[:40]}")
    return int(text or 0)


def _leaves(control: str, distance: int) -> bool:
    if not control.startswith("["):
        return False
    action = _actions(control).get("success", "")
    return action == "done" or (action.isdigit() and int(action[:4]) >= distance)


def _actions(control: str) -> dict[str, str]:
    return dict(pair.partition("=")[::2] for pair in control.strip("[]").split())


def _modules(found: Files, file: str, kind: str, opened: list[str]) -> Iterator[Module]:
    hidden = found.hides(file)
    if hidden:
        raise Privilege(f"{hidden} may not be read")
    if file not in found.lines:
        raise Unresolved(f"{file} was not seen")
    opened.append(file)
    if len(opened) > MOST:
        raise Unresolved(f"{opened[0]} includes more than {MOST} files")
    for line in _joined(found.lines[file]):
        words = line.text.split()
        if words[:1] == ["@include"] and len(words) > 1:
            yield from _modules(found, _path(found, words[1]), kind, opened)
            continue
        match = _LINE.match(line.text)
        if not match or match[1].lower() != kind:
            continue
        control = match[2].lower()
        if control in ("include", "substack"):
            yield from _modules(found, _path(found, match[3]), kind, opened)
        else:
            module = match[3].rsplit("/", 1)[-1]
            place = Evidence(line.file, line.number)
            yield Module(control, module, _arguments(match[4]), place)


def _joined(lines: list[Line]) -> Iterator[Line]:
    held: list[str] = []
    for line in lines:
        held.append(line.text.removesuffix("\\").strip())
        if line.text.endswith("\\"):
            continue
        text, held = " ".join(held), []
        if text and not text.startswith("#"):
            yield Line(line.file, line.number, text.partition(" #")[0])


def _arguments(text: str) -> tuple[str, ...]:
    return tuple(match[1] or match[2] or "" for match in _ARGUMENT.finditer(text))


def _path(found: Files, name: str) -> str:
    return name if name.startswith("/") else file_of(found, name) or FOLDER + name
