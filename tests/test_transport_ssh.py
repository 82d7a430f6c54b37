import gc
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import paramiko
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from rempart.errors import CollectError, Limited, NotAuthorised, Refused, Unreachable
from rempart.inventory.subjects import Host
from rempart.inventory.values import Key
from rempart.scope import Scope, guarded
from rempart.secrets import Reference
from rempart.transport.known_hosts import known_keys
from rempart.transport.private_keys import openssh
from rempart.transport.ssh import run_script
from tests.hostile import dripping, server, silent
from tests.loopback import access, mandate
from tests.ssh_server import Manners, SshServed, serve, write_key


def echoed(script: bytes) -> bytes:
    return b"<" + script + b">"


def host(served: SshServed, **changes: Any) -> Host:
    given = {
        "id": "h",
        "ssh": served.ssh,
        "key": Key(served.key),
        "known_hosts": served.known_hosts,
    }
    return Host(**{**given, **changes})


def test_the_script_goes_in_and_its_output_comes_back(tmp_path: Path) -> None:
    manners = Manners(status=3, stderr=[b"sudo: a password is required\n"])
    with serve(echoed, tmp_path, manners=manners) as served, access() as reach:
        with guarded(Scope.of(mandate())):
            output = run_script(reach, host(served), b"id -u\n" * 9000)
        assert reach.connections == 1
    assert served.scripts == [b"sh -s\n" + b"id -u\n" * 9000]
    assert output.stdout == b"<" + b"id -u\n" * 9000 + b">"
    assert output.stderr == b"sudo: a password is required\n"
    assert (output.status, output.truncated, output.reason) == (3, False, None)
    assert output.kex
    assert output.cipher == "aes128-ctr"
    assert output.host_key == f"ssh-ed25519 {served.host_key.fingerprint}"
    assert served.refused == []


def test_a_password_comes_from_its_reference_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REMPART_TEST_PASSWORD", "CANARY-right")
    monkeypatch.setenv("REMPART_TEST_WRONG", "CANARY-wrong")
    with serve(echoed, tmp_path, manners=Manners(password="CANARY-right")) as served:
        right = host(served, key=None, password=Reference.parse("env:REMPART_TEST_PASSWORD"))
        with access() as reach:
            assert run_script(reach, right, b"x").stdout == b"<x>"
        wrong = host(served, key=None, password=Reference.parse("env:REMPART_TEST_WRONG"))
        with access() as reach, pytest.raises(Refused) as caught:
            run_script(reach, wrong, b"x")
    assert "CANARY" not in str(caught.value)


def test_without_key_agent_or_password_nobody_signs_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    with (
        serve(echoed, tmp_path) as served,
        access() as reach,
        pytest.raises(Refused, match="no key and no password"),
    ):
        run_script(reach, host(served, key=Key("agent:")), b"x")


def test_a_jump_host_leads_to_another_and_both_are_gated(tmp_path: Path) -> None:
    with serve(echoed, tmp_path) as bastion, serve(echoed, tmp_path) as inner:
        through = host(bastion, id="bastion")
        behind = host(inner, jump="bastion")
        with access(subjects=(through,)) as reach, guarded(Scope.of(mandate())):
            assert run_script(reach, behind, b"x").stdout == b"<x>"
            assert reach.connections == 2
        with access() as reach, pytest.raises(Refused, match="not in the inventory"):
            run_script(reach, behind, b"x")
        outside = host(inner, ssh="audit@10.0.0.1:22", jump="bastion")
        with access(subjects=(through,)) as reach, pytest.raises(NotAuthorised):
            run_script(reach, outside, b"x")
        assert reach.connections == 0
    assert (len(bastion.scripts), len(inner.scripts)) == (0, 1)


def test_a_port_closed_behind_the_bastion_is_said(tmp_path: Path) -> None:
    with serve(echoed, tmp_path) as inner:
        pass
    with (
        serve(echoed, tmp_path) as bastion,
        access(subjects=(host(bastion, id="b"),)) as reach,
        pytest.raises(Unreachable, match="opened no channel"),
    ):
        run_script(reach, host(inner, jump="b"), b"x")


def test_a_host_with_old_ciphers_alone_is_refused_with_both_lists(tmp_path: Path) -> None:
    manners = Manners(ciphers=("aes256-cbc", "3des-cbc"))
    with (
        serve(echoed, tmp_path, manners=manners) as served,
        access() as reach,
        pytest.raises(Refused, match="no common cipher") as caught,
    ):
        run_script(reach, host(served), b"x")
    assert "the host offers aes256-cbc, 3des-cbc" in str(caught.value)
    assert "we offer aes128-ctr" in str(caught.value)


def test_an_unknown_or_revoked_host_key_is_refused(tmp_path: Path) -> None:
    with serve(echoed, tmp_path) as served:
        known = served.known_hosts.read_text()
        for text, words in (("", "no host key is known"), (f"@revoked {known}{known}", "revoked")):
            served.known_hosts.write_text(text)
            with access() as reach, pytest.raises(Refused, match=words):
                run_script(reach, host(served), b"x")
        with access() as reach, pytest.raises(Refused, match="cannot be read"):
            run_script(reach, host(served, known_hosts=tmp_path / "absent"), b"x")
    assert served.scripts == []


def test_a_host_key_known_under_another_type_is_not_taken(tmp_path: Path) -> None:
    with serve(echoed, tmp_path) as served:
        words = served.known_hosts.read_text().split()
        served.known_hosts.write_text(f"{words[0]} ecdsa-sha2-nistp256 {words[2]}\n")
        with access() as reach, pytest.raises(Refused, match="no common host key"):
            run_script(reach, host(served), b"x")


