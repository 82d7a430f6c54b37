"""OpenSSH's own client, for a host whose algorithms the library does not speak.

Only where the inventory says `client: openssh`. The client opens no connection of its own: it is
handed the TCP socket that was dialled inside the mandate, by way of a socket pair that is its
standard error. One master holds the connection; each script is a session of it. Host keys are
checked strictly, no configuration file is read, nothing is forwarded, nobody is asked anything.
"""

import contextlib
import os
import re
import selectors
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from rempart.errors import Reason, Refused, Unreachable
from rempart.scope.gate import starting
from rempart.transport.access import Access
from rempart.transport.ssh_peer import Endpoint, Output, endpoint

CHUNK: Final = 65536
SPOKEN: Final = 65536  # bytes of standard error that are kept
PAUSE: Final = 0.02
# Takes the descriptor from standard error, which is our socket, to standard output, ssh's own.
_HANDED = (
    "import socket as s;_,f,*_=s.recv_fds(s.socket(fileno=2),1,1);"
    "s.send_fds(s.socket(fileno=1),[b'x'],f)"
)
_HELPER = (sys.executable, "-I", "-S", "-c", _HANDED)
_FIXED: Final = (
    *("-F", "none", "-a", "-x", "-T"),
    *("-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "-o", "UpdateHostKeys=no"),
    *("-o", "GlobalKnownHostsFile=none", "-o", "ClearAllForwardings=yes"),
    *("-o", "PermitLocalCommand=no", "-o", "CanonicalizeHostname=no"),
    *("-o", "ControlPersist=no", "-o", "EscapeChar=none"),
)
_SAID = {
    "kex": re.compile(r"^debug1: kex: algorithm: (\S+)", re.MULTILINE),
    "cipher": re.compile(r"^debug1: kex: server->client cipher: (\S+)", re.MULTILINE),
    "host_key": re.compile(r"^debug1: Server host key: (\S+ \S+)", re.MULTILINE),
}


@dataclass(slots=True)
class Master:
    """A client that holds the connection to one host; `wire` is the socket it was handed."""

    program: str
    words: tuple[str, ...]
    place: Endpoint
    wire: socket.socket
    process: subprocess.Popen[bytes]
    spoken: str
    control: Path
    agreed: dict[str, str] = field(default_factory=dict)

    def usable(self) -> bool:
        """Whether it is still there."""
        return self.process.poll() is None and self.control.exists()

    def run(self, access: Access, script: bytes, cap: int) -> Output:
        """What `sh -s` printed when given the script."""
        session = ("-S", str(self.control), "-o", "ControlMaster=no", "-o", "ProxyCommand=false")
        with _started(self.program, (*self.words, *session, *_where(self.place), "sh -s")) as child:
            stdout, stderr, ended = _drained(access, child, script, cap)
            status = child.wait() if ended else None
        reason = None
        if status is None or status == 255:
            limited = access.deadline.expired or not ended
            reason, status = (Reason.LIMIT if limited else Reason.TRUNCATED), None
        return Output(stdout, stderr, status, reason is not None, **self.agreed, reason=reason)


@contextlib.contextmanager
def connected(access: Access, host: Any) -> Iterator[Master]:  # noqa: ANN401
    """A master that is signed in. Raises Refused, Unreachable or Limited in ssh's own words."""
    place, program = endpoint(host), shutil.which("ssh")
    if program is None:
        raise Refused(f"{place}: the inventory allows OpenSSH's client, which is not installed")
    if host.jump or host.password is not None:
        raise Refused(f"{place}: OpenSSH's client is used without a jump host or a password")
    with tempfile.TemporaryDirectory(prefix="rempart-") as folder:
        wire = access.dial(place.host, place.port)
        ours, theirs = socket.socketpair()
        control = Path(folder) / "c"
        words = (*_FIXED, *_identity(host))
        with contextlib.closing(wire), contextlib.closing(ours):
            socket.send_fds(ours, [b"x"], [wire.fileno()])
            master = (
                *("-v", "-M", "-N", "-S", str(control), "-o", "ProxyUseFdpass=yes"),
                *("-o", f"ProxyCommand={_written(shlex.join(_HELPER))}"),
            )
            with _started(program, (*words, *master, *_where(place)), theirs) as process:
                spoken = _settled(access, process, ours, control, place)
                agreed = {name: _first(found, spoken) for name, found in _SAID.items()}
                yield Master(program, words, place, wire, process, spoken, control, agreed)


def _identity(host: Any) -> Iterator[str]:  # noqa: ANN401
    known = host.known_hosts or Path.home() / ".ssh" / "known_hosts"
    yield from ("-o", f'UserKnownHostsFile="{_written(known)}"')
    if host.key is not None and str(host.key) != "agent:":
        yield from (
            "-i",
            _written(host.key),
            "-o",
            "IdentitiesOnly=yes",
            "-o",
            "IdentityAgent=none",
        )


def _environment() -> dict[str, str]:
    """What ssh needs of ours; it starts the helper by this shell, whatever the account's is."""
    kept = {
        name: os.environ[name] for name in ("HOME", "PATH", "SSH_AUTH_SOCK") if name in os.environ
    }
    return {**kept, "SHELL": "/bin/sh", "LC_ALL": "C"}


def _written(path: object) -> str:
    """A path as ssh's configuration writes it: a percent sign starts a token there."""
    return str(path).replace("%", "%%")


def _where(place: Endpoint) -> tuple[str, ...]:
    return ("-p", str(place.port), "-l", place.user, "--", place.host)


@contextlib.contextmanager
def _started(
    program: str, words: Sequence[str], stderr: socket.socket | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """The client, ended whatever happens."""
    with starting(program):
        child = subprocess.Popen(  # noqa: S603  (a fixed list of words)
            [program, *words],
            stdin=subprocess.PIPE if stderr is None else subprocess.DEVNULL,
            stdout=subprocess.PIPE if stderr is None else subprocess.DEVNULL,
            stderr=subprocess.PIPE if stderr is None else stderr.fileno(),
            env=_environment(),
        )
    if stderr is not None:
        stderr.close()
    try:
        yield child
    finally:
        child.kill()
        for stream in (child.stdin, child.stdout, child.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        child.wait()


def _settled(
    access: Access,
    process: subprocess.Popen[bytes],
    ours: socket.socket,
    control: Path,
    place: Endpoint,
) -> str:
    """What ssh said until it was signed in; raises when it gives up."""
    spoken = bytearray()
    ours.settimeout(PAUSE)
    while True:
        with contextlib.suppress(TimeoutError):
            chunk = ours.recv(CHUNK)
            spoken += chunk[: SPOKEN - len(spoken)]
            if not chunk:
                time.sleep(PAUSE)
        if control.exists():
            return spoken.decode("utf-8", "replace")
        access.deadline.check(str(place))
        if process.poll() is not None:
            raise _told(place, spoken.decode("utf-8", "replace"))


def _told(place: Endpoint, spoken: str) -> Refused | Unreachable:
    """Why ssh gave up, in its last words; those of the key exchange name the host's list."""
    lines = [line for line in spoken.splitlines() if not line.startswith("debug1:")]
    words = _shown(lines[-1] if lines else "no word")
    kind = Unreachable if "Connection closed" in words or "reset" in words else Refused
    return kind(f"{place}: OpenSSH's client: {words}")


def _shown(text: str) -> str:
    return "".join(letter for letter in text[:400] if letter.isascii() and letter.isprintable())


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return _shown(match[1]) if match else ""


def _drained(
    access: Access, child: subprocess.Popen[bytes], script: bytes, cap: int
) -> tuple[bytes, bytes, bool]:
    """Both outputs, and whether they came to their end before the cap and the deadline."""
    stdin, stdout, stderr = child.stdin, child.stdout, child.stderr
    if stdin is None or stdout is None or stderr is None:
        raise ValueError("expected three pipes")
    found: dict[IO[bytes], bytearray] = {stdout: bytearray(), stderr: bytearray()}
    os.set_blocking(stdin.fileno(), False)
    left = memoryview(script)
    with selectors.DefaultSelector() as waiting:
        for stream, event in ((stdin, selectors.EVENT_WRITE), (stdout, 1), (stderr, 1)):
            waiting.register(stream, event)
        while len(waiting.get_map()) > (1 if not stdin.closed else 0):
            if access.deadline.expired or len(found[stdout]) > cap:
                return bytes(found[stdout][:cap]), bytes(found[stderr]), False
            for key, _ in waiting.select(min(1.0, access.deadline.remaining())):
                if key.fileobj is stdin:
                    left = _fed(stdin, left)
                    if not left:
                        waiting.unregister(stdin)
                        stdin.close()
                else:
                    chunk = os.read(key.fd, CHUNK)
                    if not chunk:
                        waiting.unregister(key.fileobj)
                    stream = stdout if key.fileobj is stdout else stderr
                    room = cap + 1 if stream is stdout else SPOKEN
                    kept = found[stream]
                    kept += chunk[: room - len(kept)]
    return bytes(found[stdout]), bytes(found[stderr]), True


def _fed(stdin: IO[bytes], left: memoryview) -> memoryview:
    try:
        return left[os.write(stdin.fileno(), left[:CHUNK]) :]
    except BlockingIOError:
        return left
    except OSError:
        return left[:0]  # it may end before it read all of it
