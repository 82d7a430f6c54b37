"""What an SSH daemon does with people who knock."""

from dataclasses import dataclass

from rempart.check import Observation, Seen


@dataclass(frozen=True, slots=True)
class SshdSettings(Observation):
    """Settings in force (`sshd -T`) or declared (a configuration file, with sshd's own defaults).

    `prohibit-password` is written so, never by sshd's synonym `without-password`. Key: empty for
    everybody, or the user class of a `Match` block.
    """

    permit_root_login: Seen[str]
    password_authentication: Seen[bool]
    max_auth_tries: Seen[int]
    permit_empty_passwords: Seen[bool]
