"""What an SSH daemon does with people who knock."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from rempart.check import Evidence, Observation, Reason, Seen, Unknown

# What older versions did not ask for.
UNASKED = Unknown(Reason.UNRESOLVED, "the version that looked did not ask")


@dataclass(frozen=True, slots=True)
class SshdSettings(Observation):
    """Settings in force (`sshd -T`) or declared (a configuration file, with sshd's own defaults).

    `prohibit-password` is written so, never by sshd's synonym `without-password`.
    `authentication_methods` is `any`, or alternatives separated by spaces, each a list of methods
    that are all needed (`publickey,password`). Key: empty for everybody, or whom these settings
    hold for: the `Match` line, or a class of accounts the daemon was asked about; `who` says the
    same, without the file a declared one stands in. `decided` says where each setting was decided,
    when a file did. Words are in lower case; 0 seconds is no limit.
    """

    permit_root_login: Seen[str]
    password_authentication: Seen[bool]
    max_auth_tries: Seen[int]
    permit_empty_passwords: Seen[bool]
    keyboard_interactive: Seen[bool]
    use_pam: Seen[bool]
    authentication_methods: Seen[str]
    decided: Mapping[str, Evidence] = field(default_factory=dict)
    public_keys: Seen[bool] = UNASKED
    login_grace_seconds: Seen[int] = UNASKED
    max_startups: Seen[str] = UNASKED
    max_sessions: Seen[int] = UNASKED
    client_alive_seconds: Seen[int] = UNASKED
    client_alive_count: Seen[int] = UNASKED
    ciphers: Seen[tuple[str, ...]] = UNASKED
    macs: Seen[tuple[str, ...]] = UNASKED
    key_exchanges: Seen[tuple[str, ...]] = UNASKED
    tcp_forwarding: Seen[str] = UNASKED
    agent_forwarding: Seen[bool] = UNASKED
    x11_forwarding: Seen[bool] = UNASKED
    host_based: Seen[bool] = UNASKED
    ignore_rhosts: Seen[str] = UNASKED
    user_environment: Seen[str] = UNASKED
    allow_users: Seen[tuple[str, ...]] = UNASKED
    deny_users: Seen[tuple[str, ...]] = UNASKED
    allow_groups: Seen[tuple[str, ...]] = UNASKED
    deny_groups: Seen[tuple[str, ...]] = UNASKED
    gssapi: Seen[bool] = UNASKED
    log_level: Seen[str] = UNASKED
    who: str = ""

    def at(self, setting: str) -> "SshdSettings":
        """The same settings, standing on the line that decides this one; evidence for a result."""
        place = self.decided.get(setting)
        if place is None:
            return self
        return replace(self, source=place.source, line=place.line, end_line=place.end_line)


@dataclass(frozen=True, slots=True)
class SshHostKey(Observation):
    """A key the host proves itself with; key: its public file. `bits` is the size of the key."""

    algorithm: str
    bits: Seen[int]


@dataclass(frozen=True, slots=True)
class SshFile(Observation):
    """Who may change or read a file of sshd; key: its path.

    `kind` is config or private key. `mode` is octal without the type (`600`), as stat prints it.
    """

    kind: str
    owner: str
    group: str
    mode: str