@pytest.mark.parametrize(
    ("line", "known"),
    [
        ("10.0.0.5 {}", True),
        ("10.0.0.6,10.0.0.5 {}", True),
        ("10.0.0.* {}", True),
        ("10.0.?.5 {} a comment", True),
        ("10.0.0.*,!10.0.0.5 {}", False),
        ("[10.0.0.5]:2222 {}", False),
        ("10a0a0a5 {}", False),
        ("@cert-authority 10.0.0.5 {}", False),
        ("# 10.0.0.5 {}", False),
        ("10.0.0.5", False),
        ("|1|bad {}", False),
        (paramiko.HostKeys.hash_host("10.0.0.5") + " {}", True),
        (paramiko.HostKeys.hash_host("10.0.0.6") + " {}", False),
    ],
)
def test_known_hosts_is_read_as_sshd_writes_it(line: str, known: bool, tmp_path: Path) -> None:
    path = tmp_path / "known_hosts"
    path.write_text(line.format("ssh-ed25519 AAAA") + "\n")
    found = known_keys(path, "10.0.0.5", 22)
    assert found.trusted == ({("ssh-ed25519", "AAAA")} if known else frozenset())


def test_a_key_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    write_key(tmp_path / "id")
    (tmp_path / "id").chmod(0o640)
    with pytest.raises(Refused, match="mode 0600, found 0640"):
        openssh(tmp_path / "id", None)
    with pytest.raises(Refused, match="cannot be read"):
        openssh(tmp_path / "absent", None)


@pytest.mark.parametrize("form", [PrivateFormat.OpenSSH, PrivateFormat.PKCS8])
def test_a_locked_key_opens_with_its_passphrase_alone(form: PrivateFormat, tmp_path: Path) -> None:
    path = tmp_path / "id"
    path.touch(0o600)
    key = generate_private_key(65537, 2048)
    path.write_bytes(key.private_bytes(Encoding.PEM, form, BestAvailableEncryption(b"CANARY")))
    with pytest.raises(Refused, match="needs a passphrase"):
        openssh(path, None)
    with pytest.raises(Refused, match="does not open") as caught:
        openssh(path, "CANARY-wrong")
    assert "CANARY" not in str(caught.value)
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    assert openssh(path, "CANARY").splitlines()[:4] == plain.decode().splitlines()[:4]


def test_an_rsa_host_key_signs_with_sha2(tmp_path: Path) -> None:
    key = paramiko.RSAKey.generate(2048)
    with serve(echoed, tmp_path, host_key=key) as served, access() as reach:
        assert run_script(reach, host(served), b"x").host_key == f"ssh-rsa {key.fingerprint}"


def counted() -> tuple[int, int]:
    """Open descriptors and running threads."""
    return len(os.listdir("/proc/self/fd")), threading.active_count()  # noqa: PTH208


def settled(before: tuple[int, int]) -> tuple[int, int]:
    """The counts once the servers' own threads, which end a moment after the client, are gone."""
    pause = threading.Event()
    for _ in range(200):
        gc.collect()
        found = counted()
        if found[0] <= before[0] and found[1] <= before[1]:
            break
        pause.wait(0.05)
    return found


def test_threads_and_descriptors_come_back_after_good_and_bad_hosts(tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    with ExitStack() as stack:
        good = stack.enter_context(serve(echoed, tmp_path))
        refusing = stack.enter_context(serve(echoed, tmp_path, manners=Manners(accept=False)))
        cutting = stack.enter_context(serve(echoed, tmp_path, manners=Manners(cut=True)))
        old = stack.enter_context(serve(echoed, tmp_path, manners=Manners(ciphers=("3des-cbc",))))
        deaf = stack.enter_context(server(silent))
        tarpit = stack.enter_context(server(dripping(b"", b"x\r\n")))
        public = good.host_key.get_base64()
        with known.open("a") as lines:
            for port in (deaf, tarpit):
                lines.write(f"[127.0.0.1]:{port} ssh-ed25519 {public}\n")
        hosts = [host(served) for served in (good, refusing, cutting, old)]
        hosts += [host(good, ssh=f"audit@127.0.0.1:{port}") for port in (deaf, tarpit)]
        hosts.append(host(good, jump="bastion"))

        def outcome(subject: Host) -> str:
            with access(subject, seconds=1, subjects=(host(good, id="bastion"),)) as reach:
                try:
                    return str(run_script(reach, subject, b"x").reason)
                except CollectError as error:
                    return type(error).__name__

        before = counted()
        with ThreadPoolExecutor(16) as pool:
            outcomes = list(pool.map(outcome, hosts * 10))
        after = settled(before)
    assert outcomes == (
        ["None", "Refused", "truncated", "NothingInCommon", "Limited", "Limited", "None"] * 10
    )
    assert after[0] <= before[0]  # fewer, when what an earlier test left ended meanwhile
    assert after[1] <= before[1]


def test_the_time_is_up_for_a_host_behind_a_bastion_too(tmp_path: Path) -> None:
    with serve(echoed, tmp_path) as bastion, server(silent) as port:
        public = bastion.host_key.get_base64()
        with bastion.known_hosts.open("a") as lines:
            lines.write(f"[127.0.0.1]:{port} ssh-ed25519 {public}\n")
        behind = host(bastion, ssh=f"audit@127.0.0.1:{port}", jump="b")
        with (
            access(seconds=1, subjects=(host(bastion, id="b"),)) as reach,
            pytest.raises(Limited),
        ):
            run_script(reach, behind, b"x")


def test_a_host_that_nobody_serves_is_unreachable(tmp_path: Path) -> None:
    with serve(echoed, tmp_path) as served:
        pass
    with access() as reach, pytest.raises(Unreachable, match="connection refused"):
        run_script(reach, host(served), b"x")
