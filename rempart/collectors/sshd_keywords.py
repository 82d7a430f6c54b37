"""Keywords of sshd_config: the field each fills, how its value reads, what holds unsaid.

Source: sshd_config(5) and sshd(8) of OpenSSH 9.2.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from rempart.check import Reason, Unknown
from rempart.collectors.text import clean

MOST: Final = 100  # names of one list
Value: TypeAlias = bool | int | str | tuple[str, ...]
FLAGS: Final = {"yes": True, "no": False}
SYNONYMS: Final = {"without-password": "prohibit-password"}
_TIME = re.compile(r"(?:\d+[smhdw]?)+")
_PART = re.compile(r"(\d+)([smhdw]?)")
_SECONDS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_VERSION: Final = Unknown(Reason.UNRESOLVED, "the default of this list depends on sshd's version")


def _flag(raw: str) -> bool | None:
    return FLAGS.get(raw.lower())


def _number(raw: str) -> int | None:
    return int(raw[:9]) if raw.isascii() and raw.isdigit() else None


def _seconds(raw: str) -> int | None:
    """Seconds; `1h30m` is a time, and `none` is no limit."""
    if raw.lower() == "none":
        return 0
    if not raw.isascii() or not _TIME.fullmatch(raw.lower()):
        return None
    return sum(int(n[:9]) * _SECONDS[unit] for n, unit in _PART.findall(raw.lower()))


def _list(raw: str) -> tuple[str, ...] | None:
    """Algorithms; one that starts from the default list is none by itself."""
    names = tuple(name.strip() for name in raw.split(",") if name.strip())[:MOST]
    return None if not names or raw[:1] in "+-^" else names


def _names(raw: str) -> tuple[str, ...] | None:
    return tuple(raw.split()[:MOST]) or None


def _word(raw: str) -> str | None:
    return SYNONYMS.get(raw.lower(), raw.lower()) or None


@dataclass(frozen=True, slots=True)
class Keyword:
    """One keyword. `default` holds where a whole configuration does not say it, `silent` where
    `sshd -T` leaves it out; `words` are the only ones it takes; `adds` ones may come again.
    """

    written: str
    field: str
    reads: Callable[[str], Value | None]
    default: object
    words: tuple[str, ...] = ()
    adds: bool = False
    silent: object = None

    def value(self, raw: str) -> object:
        """The value as written, or unknown where it is none this keyword takes."""
        found = self.reads(clean(raw, 4000))
        if found is None or (self.words and found not in self.words):
            return Unknown(Reason.UNRESOLVED, f"{self.written} {clean(raw, 60)}")
        return found


_ROOT = ("yes", "no", "prohibit-password", "forced-commands-only")
KEYWORDS: Final = {
    one.written.lower(): one
    for one in (
        Keyword("PermitRootLogin", "permit_root_login", _word, "prohibit-password", _ROOT),
        Keyword("PasswordAuthentication", "password_authentication", _flag, default=True),
        Keyword("MaxAuthTries", "max_auth_tries", _number, 6),
        Keyword("PermitEmptyPasswords", "permit_empty_passwords", _flag, default=False),
        Keyword("KbdInteractiveAuthentication", "keyboard_interactive", _flag, default=True),
        Keyword("UsePAM", "use_pam", _flag, default=False),
        Keyword("AuthenticationMethods", "authentication_methods", _word, "any"),
        Keyword("PubkeyAuthentication", "public_keys", _flag, default=True),
        Keyword("LoginGraceTime", "login_grace_seconds", _seconds, 120),
        Keyword("MaxStartups", "max_startups", _word, "10:30:100"),
        Keyword("MaxSessions", "max_sessions", _number, 10),
        Keyword("ClientAliveInterval", "client_alive_seconds", _seconds, 0),
        Keyword("ClientAliveCountMax", "client_alive_count", _number, 3),
        Keyword("Ciphers", "ciphers", _list, _VERSION),
        Keyword("MACs", "macs", _list, _VERSION),
        Keyword("KexAlgorithms", "key_exchanges", _list, _VERSION),
        Keyword("AllowTcpForwarding", "tcp_forwarding", _word, "yes"),
        Keyword("AllowAgentForwarding", "agent_forwarding", _flag, default=True),
        Keyword("X11Forwarding", "x11_forwarding", _flag, default=False),
        Keyword("HostbasedAuthentication", "host_based", _flag, default=False),
        Keyword("IgnoreRhosts", "ignore_rhosts", _word, "yes", ("yes", "no", "shosts-only")),
        Keyword("PermitUserEnvironment", "user_environment", _word, "no"),
        Keyword("AllowUsers", "allow_users", _names, (), adds=True, silent=()),
        Keyword("DenyUsers", "deny_users", _names, (), adds=True, silent=()),
        Keyword("AllowGroups", "allow_groups", _names, (), adds=True, silent=()),
        Keyword("DenyGroups", "deny_groups", _names, (), adds=True, silent=()),
        Keyword("GSSAPIAuthentication", "gssapi", _flag, default=False, silent=False),
        Keyword("LogLevel", "log_level", _word, "info"),
    )
}
FIELDS: Final = tuple(one.field for one in KEYWORDS.values())
# What a system-wide policy such as crypto-policies(7) decides.
ALGORITHMS: Final = ("ciphers", "macs", "key_exchanges")
