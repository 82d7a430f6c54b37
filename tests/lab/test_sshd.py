"""A real sshd on loopback, with its own configuration and keys: asked, and used as an oracle."""

import getpass
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from rempart.check import Gap, Reason
from rempart.collectors.host import BRINGS, collect
from rempart.collectors.sshd_config import read, settings
from rempart.errors import Refused
from rempart.inventory.subjects import Host
from rempart.inventory.values import Key
from rempart.observations.accounts import Account
from rempart.observations.ssh import SshdSettings
from rempart.observations.volumes import Swap, Volume
from rempart.scope import Scope, guarded
from rempart.transport.kept import Kept
from rempart.transport.ssh import run_script
from tests.lab import lacking, need
from tests.loopback import access, mandate
from tests.ssh_server import write_key

pytestmark = pytest.mark.lab
JUDGED = (
    "permit_root_login",
    "password_authentication",
    "max_auth_tries",
    "permit_empty_passwords",
    "keyboard_interactive",
    "use_pam",
    "authentication_methods",
)
CONFIGS = [
    "",
    "PermitRootLogin no\nPermitRootLogin yes\n",
    "PermitRootLogin without-password\nMaxAuthTries=3\n",
    'PasswordAuthentication "no" # closed\nUsePAM yes\n',
    "passwordauthentication no\nMatch User bob\n  PasswordAuthentication yes\n",
    "Match User bob\n MaxAuthTries 2\nMatch User bob\n MaxAuthTries 1\n PermitEmptyPasswords yes\n",
    "PermitRootLogin no\nMatch User alice\n PermitRootLogin yes\nMatch all\n MaxAuthTries 9\n",
    "ChallengeResponseAuthentication no\nAuthenticationMethods publickey,password publickey\n",
]


def configured(folder: Path, text: str, port: int = 22) -> tuple[str, Path]:
    """The path of sshd, and a configuration for it that needs no system file."""
    sshd = need("sshd", "openssh-server")
    host_key = folder / "host_key"
    if not host_key.exists():
        write_key(host_key)
    config = folder / "sshd_config"
    config.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {host_key}\nPidFile none\n"
        f"AuthorizedKeysFile {folder}/authorized_keys\nStrictModes no\n{text}"
    )
    return sshd, config


def printed(folder: Path, text: str, *arguments: str) -> SshdSettings:
    """What the real sshd says is in force."""
    sshd, config = configured(folder, text)
    done = subprocess.run(
        [sshd, "-T", "-f", str(config), *arguments], capture_output=True, text=True, check=True
    )
    return read(done.stdout, "sshd -T")


