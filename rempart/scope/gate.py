"""The gate: while an audit runs, the interpreter asks the scope about every connection.

An audit hook (PEP 578) sees the real peer address of each `connect` and `sendto`, whichever library
opens the socket, and cannot be removed once installed. It sees no child process and no socket
opened by C code of its own: so child programs are refused, but for those named here, and libraries
that open sockets in C are not used.
"""

import logging
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from rempart.errors import NotAuthorised, UsageError
from rempart.scope.addresses import literal, peer

log = logging.getLogger(__name__)

# The only programs an audit may start, and the words after which each is allowed to run.
PROGRAMS: dict[str, frozenset[str]] = {
    "git": frozenset(
        [
            *("blame", "cat-file", "diff", "log", "ls-files", "ls-tree"),
            *("merge-base", "rev-parse", "show"),
        ]
    ),
}
_TRUSTED_FOLDERS = ("/usr/bin", "/bin", "/usr/local/bin")
_PEERS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_LOOKUPS = frozenset(
    {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}
)
_CHILDREN = frozenset(
    {"os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "pty.spawn"}
)
_WATCHED = _PEERS | _LOOKUPS | _CHILDREN | {"subprocess.Popen"}


class Bounds(Protocol):
    """What the gate asks."""

    def refusal(self, ip: str, port: int) -> str | None:
        """Why a connection there is outside the mandate; None when it is inside."""


class _Errand(threading.local):
    """The DNS servers this thread may ask at this moment."""

    servers: frozenset[tuple[str, int]] = frozenset()


_errand = _Errand()


@contextmanager
def asking(servers: Iterable[tuple[str, int]]) -> Iterator[None]:
    """Let this thread, and no other, ask these DNS servers."""
    earlier = _errand.servers
    _errand.servers = frozenset(peer(server) for server in servers)
    try:
        yield
    finally:
        _errand.servers = earlier


def _gate() -> Callable[..., Any]:
    """The context manager; its state lives in this closure, out of reach of other modules."""
    installed = False
    bounds: Bounds | None = None
    programs: frozenset[str] = frozenset()
    change = threading.Lock()

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if bounds is None or event not in _WATCHED:
            return
        if event in _PEERS:
            _check_peer(bounds, arguments[0], arguments[1])
        elif event in _LOOKUPS:
            _check_lookup(event, arguments[0])
        elif event == "subprocess.Popen":
            _check_program(arguments[0], arguments[1], programs)
        else:
            raise NotAuthorised(f"{event}: no child process while an audit runs")

    @contextmanager
    def guarded(scope: Bounds, programs_named: Iterable[str] = ()) -> Iterator[None]:
        """Hold every thread of the process to the scope until the block ends.

        `programs_named` are full paths or names of programs the inventory itself names (`command:`
        references); PROGRAMS may run besides. Raises UsageError when an audit is running already.
        """
        nonlocal installed, bounds, programs
        with change:
            if bounds is not None:
                raise UsageError("an audit is running in this process already")
            if not installed:
                sys.addaudithook(hook)
                installed = True
            bounds, programs = scope, frozenset(programs_named)
        try:
            yield
        finally:
            with change:
                bounds, programs = None, frozenset()

    return guarded


def _check_peer(bounds: Bounds, sock: socket.socket, address: object) -> None:
    if address is None:  # sendmsg on a connected socket: its connect was checked
        return
    if sock.family == socket.AF_UNIX:
        if address != os.environ.get("SSH_AUTH_SOCK"):
            raise NotAuthorised("a local socket that is not the SSH agent's")
        return
    if sock.family not in (socket.AF_INET, socket.AF_INET6):
        raise NotAuthorised(f"a socket of family {sock.family}")
    ip, port = peer(address)
    if (ip, port) in _errand.servers:
        return
    why = bounds.refusal(ip, port)
    if why is not None:
        log.warning("refused a connection to %s port %d: %s", ip, port, why)
        raise NotAuthorised(why)


def _check_lookup(event: str, host: object) -> None:
    if isinstance(host, tuple):  # getnameinfo
        host = host[0] if host else None
    numeric = isinstance(host, str | bytes | bytearray) and literal(host) is not None
    if event == "socket.getaddrinfo" and (host is None or numeric):
        return
    if event == "socket.gethostbyname" and numeric:
        return
    raise NotAuthorised(f"{event}: names are resolved by the audit's own resolver")


def _check_program(program: object, arguments: object, named: frozenset[str]) -> None:
    path = os.fsdecode(program) if isinstance(program, str | bytes | os.PathLike) else ""
    folder, name = os.path.split(path)
    words = arguments if isinstance(arguments, list | tuple) else ()
    verb = next((word for word in _words(words) if word in PROGRAMS.get(name, ())), None)
    if path in named or (verb is not None and folder in ("", *_TRUSTED_FOLDERS)):
        return
    raise NotAuthorised(f"{name or 'a program'}: no child process while an audit runs")


def _words(arguments: Iterable[object]) -> Iterator[str]:
    """The sub-command of a git-like call: the first word that is neither option nor its value."""
    skip = True  # the program itself
    for argument in arguments:
        word = os.fsdecode(argument) if isinstance(argument, str | bytes | os.PathLike) else ""
        if skip:
            skip = False
        elif word in ("-c", "-C", "--git-dir", "--work-tree"):
            skip = True
        elif not word.startswith("-"):
            yield word
            return


guarded = _gate()
