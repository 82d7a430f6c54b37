"""What sudo asks and records, from the `Defaults` lines of sudoers.

Source: sudoers(5) of sudo 1.9. `use_pty` is on by itself since sudo 1.9.14.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from rempart.check import Gap, Observation, Seen, Unknown
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.section import Section
from rempart.collectors.host.sudo import INCLUDE, SOURCE, listed, statements
from rempart.errors import CollectError, Reason
from rempart.observations.accounts import SudoSettings

TIMEOUT: Final = 15  # minutes; Debian and Red Hat build it so, sudo's own is 5
PTY_SINCE: Final = (1, 9, 14)
_DEFAULTS = re.compile(r"Defaults(?P<scope>[@:>!]\s*\S+)?\s+(?P<options>.*)")
_VERSION = re.compile(r"Sudo version (\d+)\.(\d+)\.(\d+)")
_IO: Final = ("log_input", "log_output", "log_stdin", "log_stdout", "log_stderr", "log_ttyin")


@dataclass(slots=True)
class _Said:
    """The last word on each option for everybody, and what scoped lines allow."""

    options: dict[str, str | bool] = field(default_factory=dict)
    exempt: list[str] = field(default_factory=list)
    timeouts: list[Seen[int]] = field(default_factory=list)
    line: int | None = None
    file: str = SOURCE


def settings(answers: Answers) -> Iterator[Observation | Gap]:
    """The one set of settings, none where there is no sudo; a gap for an include not seen.

    Raises Privilege when it is hidden.
    """
    said = _Said()
    lines = list(statements(answers))
    if not lines:
        return  # there is no sudo
    for line in lines:
        match, include = _DEFAULTS.match(line.text), INCLUDE.match(line.text)
        if include:
            place = include[2].strip()
            yield Gap("SudoSettings", Reason.UNRESOLVED, f"{place} was not seen", key=place)
        if match:
            _read(said, match["scope"] or "", match["options"])
    own = said.options
    timeout = _minutes(own.get("timestamp_timeout", str(TIMEOUT)))
    yield SudoSettings(
        asks=own.get("authenticate", True) is not False,
        exempt=tuple(dict.fromkeys(said.exempt)),
        timeout_minutes=timeout,
        widest_minutes=_widest([timeout, *said.timeouts]),
        own_terminal=_own_terminal(answers, own.get("use_pty")),
        log_file=str(own.get("logfile") or ""),
        log_io=any(own.get(name) is True for name in _IO),
        syslog=own.get("syslog", True) is not False,
        key="Defaults",
        source=said.file,
        line=said.line,
    )


def _read(said: _Said, scope: str, options: str) -> None:
    for option in listed(options):
        name, _, value = option.partition("=")
        name, off = name.strip().rstrip("+-").strip(), name.strip().startswith("!")
        word: str | bool = value.strip().strip('"') if value else not off
        name = name.lstrip("! ")
        if name == "timestamp_timeout" and off:
            word = "0"
        if not scope:
            said.options[name] = word
            said.exempt += [f"%{word}"] if name == "exempt_group" and isinstance(word, str) else []
        elif name == "authenticate" and off:
            said.exempt.append(scope)
        elif name == "timestamp_timeout":
            said.timeouts.append(_minutes(word))


def _minutes(word: str | bool) -> Seen[int]:
    """Whole minutes, rounded up: 0.5 is one, and a negative number never ends."""
    match = re.fullmatch(r"(-?)(\d{1,6})(?:\.(\d+))?", str(word))
    if match is None:
        return Unknown(Reason.UNRESOLVED, f"timestamp_timeout {str(word)[:20]}")
    minutes = int(match[2]) + bool(int(match[3] or 0))
    return -minutes if match[1] else minutes


def _widest(minutes: list[Seen[int]]) -> Seen[int]:
    """The longest; one that never ends is longer than any."""
    known = [one for one in minutes if isinstance(one, int)]
    if any(one < 0 for one in known):
        return -1
    unknown = next((one for one in minutes if not isinstance(one, int)), None)
    return unknown if unknown is not None else max(known)


def _own_terminal(answers: Answers, said: str | bool | None) -> Seen[bool]:
    if isinstance(said, bool):
        return said
    try:
        match = _VERSION.search(answers.text("sudo_version"))
    except CollectError as error:
        return Unknown(error.reason, f"use_pty is not set, and {error}")
    if match is None:
        return Unknown(Reason.UNRESOLVED, "use_pty is not set, and sudo did not tell its version")
    return tuple(int(part[:6]) for part in match.groups()) >= PTY_SINCE


_CODE: Final = """sudo_version() {
  program=/usr/bin/sudo; [ -x "$program" ] || return 0
  $limit "$program" -V | head -n 1
}
"""
SECTIONS = (Section("sudo_version", "sudo -V", (SudoSettings,), (("sudo_version",),), code=_CODE),)
READERS = {SudoSettings: settings}
