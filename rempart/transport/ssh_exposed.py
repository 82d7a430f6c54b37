"""What an SSH daemon shows to somebody without a key: its first packet, its sign-in methods.

Nothing is signed in: the method `none` exists to be refused with the list of those that are not.
"""

import contextlib
import functools
from typing import Final

import paramiko

from rempart.errors import NoCollector, Truncated, Unreachable
from rempart.transport.access import Access
from rempart.transport.deadline import shut
from rempart.transport.raw import talk

PERSON: Final = "rempart"  # nobody's name: what is asked for is the list, not an account
PATIENCE: Final = 10.0
CAP: Final = 64 * 1024
BANNER: Final = b"SSH-2.0-rempart\r\n"
_KEXINIT: Final = 20
_LISTS: Final = 10


def key_exchange(access: Access, host: str, port: int) -> tuple[str, tuple[tuple[str, ...], ...]]:
    """The banner and the ten lists of the first packet (RFC 4253, 7.1). Raises CollectError."""
    where = f"{host} port {port}"
    with talk(access, host, port, patience=PATIENCE) as line:
        line.send(BANNER)
        said = line.read(_whole, CAP)
    banner, raw = _split(said)
    if banner is None:
        raise Truncated(f"{where}: no SSH banner") if said else Unreachable(f"{where}: closed")
    try:
        return banner, _lists(raw)
    except (IndexError, ValueError):
        raise Truncated(f"{where}: the key exchange cannot be read") from None


def methods(access: Access, host: str, port: int) -> tuple[str, ...]:
    """Ways to sign in that are offered to an unknown person. Raises CollectError."""
    where = f"{host} port {port}"
    sock = access.dial(host, port)
    client = paramiko.Transport(sock)
    client.packetizer.start_handshake = functools.partial(_no_timer)  # type: ignore[method-assign]
    try:
        client.start_client(timeout=PATIENCE)
        client.auth_none(PERSON)
    except paramiko.BadAuthenticationType as error:
        return tuple(error.allowed_types)
    except paramiko.ssh_exception.IncompatiblePeer:
        raise NoCollector(f"{where}: no algorithm in common, so nobody could ask") from None
    except paramiko.AuthenticationException:
        return ()
    except Exception as error:  # noqa: BLE001  (a hostile packet can make its parser raise anything)
        access.deadline.check(where)
        raise Truncated(f"{where}: not readable as SSH ({type(error).__name__})") from None
    finally:
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
            shut(sock)
            client.close()
        if client.ident is not None:
            client.join(10)
    return ("none",)


def _no_timer(_: float) -> None:
    """The access deadline is the only clock."""


def _split(said: bytes) -> tuple[str | None, bytes]:
    """The banner line, which other lines may precede (RFC 4253, 4.2), and what follows it."""
    rest = said
    while rest:
        line, newline, rest = rest.partition(b"\n")
        if line.startswith(b"SSH-") and newline:
            return line.strip().decode("utf-8", "replace"), rest
    return None, b""


def _whole(said: bytes) -> bool:
    banner, raw = _split(said)
    return banner is not None and len(raw) >= 4 and len(raw) >= 4 + int.from_bytes(raw[:4], "big")


def _lists(raw: bytes) -> tuple[tuple[str, ...], ...]:
    length = int.from_bytes(raw[:4], "big")
    if length > CAP or len(raw) < 4 + length or raw[5] != _KEXINIT:
        raise ValueError
    payload = raw[6 + 16 : 4 + length - raw[4]]
    found = []
    for _ in range(_LISTS):
        size = int.from_bytes(payload[:4], "big")
        if size > len(payload) - 4:
            raise ValueError
        names = payload[4 : 4 + size].decode("ascii", "replace")
        found.append(tuple(names.split(",")) if names else ())
        payload = payload[4 + size :]
    return tuple(found)
