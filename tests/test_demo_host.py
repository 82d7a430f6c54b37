"""The demonstration's host: one user, one key, one command."""

import socket
import threading
from pathlib import Path

import paramiko
import pytest

from rempart.collectors.host.script import NAMES, SECTIONS, script
from rempart.demo.host import HostServed, recorded, reply, serve
from tests.ssh_server import write_key


def connected(served: HostServed) -> paramiko.Transport:
    client = paramiko.Transport(socket.create_connection(("127.0.0.1", served.port)))
    client.start_client(timeout=10)
    return client


def test_keys_are_their_owners_alone(tmp_path: Path) -> None:
    with serve(tmp_path) as served:
        assert served.key.stat().st_mode & 0o777 == 0o600
        assert served.known_hosts.read_text().startswith(f"[127.0.0.1]:{served.port} ssh-ed25519 ")


def test_another_key_is_refused(tmp_path: Path) -> None:
    with serve(tmp_path) as served:
        client = connected(served)
        with pytest.raises(paramiko.AuthenticationException):
            client.auth_publickey("audit", write_key(tmp_path / "other"))
        client.close()
        client.join(10)


def test_another_command_is_refused(tmp_path: Path) -> None:
    with serve(tmp_path) as served:
        client = connected(served)
        client.auth_publickey("audit", paramiko.PKey.from_path(served.key))
        with client.open_session() as channel, pytest.raises(paramiko.SSHException):
            channel.exec_command("id")
        client.close()
        client.join(10)


def test_no_thread_is_left_behind(tmp_path: Path) -> None:
    before = set(threading.enumerate())

    with serve(tmp_path) as served:
        client = connected(served)
    client.close()
    client.join(10)

    assert not {thread for thread in set(threading.enumerate()) - before if thread.is_alive()}


def test_every_section_is_answered() -> None:
    answers = recorded()

    assert set(answers) == set(NAMES)
    assert {"sshd", "shadow", "pam", "sudoers", "lsblk"} <= {
        name for name, answer in answers.items() if not answer.status
    }


def test_what_is_no_script_gets_no_frames() -> None:
    assert b"==rempart" not in reply(b"id\n", recorded())
    assert b"==rempart" in reply(script(SECTIONS, "0123456789abcdef"), recorded())
