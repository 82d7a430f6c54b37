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
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from rempart.errors import NotAuthorised, UsageError
from rempart.scope.addresses import literal, peer

log = logging.getLogger(__name__)

# The only programs an audit may start, and the first word each must be given. `sh -s` is the one
# script of a collector, run on the auditor's own machine when that is a subject (`ssh: local`).
PROGRAMS: dict[str, frozenset[str]] = {
    "git": frozenset(
        [
            *("blame", "cat-file", "diff", "log", "ls-files", "ls-tree"),
            *("merge-base", "rev-parse", "show"),
        ]
    ),
    "sh": frozenset(["-s"]),
    "pdftotext": frozenset(["UTF-8"]),  # `-enc UTF-8 - -`: a document in, its text out
}
# rempart's own children, which parse an untrusted repository or documents under limits and open no
# connection.
_OWN = frozenset(
    ("-s", "-P", "-m", f"rempart.collectors.{module}")
    for module in ("repository.worker", "files.pdf_child")
)
_TRUSTED_FOLDERS = ("/usr/bin", "/bin", "/usr/local/bin")
_PEERS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_LOOKUPS = frozenset(
    {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}
)
_PROGRAMS = frozenset({"subprocess.Popen", "os.posix_spawn"})  # Popen spawns since Python 3.13
_CHILDREN = frozenset({"os.system", "os.exec", "os.spawn", "os.fork", "os.forkpty", "pty.spawn"})
_WATCHED = _PEERS | _LOOKUPS | _PROGRAMS | _CHILDREN


class Bounds(Protocol):
    """What the gate asks."""

    def refusal(self, ip: str, port: int) -> str | None:
        """Why a connection there is outside the mandate; None when it is inside."""


class _Errand(threading.local):
    """The DNS servers this thread may ask at this moment, and the program it may start."""

    servers: frozenset[tuple[str, int]] = frozenset()
    program: str | None = None


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


@contextmanager
def starting(program: str) -> Iterator[None]:
    """Let this thread, and no other, start the program a `command:` reference names."""
    earlier = _errand.program
    _errand.program = program
    try:
        yield
    finally:
        _errand.program = earlier


def _gate() -> Callable[..., Any]:
    """The context manager; its state lives in this closure, out of reach of other modules."""
    installed = False
    bounds: Bounds | None = None
    change = threading.Lock()

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if bounds is None or event not in _WATCHED:
            return
        if event in _PEERS:
            _check_peer(bounds, arguments[0], arguments[1])
        elif event in _LOOKUPS:
            _check_lookup(event, arguments[0])
        elif event in _PROGRAMS:
            _check_program(arguments[0], arguments[1])
        else:
            raise NotAuthorised(f"{event}: no child process while an audit runs")

    @contextmanager
    def guarded(scope: Bounds) -> Iterator[None]:
        """Hold every thread of the process to the scope until the block ends.

        Raises UsageError when an audit is running in this process already.
        """
        nonlocal installed, bounds
        with change:
            if bounds is not None:
                raise UsageError("an audit is running in this process already")
            if not installed:
                sys.addaudithook(hook)
                installed = True
            bounds = scope
        try:
            yield
        finally:
            with change:
                bounds = None

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


def _check_program(program: object, arguments: object) -> None:
    path = os.fsdecode(program) if isinstance(program, str | bytes | os.PathLike) else ""
    folder, name = os.path.split(path)
    words = list(_decoded(arguments)) if isinstance(arguments, list | tuple) else []
    listed = folder in ("", *_TRUSTED_FOLDERS) and _verb(words) in PROGRAMS.get(name, ())
    own = path == sys.executable and tuple(words[1:]) in _OWN
    if not (listed or own) and (path != _errand.program or not path):
        raise NotAuthorised(f"{name or 'a program'}: no child process while an audit runs")


def _decoded(arguments: Iterable[object]) -> Iterator[str]:
    for argument in arguments:
        yield os.fsdecode(argument) if isinstance(argument, str | bytes | os.PathLike) else ""


def _verb(words: Sequence[str]) -> str:
    """What a call asks for: the only argument, or the first that is no option nor its value."""
    if len(words) == 2:
        return words[1]
    following = iter(words[1:])
    for word in following:
        if word in ("-c", "-C", "--git-dir", "--work-tree"):
            next(following, None)
        elif not word.startswith("-"):
            return word
    return ""


guarded = _gate()
