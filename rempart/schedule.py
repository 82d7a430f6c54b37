"""Units that run an audit every night: systemd, cron, GitHub, GitLab. Printed, never installed.

No daemon: whoever schedules already has one. Values are checked before they enter a unit; what a
shell or systemd would interpret is refused rather than escaped.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rempart import documents
from rempart.errors import UsageError

UNITS = Path(__file__).parent / "units"
CREDENTIALS = "/etc/rempart/credentials"
STATE = "/var/lib/rempart"
SAFE_PATH = re.compile(r"[\w/.@=,+:-][\w/.@=,+: -]*")
SAFE_SOURCE = re.compile(r"[\w/.@=,+:~<>\[\]-]+")
ACCOUNT = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
SECRET = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]{0,63})")
MARK = re.compile(r"@([A-Z][A-Z_]+)@")


class Scheduler(StrEnum):
    """Who runs the audit."""

    SYSTEMD = "systemd"
    CRON = "cron"
    GITHUB = "github"
    GITLAB = "gitlab"


@dataclass(frozen=True, slots=True)
class Night:
    """When, as whom, with which program and which inventory; `secrets` are names, not values."""

    at: time
    zone: str
    user: str
    program: str
    inventory: str = ""
    secrets: tuple[str, ...] = ()
    source: str = ""
    nightly: str = "/usr/local/lib/rempart/nightly"

    def __post_init__(self) -> None:
        paths = {"inventory": self.inventory, "program": self.program, "nightly": self.nightly}
        for name, path in paths.items():
            if path and not SAFE_PATH.fullmatch(path):
                raise UsageError(f"{name}: expected a path of plain characters, found {path!r}")
        if not ACCOUNT.fullmatch(self.user):
            raise UsageError(f"user: expected the name of an account, found {self.user!r}")
        if self.source and not SAFE_SOURCE.fullmatch(self.source):
            raise UsageError(f"source: expected what pip installs, found {self.source!r}")
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise UsageError(
                f"zone: expected a time zone such as Europe/Paris that this machine knows "
                f"(package tzdata), found {self.zone!r}"
            ) from None


def moment(text: str) -> time:
    """The time of day in `02:30`; raises UsageError."""
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007  (a time of day)
    except ValueError:
        raise UsageError(f"at: expected a time such as 02:30, found {text!r}") from None


def secrets(inventory: Path) -> tuple[str, ...]:
    """The names an inventory asks the environment for (`env:NAME`), each once, sorted."""
    return tuple(sorted(set(_named(documents.read(inventory).value))))


def _named(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _named(item)
    elif isinstance(value, str) and (found := SECRET.fullmatch(value)):
        yield found[1]


def units(scheduler: Scheduler, night: Night, today: date) -> dict[str, str]:
    """The files to install, by name. `today` decides the offset where only UTC is understood."""
    names = {
        Scheduler.SYSTEMD: ("nightly", "rempart-audit.service", "rempart-audit.timer"),
        Scheduler.CRON: ("nightly", "rempart.cron"),
        Scheduler.GITHUB: ("github.yml",),
        Scheduler.GITLAB: ("gitlab.yml",),
    }[scheduler]
    values = _values(night, today) | _words(scheduler, night)
    return {name: _filled((UNITS / name).read_text("utf-8"), values) for name in names}


def _filled(template: str, values: Mapping[str, str]) -> str:
    return MARK.sub(lambda found: values[found[1]], template)


def _values(night: Night, today: date) -> dict[str, str]:
    utc = datetime.combine(today, night.at, ZoneInfo(night.zone)).astimezone(ZoneInfo("UTC"))
    quarters = sorted((night.at.minute + add) % 60 for add in (0, 15, 30, 45))
    return {
        "AT": f"{night.at:%H:%M}",
        "ZONE": night.zone,
        "HOUR": str(night.at.hour),
        "MINUTE": str(night.at.minute),
        "MINUTES": ",".join(map(str, quarters)),
        "UTC_HOUR": str(utc.hour),
        "UTC_MINUTE": str(utc.minute),
        "TODAY": today.isoformat(),
        "USER": night.user,
        "PROGRAM": night.program,
        "NIGHTLY": night.nightly,
        "INVENTORY": night.inventory or "/etc/rempart/inventory.yaml",
        "STATE": STATE,
        "CREDENTIALS": CREDENTIALS,
        "NAMES": " ".join(night.secrets),
        "LOAD_CREDENTIALS": _load_credentials(night.secrets),
        "PROTECT_HOME": "read-only" if _at_home(night) else "yes",
        "SOURCE": night.source,
    }


def _load_credentials(names: tuple[str, ...]) -> str:
    lines = [f"LoadCredential={name}:{CREDENTIALS}/{name}" for name in names]
    return "\n".join(lines) or f"# LoadCredential=NAME:{CREDENTIALS}/NAME"


def _at_home(night: Night) -> bool:
    """Whether the inventory or the program lies where ProtectHome=yes would hide it."""
    homes = ("/home", "/root", "/run/user")
    return any(
        PurePosixPath(path).is_relative_to(home)
        for path in (night.inventory, night.program)
        for home in homes
    )


def _words(scheduler: Scheduler, night: Night) -> dict[str, str]:
    """What a pipeline runs: the audit of an inventory, or the gate of the repository itself."""
    if night.inventory:
        step = f"Audit {night.inventory}"
        outputs = "-o run.json -o report.html -o gate.sarif"
        command = f"rempart audit '{night.inventory}' {outputs}"
    else:
        step, command = "Judge this repository", "rempart gate . -o gate.sarif -o run.json"
    words: dict[str, Any] = {"STEP": step, "COMMAND": command, "ENVIRONMENT": "", "VARIABLES": ""}
    if scheduler is Scheduler.GITHUB and night.secrets:
        lines = [f"          {name}: ${{{{ secrets.{name} }}}}" for name in night.secrets]
        words["ENVIRONMENT"] = "\n".join(["\n        env:", *lines])
    if scheduler is Scheduler.GITLAB and night.secrets:
        words["VARIABLES"] = f"\n# Masked, protected CI/CD variables: {', '.join(night.secrets)}."
    return words
