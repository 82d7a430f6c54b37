"""How a host's kernel is set, and how its file systems are mounted."""

from dataclasses import dataclass

from rempart.check import Observation, Seen


@dataclass(frozen=True, slots=True)
class KernelSetting(Observation):
    """One setting of sysctl(8) as it is in force; key: its name (`kernel.randomize_va_space`).

    `value` is None where this kernel does not have it.
    """

    value: Seen[str | None]


@dataclass(frozen=True, slots=True)
class MountOptions(Observation):
    """How a file system is mounted; key: where. `options` are the kernel's words (`nosuid`)."""

    type: str
    options: tuple[str, ...]
