"""One script on one SSH connection; the only module that imports paramiko at run time.

paramiko has no total deadline, no output cap, and keeps a thread and a socket for each transport
nobody closed. Here the deadline shuts the socket, both outputs are drained and capped, and every
path closes the channel and the transport. Neither agent nor X11 is ever forwarded.
"""

import contextlib
import functools
import logging
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paramiko

from rempart.errors import CollectError, Refused, Truncated, Unreachable
from rempart.transport import ssh_peer
from rempart.transport.access import Access
from rempart.transport.deadline import shut
from rempart.transport.kept import Kept, Opened
from rempart.transport.known_hosts import KnownKeys, known_keys
from rempart.transport.openssh import Master, connected
from rempart.transport.ssh_channel import CUT, closing, output
from rempart.transport.ssh_identity import Identities
from rempart.transport.ssh_peer import (
    Endpoint,
    NothingInCommon,
    Output,
    endpoint,
    nothing_in_common,
)

__all__ = ["Output", "run_script"]

CAP = 4_000_000
_PATIENCE = 3600.0  # paramiko's own limits; the access deadline is always the shorter one

logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # it prints a traceback for each refusal


class _Client(paramiko.Transport):
    """A transport that remembers what the host offered, without a timer thread of its own.

    paramiko starts one for each handshake, and it outlives every handshake that fails.
    """

    offered: dict[str, Any]
    remote_cipher: str

    def __init__(self, sock: Any) -> None:  # noqa: ANN401  (a socket, or a channel of a bastion)
        super().__init__(sock)
        self.packetizer.start_handshake = _no_timer  # type: ignore[method-assign]

    def _parse_kex_init(self, m: paramiko.Message) -> None:
        self.offered = self._really_parse_kex_init(m)  # type: ignore[attr-defined]
        m.rewind()
        super()._parse_kex_init(m)  # type: ignore[misc]


def run_script(access: Access, host: Any, script: bytes, *, cap: int = CAP) -> Output:  # noqa: ANN401
    """What `sh -s` on the host printed when given the script on its standard input.

    Raises Unreachable, Refused (host key, authentication, no common algorithm), Truncated (no
    readable SSH), Limited or NotAuthorised. The login writes the host's own authentication log.
    """
    opened = functools.partial(_opened, access, host)
    if access.kept is None:
        with opened() as one:
            return one.run(access, script, cap)
    dialled = access.connections
    try:
        return _in_turn(access, access.kept, host, opened, script, cap)
    except Unreachable:
        if access.connections != dialled:
            raise
        # what others had opened was closed meanwhile: some servers cut a line nobody uses
        return _in_turn(access, access.kept, host, opened, script, cap)


def _in_turn(
    access: Access,
    kept: Kept,
    host: Any,  # noqa: ANN401
    opened: Callable[[], Opened],
    script: bytes,
    cap: int,
) -> Output:
    with kept.turn(access, host.id, opened) as held, _watched(access, held.wire):
        answer: Output = held.run(access, script, cap)
        return answer


@dataclass(frozen=True, slots=True)
class _Connection:
    """A host that is signed in to; `wire` is the TCP socket below."""

    client: "_Client"
    place: Endpoint
    wire: Any

    def usable(self) -> bool:
        """Whether it is still there."""
        return self.client.is_active()

    def run(self, access: Access, script: bytes, cap: int) -> Output:
        """What `sh -s` printed when given the script."""
        with (
            _said(access, str(self.place), self.client),
            closing(self.client.open_session(timeout=_PATIENCE)) as channel,
        ):
            return output(access, self.client, channel, script, cap)


@contextlib.contextmanager
def _opened(access: Access, host: Any) -> Iterator["_Connection | Master"]:  # noqa: ANN401
    """The host signed in to; by OpenSSH's client where the library cannot and the inventory may."""
    with contextlib.ExitStack() as stack:
        one: _Connection | Master
        try:
            one = stack.enter_context(_connected(access, host))
        except NothingInCommon:
            if host.client != "openssh":
                raise
            one = stack.enter_context(connected(access, host))
        yield one


@contextlib.contextmanager
def _connected(access: Access, host: Any) -> Iterator[_Connection]:  # noqa: ANN401
    with _route(access, host) as (sock, place), _signed_in(access, host, sock, place) as client:
        wire = sock
        while isinstance(wire, paramiko.Channel):
            wire = wire.get_transport().sock
        yield _Connection(client, place, wire)


@contextlib.contextmanager
def _watched(access: Access, wire: socket.socket) -> Iterator[None]:
    """The connection is shut when this subject's time is up, and no longer once it is done."""
    access.watch(wire)
    try:
        yield
    finally:
        access.deadline.forget(wire)


