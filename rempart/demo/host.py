"""The fictional payer's host: an SSH server that answers the collector's script from recordings.

The answers are a real Debian 12's, changed where the payer is to teach something: root may sign in
by SSH, one account still has an MD5 hash, `deploy` becomes root without a password, twelve complex
characters are asked for but nothing locks, /srv and the swap area are in clear, and one LUKS header
may not be read by the account that audits.
"""

import re
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rempart.catalogue import content
from rempart.collectors.host.framing import Answer, framed
from rempart.collectors.host.script import NAMES
from rempart.errors import ContentError

USER = "audit"
ABSENT = 127  # what a shell says of a command that is not there
_NONCE = re.compile(rb"^nonce=([0-9a-f]{16});", re.MULTILINE)
_FRAME = re.compile(rb"^frame (\w+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class HostServed:
    """Where the host answers on 127.0.0.1, the key that opens it, and its own key's line."""

    port: int
    key: Path
    known_hosts: Path


@contextmanager
def serve(folder: Path) -> Iterator[HostServed]:
    """The host, answering while the block runs; keys are made afresh in the folder."""
    from rempart.demo import database
    from rempart.demo.ssh import Server, write_key

    key, known_hosts = write_key(folder / "audit_ed25519"), folder / "known_hosts"
    answers, rows = recorded(), database.recorded()

    def said(asked: bytes) -> bytes:
        return database.reply(asked, rows) or reply(asked, answers)

    server = Server(USER, key, write_key(folder / "host_ed25519"), said)
    with socket.create_server(("127.0.0.1", 0), backlog=16) as listener:
        port = listener.getsockname()[1]
        known_hosts.write_text(f"[127.0.0.1]:{port} {server.known}\n", encoding="ascii")
        thread = threading.Thread(target=server.accept, args=(listener,))
        thread.start()
        try:
            yield HostServed(port, key, known_hosts)
        finally:
            server.stop()
            thread.join(10)


def reply(asked: bytes, answers: Mapping[str, Answer]) -> bytes:
    """What the host prints for a script: the sections it asks for, framed with its nonce."""
    nonce = _NONCE.search(asked)
    if nonce is None:
        return b"sh: syntax error\n"
    names = [name.decode() for name in _FRAME.findall(asked)]
    return framed(nonce[1].decode(), {name: answers[name] for name in names if name in answers})


def recorded() -> dict[str, Answer]:
    """The answers by section; what was not recorded, the host has no command for.

    Raises ContentError where the recordings are not installed.
    """
    found = {}
    for name in NAMES:
        path = content("inventories", f"demo/host/{name}.txt")
        text = path.read_text(encoding="utf-8").rstrip("\n") if path else ""
        found[name] = Answer(0 if path else ABSENT, text)
    if all(answer.status for answer in found.values()):
        raise ContentError("the demonstration is not whole", file="demo/host")
    return found