@contextmanager
def running(folder: Path, text: str = "UsePAM no\n") -> Iterator[Host]:
    """A real sshd that lets the user who runs the tests in with a key."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    sshd, config = configured(folder, text, port)
    key = folder / "id_ed25519"
    public = write_key(key)
    (folder / "authorized_keys").write_text(f"{public.get_name()} {public.get_base64()}\n")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where sshd drops its rights
    process = subprocess.Popen(
        [sshd, "-D", "-e", "-f", str(config)], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    try:
        said = next((line for line in process.stderr if "listening" in line), None)
        if said is None:
            lacking("sshd did not start here")
        host = folder / "host_key"
        known = folder / "known_hosts"
        known.write_text(f"[127.0.0.1]:{port} {_public(host)}\n")
        yield Host(
            id="lab",
            ssh=f"{getpass.getuser()}@127.0.0.1:{port}",
            key=Key(key),
            known_hosts=known,
        )
    finally:
        process.terminate()
        process.communicate(timeout=10)


def _public(key: Path) -> str:
    done = subprocess.run(
        [need("ssh-keygen", "openssh-client"), "-y", "-f", str(key)],
        capture_output=True,
        text=True,
        check=True,
    )
    return " ".join(done.stdout.split()[:2])


def test_a_real_host_answers_on_one_connection(tmp_path: Path) -> None:
    with running(tmp_path) as host, access(host) as allowed:
        found = list(collect(host, allowed, frozenset(BRINGS)))

    assert allowed.connections == 1
    assert "root" in {item.key for item in found if isinstance(item, Account)}
    settled = {item.type if isinstance(item, Gap) else type(item).__name__ for item in found}
    assert {"SshdSettings", "Account", "PasswordPolicy", "HostFacts"} <= settled
    assert Reason.TRUNCATED not in {item.reason for item in found if isinstance(item, Gap)}


def test_a_daemon_with_a_file_of_its_own_is_not_taken_for_the_usual_one(tmp_path: Path) -> None:
    with running(tmp_path, "UsePAM no\nMaxAuthTries 9\n") as host, access(host) as allowed:
        found = list(collect(host, allowed, frozenset({SshdSettings})))

    (gap,) = found
    assert isinstance(gap, Gap)
    assert (gap.type, gap.reason) == ("SshdSettings", Reason.UNRESOLVED)
    assert gap.detail.startswith("sshd runs with -f /")


def test_only_what_is_wanted_comes_back(tmp_path: Path) -> None:
    with running(tmp_path) as host, access(host) as allowed:
        found = list(collect(host, allowed, frozenset({Volume, Swap})))

    assert {item.type if isinstance(item, Gap) else type(item).__name__ for item in found} <= {
        "Volume",
        "Swap",
    }


def test_a_key_the_host_does_not_know_is_refused(tmp_path: Path) -> None:
    with running(tmp_path) as host:
        (tmp_path / "authorized_keys").write_text("")
        with access(host) as allowed, pytest.raises(Refused):
            list(collect(host, allowed, frozenset({Swap})))


NEWER = "UsePAM no\nCiphers chacha20-poly1305@openssh.com\n"


def test_algorithms_the_library_lacks_are_named_on_both_sides(tmp_path: Path) -> None:
    with (
        running(tmp_path, NEWER) as host,
        access(host) as allowed,
        pytest.raises(Refused, match="no common cipher") as caught,
    ):
        run_script(allowed, host, b"id -u\n")

    assert "the host offers chacha20-poly1305@openssh.com; we offer aes128-ctr" in str(caught.value)


def test_openssh_signs_in_where_the_inventory_allows_it(tmp_path: Path) -> None:
    need("ssh", "openssh-client")
    with running(tmp_path, NEWER) as served:
        host = replace(served, client="openssh")
        kept = Kept({"lab": {"lab", "other"}})
        with kept, access(host) as allowed, guarded(Scope.of(mandate())):
            allowed.kept = kept
            first = run_script(allowed, host, b"echo one; echo two >&2; exit 3\n")
            used = allowed.connections
            big = run_script(allowed, host, b"head -c 300000 /dev/zero; sleep 0\n", cap=100_000)
            last = run_script(allowed, host, b"printf %s $0\n")

    assert (first.stdout, first.stderr, first.status) == (b"one\n", b"two\n", 3)
    assert first.cipher == "chacha20-poly1305@openssh.com"
    assert first.host_key.startswith("ssh-ed25519 SHA256:")
    assert (len(big.stdout), big.reason) == (100_000, Reason.LIMIT)
    assert last.status == 0
    assert allowed.connections == used == 2  # the attempt that found nothing in common, and this


def test_openssh_meets_the_deadline_and_a_changed_host_key(tmp_path: Path) -> None:
    need("ssh", "openssh-client")
    with running(tmp_path, NEWER) as served:
        host = replace(served, client="openssh")
        with access(host, seconds=2) as allowed:
            late = run_script(allowed, host, b"sleep 30\n")
        assert host.known_hosts is not None
        key = write_key(tmp_path / "other")
        line = host.known_hosts.read_text().split()[0]
        host.known_hosts.write_text(f"{line} {key.get_name()} {key.get_base64()}\n")
        with access(host) as allowed, pytest.raises(Refused):
            run_script(allowed, host, b"id\n")

    assert late.reason is Reason.LIMIT


@pytest.mark.parametrize("text", CONFIGS)
def test_a_file_is_read_as_sshd_reads_it(tmp_path: Path, text: str) -> None:
    declared = next(settings(text, "sshd_config"))
    in_force = printed(tmp_path, text)

    for name in JUDGED:
        assert getattr(declared, name) == getattr(in_force, name), name


@pytest.mark.parametrize("text", [text for text in CONFIGS if "Match User" in text])
def test_a_match_block_is_read_as_sshd_reads_it(tmp_path: Path, text: str) -> None:
    blocks = [item for item in settings(text, "sshd_config") if item.key]

    assert blocks
    for block in blocks:
        user = block.key.removeprefix("Match User ")
        in_force = printed(tmp_path, text, "-C", f"user={user},host=localhost,addr=127.0.0.1")
        for name in JUDGED:
            assert getattr(block, name) == getattr(in_force, name), (block.key, name)


def test_an_included_drop_in_decides_first(tmp_path: Path) -> None:
    drop_in = tmp_path / "10-root.conf"
    drop_in.write_text("PermitRootLogin no\n")
    text = f"Include {tmp_path}/*.conf\nPermitRootLogin yes\n"

    declared = next(settings(text, "sshd_config", lambda _: [(str(drop_in), drop_in.read_text())]))

    assert declared.permit_root_login == printed(tmp_path, text).permit_root_login == "no"
