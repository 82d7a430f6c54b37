"""Where an SSH host answers, and which algorithms are sound enough to sign in with."""

import getpass
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rempart.errors import ContentError, Reason, Refused
from rempart.scope.targets import split

# ANSSI "Usage sécurisé d'(Open)SSH" and Mozilla "OpenSSH modern", as far as paramiko has them: no
# CBC, no arcfour, no MD5 or SHA-1, no ssh-rsa signatures, no group below 2048 bits.
CIPHERS = frozenset(
    {
        *("aes128-ctr", "aes192-ctr", "aes256-ctr"),
        *("aes128-gcm@openssh.com", "aes256-gcm@openssh.com"),
    }
)
MACS = frozenset(
    {
        *("hmac-sha2-256", "hmac-sha2-512"),
        *("hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com"),
    }
)
KEX = frozenset(
    {
        *("mlkem768x25519-sha256", "curve25519-sha256", "curve25519-sha256@libssh.org"),
        *("ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521"),
        *("diffie-hellman-group14-sha256", "diffie-hellman-group16-sha512"),
        "diffie-hellman-group-exchange-sha256",
    }
)
HOST_KEYS = frozenset(
    {
        *("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
        *("rsa-sha2-512", "rsa-sha2-256"),
    }
)
_KINDS = (
    ("key exchange", "kex_algo_list", "kex"),
    ("host key", "server_key_algo_list", "key_types"),
    ("cipher", "server_encrypt_algo_list", "ciphers"),
    ("MAC", "server_mac_algo_list", "digests"),
)


class NothingInCommon(Refused):
    """The two sides share no sound algorithm; the message holds both lists."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A host as the inventory writes it: `user@host:port`."""

    user: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host} port {self.port}"


@dataclass(frozen=True, slots=True)
class Output:
    """What the script printed, and what the connection agreed on.

    `truncated` when there may have been more: no exit status came (`reason` truncated), or the cap
    or the time was used up (`reason` limit). `stderr` keeps its first 64 KiB. `host_key` is its
    type and SHA-256 fingerprint.
    """

    stdout: bytes
    stderr: bytes
    status: int | None
    truncated: bool
    kex: str
    cipher: str
    host_key: str
    reason: Reason | None = None


def endpoint(host: Any) -> Endpoint:  # noqa: ANN401  (a host of the inventory)
    """User, address and port of a host; the user defaults to the auditor's own name."""
    user, _, where = host.ssh.rpartition("@")
    try:
        name, port = split(where)
    except ContentError:
        name, port = "", None
    if not name:
        raise Refused(f"{host.id}: expected ssh: user@host:port")
    return Endpoint(user or getpass.getuser(), name, port or 22)


def kept(possible: Iterable[str], sound: frozenset[str]) -> tuple[str, ...]:
    """Those that are sound, in the library's order of preference."""
    return tuple(name for name in possible if name in sound)


def host_key_types(known: frozenset[str]) -> frozenset[str]:
    """The sound signatures of the known types of key: an RSA key signs with SHA-2."""
    rsa = {"rsa-sha2-512", "rsa-sha2-256"} if "ssh-rsa" in known else set()
    return HOST_KEYS & (known | rsa)


def nothing_in_common(offered: Mapping[str, Any], options: Any) -> str:  # noqa: ANN401
    """What the two sides could not agree on: the host's list and ours."""
    for words, theirs, ours in _KINDS:
        names, own = offered.get(theirs) or (), getattr(options, ours)
        if not set(names) & set(own):
            shown = ", ".join(name for name in names if name.isascii() and name.isprintable())
            return (
                f"no common {words}: the host offers {shown or 'none'}; we offer {', '.join(own)}"
            )
    return "no common algorithm"


def agreed(ours: Iterable[str], theirs: Iterable[str]) -> str:
    """The algorithm both sides settle on: the client's first that the host has (RFC 4253, 7.1)."""
    offered = set(theirs)
    return next((name for name in ours if name in offered), "")
