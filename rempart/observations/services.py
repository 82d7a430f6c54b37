"""What runs on a host for others to reach, and what watches over it."""

from dataclasses import dataclass

from rempart.check import Observation, Seen


@dataclass(frozen=True, slots=True)
class Listener(Observation):
    """A socket that waits for anybody; key: protocol and port (`tcp 5432`), and the address.

    `reach` is `host` where only the host itself can come to it, `network` otherwise. `program` is
    the name of the process behind it.
    """

    protocol: str
    port: int
    address: str
    reach: str
    program: Seen[str]


@dataclass(frozen=True, slots=True)
class Updates(Observation):
    """Packages that wait to be updated.

    `manager` is apt, dnf, zypper or apk. `list_age_days` is how old the list of what there is has
    become; `restart` whether the system asks for one; `automatic` whether it installs security
    updates by itself.
    """

    manager: str
    pending: Seen[int]
    security: Seen[int]
    list_age_days: Seen[int]
    automatic: Seen[bool]
    restart: Seen[bool]


@dataclass(frozen=True, slots=True)
class AuditTrail(Observation):
    """The kernel's audit: whether a daemon keeps what it says, and how many rules there are.

    `rules` counts what auditctl(8) lists; `enabled` is 0 off, 1 on, 2 locked until the next start.
    """

    daemon: Seen[bool]
    enabled: Seen[int]
    rules: Seen[int]


@dataclass(frozen=True, slots=True)
class LogShipping(Observation):
    """Where the journal goes beside the host's own disk.

    `targets` are the addresses a syslog daemon or journal-upload sends to, as written; `agents` the
    collectors that run. `encrypted` says whether every target is reached over TLS; `persistent`
    whether the host keeps its own journal over a restart.
    """

    targets: Seen[tuple[str, ...]]
    agents: Seen[tuple[str, ...]]
    encrypted: Seen[bool]
    persistent: Seen[bool]

    @property
    def where(self) -> str:
        """Targets and agents by name, as far as they are known; empty where nothing is sent."""
        known = [names for names in (self.targets, self.agents) if isinstance(names, tuple)]
        return ", ".join(name for names in known for name in names)


@dataclass(frozen=True, slots=True)
class TimeSync(Observation):
    """What sets the host's clock: the daemon that runs, and whether it follows a source now."""

    daemon: Seen[str | None]
    synchronised: Seen[bool]
    sources: tuple[str, ...]
