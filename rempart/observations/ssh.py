"""What an SSH daemon does with people who knock."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from rempart.check import Evidence, Observation, Seen


@dataclass(frozen=True, slots=True)
class SshdSettings(Observation):
    """Settings in force (`sshd -T`) or declared (a configuration file, with sshd's own defaults).

    `prohibit-password` is written so, never by sshd's synonym `without-password`.
    `authentication_methods` is `any`, or alternatives separated by spaces, each a list of methods
    that are all needed (`publickey,password`). Key: empty for everybody, or the `Match` line whose
    people these settings hold for. `decided` says where each setting was decided, when a file did.
    """

    permit_root_login: Seen[str]
    password_authentication: Seen[bool]
    max_auth_tries: Seen[int]
    permit_empty_passwords: Seen[bool]
    keyboard_interactive: Seen[bool]
    use_pam: Seen[bool]
    authentication_methods: Seen[str]
    decided: Mapping[str, Evidence] = field(default_factory=dict)

    def at(self, setting: str) -> "SshdSettings":
        """The same settings, standing on the line that decides this one; evidence for a result."""
        place = self.decided.get(setting)
        if place is None:
            return self
        return replace(self, source=place.source, line=place.line, end_line=place.end_line)
