"""One script on one channel of a connection that is signed in: fed, drained, capped, closed."""

import contextlib
import select
from collections.abc import Iterator
from typing import Any

import paramiko

from rempart.errors import Reason
from rempart.transport.access import Access
from rempart.transport.ssh_peer import Output, agreed

CUT = (EOFError, OSError, paramiko.SSHException)
CHUNK = 65536
STDERR_CAP = 65536


def output(
    access: Access,
    client: Any,  # noqa: ANN401  (a transport that remembers what the host offered)
    channel: paramiko.Channel,
    script: bytes,
    cap: int,
) -> Output:
    """What the script printed on this channel, and what the connection had agreed on."""
    key = client.get_remote_server_key()
    channel.exec_command("sh -s")
    with contextlib.suppress(*CUT):  # it may end, or be cut, before it read all of it
        channel.sendall(script)
        channel.shutdown_write()
    stdout, stderr, ended = _drained(access, channel, cap)
    if ended:
        channel.status_event.wait(access.deadline.remaining())
    status = channel.exit_status if ended and channel.exit_status >= 0 else None
    reason = None
    if status is None:
        limited = access.deadline.expired or not ended
        reason = Reason.LIMIT if limited else Reason.TRUNCATED
    return Output(
        stdout,
        stderr,
        status,
        reason is not None,
        agreed(client.get_security_options().kex, client.offered["kex_algo_list"]),
        client.remote_cipher,
        f"{key.get_name()} {key.fingerprint}",
        reason,
    )


@contextlib.contextmanager
def closing(channel: paramiko.Channel) -> Iterator[paramiko.Channel]:
    """Close the channel in the end; a connection that is gone has closed it already."""
    try:
        yield channel
    finally:
        with contextlib.suppress(*CUT):
            channel.close()


def _drained(access: Access, channel: paramiko.Channel, cap: int) -> tuple[bytes, bytes, bool]:
    """Both outputs, and whether they came to their end before the cap."""
    stdout, stderr, spilt = bytearray(), bytearray(), 0
    waiting = select.poll()
    waiting.register(channel.fileno(), select.POLLIN)
    while True:
        over = channel.eof_received or channel.closed  # asked first: what came before it is there
        while channel.recv_ready():
            stdout += channel.recv(CHUNK)
            if len(stdout) > cap:
                return bytes(stdout[:cap]), bytes(stderr), False
        while channel.recv_stderr_ready():
            chunk = channel.recv_stderr(CHUNK)
            spilt += len(chunk)
            stderr += chunk[: max(0, STDERR_CAP - len(stderr))]
            if spilt > cap:
                return bytes(stdout), bytes(stderr), False
        if over:
            return bytes(stdout), bytes(stderr), True
        waiting.poll(access.deadline.remaining() * 1000 + 1000)