@contextlib.contextmanager
def _route(access: Access, host: Any) -> Iterator[tuple[Any, Endpoint]]:  # noqa: ANN401
    """A socket to the host, or a channel through its jump host."""
    place = endpoint(host)
    if not host.jump:
        with contextlib.closing(access.dial(place.host, place.port)) as sock:
            yield sock, place
        return
    bastion = access.subject_named(host.jump, "host")
    target = access.addresses(place.host, place.port)[0]
    with (
        access.bastion(bastion),
        _route(access, bastion) as (sock, there),
        _signed_in(access, bastion, sock, there) as client,
    ):
        access.budget.connect(access.deadline.remaining())
        with _said(access, f"{place} through {there}", client):
            channel = client.open_channel(
                "direct-tcpip", (target, place.port), ("127.0.0.1", 0), timeout=_PATIENCE
            )
        with closing(channel):
            yield channel, place


@contextlib.contextmanager
def _signed_in(
    access: Access,
    host: Any,  # noqa: ANN401
    sock: Any,  # noqa: ANN401
    place: Endpoint,
) -> Iterator[_Client]:
    """A transport whose host key is the known one, signed in; closed whatever happens."""
    path = host.known_hosts or Path.home() / ".ssh" / "known_hosts"
    known = known_keys(path, place.host, place.port)
    if not known.trusted:
        raise Refused(f"{place}: no host key is known for it in {path.name}")
    client = _Client(sock)
    try:
        with _said(access, str(place), client):
            _offer_sound(client, known)
            client.start_client(timeout=_PATIENCE)
            _verify(client, known, place)
            _sign_in(client, host, place)
        yield client
    finally:
        _close(client, sock)


def _no_timer(timeout: float) -> None:
    """The access deadline is the only clock."""


def _offer_sound(client: _Client, known: KnownKeys) -> None:
    """Offer only sound algorithms, and of host keys the known types, so that one can match."""
    client.banner_timeout = client.handshake_timeout = client.auth_timeout = _PATIENCE
    options = client.get_security_options()
    options.ciphers = ssh_peer.kept(options.ciphers, ssh_peer.CIPHERS)
    options.digests = ssh_peer.kept(options.digests, ssh_peer.MACS)
    options.kex = ssh_peer.kept(options.kex, ssh_peer.KEX)
    options.key_types = ssh_peer.kept(options.key_types, ssh_peer.host_key_types(known.types))


def _verify(client: _Client, known: KnownKeys, place: Endpoint) -> None:
    key = client.get_remote_server_key()
    shown = (key.get_name(), key.get_base64())
    if shown in known.revoked:
        raise Refused(f"{place}: its host key {key.fingerprint} is marked as revoked")
    if shown not in known.trusted:
        raise Refused(f"{place}: its host key changed, it now shows {shown[0]} {key.fingerprint}")


def _sign_in(client: _Client, host: Any, place: Endpoint) -> None:  # noqa: ANN401
    """Try the key, the agent's keys or the password the inventory names, and nothing else."""
    accepted: list[str] = []
    tried = 0
    with contextlib.closing(Identities(host)) as identities:
        for key in identities.offered():
            tried += 1
            try:
                if not client.auth_publickey(place.user, key):
                    return
            except paramiko.BadAuthenticationType as error:
                accepted = error.allowed_types
            except paramiko.AuthenticationException:
                if not client.is_active():
                    raise
    if host.password is not None:
        tried += 1
        with contextlib.suppress(paramiko.BadAuthenticationType):
            if not client.auth_password(place.user, host.password.resolve()):
                return
    if not tried:
        raise Refused(f"{place}: the inventory names no key and no password for {host.id}")
    told = f"; the host accepts {', '.join(accepted)}" if accepted else ""
    raise Refused(f"{place}: authentication of {place.user} refused{told}")


@contextlib.contextmanager
def _said(access: Access, where: str, client: _Client) -> Iterator[None]:
    """Turn what paramiko raises into our own words; its thread raises whatever it met."""
    try:
        yield
    except CollectError:
        raise
    except Exception as error:  # noqa: BLE001  (a hostile packet can make its parser raise anything)
        access.deadline.check(where)
        raise _mapped(where, error, client) from None


def _mapped(where: str, error: Exception, client: _Client) -> CollectError:
    if isinstance(error, paramiko.ssh_exception.IncompatiblePeer):
        offered = getattr(client, "offered", {})
        words = nothing_in_common(offered, client.get_security_options())
        return NothingInCommon(f"{where}: {words}")
    if isinstance(error, EOFError | OSError) or "EOF" in str(error):
        return Unreachable(f"{where}: closed before the script could run")
    if isinstance(error, paramiko.AuthenticationException):
        return Refused(f"{where}: authentication refused")
    if isinstance(error, paramiko.ChannelException):
        kind = Unreachable if error.code == paramiko.common.OPEN_FAILED_CONNECT_FAILED else Refused
        return kind(f"{where}: the host opened no channel ({error.text})")
    if "banner" in str(error):
        return Truncated(f"{where}: no SSH banner")
    return Truncated(f"{where}: not readable as SSH ({type(error).__name__})")


def _close(client: _Client, sock: Any) -> None:  # noqa: ANN401
    """Close the transport and wait for its thread: cutting its line first makes that quick."""
    with contextlib.suppress(*CUT):
        shut(sock) if isinstance(sock, socket.socket) else sock.close()
    with contextlib.suppress(*CUT):
        client.close()
    if client.ident is not None:
        client.join(10)
