"""The host collector: over SSH, here, from a bundle, from captured files."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from rempart.check import Gap, Reason
from rempart.cli.collect import command
from rempart.collectors import Seen
from rempart.collectors.host import collect
from rempart.collectors.host.framing import Answer, answers
from rempart.collectors.host.script import NAMES, READERS, SECTIONS, needed, script
from rempart.demo import host as demo
from rempart.errors import CollectError, Unreachable
from rempart.inventory.subjects import Host
from rempart.inventory.values import Key
from rempart.observations.accounts import Account, SudoRule
from rempart.observations.hosts import HostAnswers
from rempart.observations.pam import PamLock
from rempart.observations.people import Enrolment
from rempart.observations.ssh import SshdSettings
from rempart.observations.volumes import EncryptedFolder, Swap
from rempart.transport.access import Access
from tests.lab import need
from tests.loopback import access
from tests.ssh_server import Manners, serve

NONCE = "0123456789abcdef"
ALL = frozenset(READERS)
# Nothing locks on the demonstration's host, and no folder has a key of its own.
LEFT = frozenset({PamLock, Enrolment, EncryptedFolder})
RECORDED = demo.recorded()


def whole(asked: bytes) -> bytes:
    return demo.reply(asked, RECORDED)


def ran(shell: list[str], asked: bytes, **environment: str) -> bytes:
    program = shutil.which(shell[0])
    assert program is not None
    path = os.environ.get("PATH", os.defpath)
    done = subprocess.run(
        [program, *shell[1:]],
        input=asked,
        capture_output=True,
        check=True,
        env={"PATH": path, **environment},
    )
    return done.stdout


def offline(host: Host, wanted: frozenset[type] = ALL) -> list[Seen]:
    return list(collect(host, Access.offline(host), wanted))


def only(found: list[Seen], kind: type) -> list[Seen]:
    return [item for item in found if type(item) is kind]


def test_one_connection_brings_everything(tmp_path: Path) -> None:
    with demo.serve(tmp_path) as served:
        host = Host(
            id="claims-1",
            ssh=f"audit@127.0.0.1:{served.port}",
            key=Key(served.key),
            known_hosts=served.known_hosts,
            become="sudo",
        )
        with access(host) as allowed:
            found = list(collect(host, allowed, ALL))

    assert allowed.connections == 1
    assert {type(item) for item in found} == {*ALL - LEFT, Gap}
    assert [(item.type, item.key, item.reason) for item in found if isinstance(item, Gap)] == [
        ("LuksHeader", "/dev/sdc", Reason.PRIVILEGE)
    ]


def test_asks_only_what_is_wanted(tmp_path: Path) -> None:
    with serve(whole, tmp_path) as served:
        host = Host(id="h", ssh=served.ssh, key=Key(served.key), known_hosts=served.known_hosts)
        with access(host) as allowed:
            found = list(collect(host, allowed, frozenset({Swap})))

    assert [type(item) for item in found] == [Swap]
    frames = [line for line in served.scripts[0].decode().splitlines() if line[:6] == "frame "]
    assert frames == ["frame crypttab", "frame lsblk", "frame mounts", "frame swaps"]
    assert b"/etc/shadow" not in served.scripts[0]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_an_answer_cut_on_its_way_is_truncated(tmp_path: Path, share: float) -> None:
    def cut(asked: bytes) -> bytes:
        answer = whole(asked)
        return answer[: int(len(answer) * share)]

    with serve(cut, tmp_path, manners=Manners(cut=True)) as served:
        host = Host(id="h", ssh=served.ssh, key=Key(served.key), known_hosts=served.known_hosts)
        with access(host) as allowed:
            found = list(collect(host, allowed, ALL))

    gaps = [item for item in found if isinstance(item, Gap)]
    assert gaps
    assert {gap.reason for gap in gaps if gap.key != "/dev/sdc"} == {Reason.TRUNCATED}


def test_an_endless_answer_meets_the_limit(tmp_path: Path) -> None:
    with serve(lambda _: [b"x" * 1_000_000] * 8, tmp_path) as served:
        host = Host(id="h", ssh=served.ssh, key=Key(served.key), known_hosts=served.known_hosts)
        with access(host) as allowed:
            found = list(collect(host, allowed, frozenset({Swap})))

    assert [item.reason for item in found if isinstance(item, Gap)] == [Reason.LIMIT]


def test_every_section_has_a_name_of_its_own_and_a_reader() -> None:
    assert len(NAMES) == len(SECTIONS)
    assert {kind for section in SECTIONS for kind in section.brings} == {*READERS} - {HostAnswers}


def test_this_machine_can_be_the_subject() -> None:
    found = offline(Host(id="here", ssh="local"), frozenset({Account}))

    accounts = only(found, Account)
    assert "root" in {item.key for item in accounts if isinstance(item, Account)}


@pytest.mark.parametrize("shell", ["dash", "bash", "busybox"])
def test_each_shell_gives_the_same_frames(shell: str) -> None:
    need(shell, shell)
    words = [shell, "sh", "-s"] if shell == "busybox" else [shell, "-s"]

    found = answers(ran(words, script(SECTIONS, NONCE)), NAMES, NONCE)

    assert all(isinstance(found.sections[name], Answer) for name in NAMES)
    assert found.text("passwd").startswith("root|")


def test_busybox_alone_is_enough(tmp_path: Path) -> None:
    busybox = need("busybox", "busybox")
    for applet in ran([busybox, "--list"], b"").decode().split():
        (tmp_path / applet).symlink_to(busybox)

    raw = ran([busybox, "sh", "-s"], script(SECTIONS, NONCE), PATH=str(tmp_path))

    found = answers(raw, NAMES, NONCE)
    assert found.text("swaps").startswith("Filename")
    assert "/etc/passwd" not in found.text("release")


def test_without_cksum_sha256_vouches(tmp_path: Path) -> None:
    for program in ("sh", "id", "awk", "cat", "cut", "wc", "sha256sum", "uname"):
        path = shutil.which(program)
        assert path is not None
        (tmp_path / program).symlink_to(path)

    raw = ran(["dash", "-s"], script(needed({Swap}), NONCE), PATH=str(tmp_path))

    assert b" sha256 " in raw
    assert answers(raw, ["swaps"], NONCE).text("swaps").startswith("Filename")


def test_a_script_cut_on_its_way_does_not_start() -> None:
    asked = script(SECTIONS, NONCE)

    done = subprocess.run(["/bin/sh", "-s"], input=asked[:-3], capture_output=True, check=False)

    assert done.returncode != 0
    assert done.stdout == b""


def test_a_login_shell_may_talk_first() -> None:
    noise = b"Welcome!\nLast login: today\x1b[31m\n==rempart ffffffffffffffff start 1\nno newline"

    found = answers(noise + whole(script(SECTIONS, NONCE)), NAMES, NONCE)

    assert found.text("swaps").startswith("Filename")


def test_no_password_hash_leaves_the_host(tmp_path: Path) -> None:
    shadow = tmp_path / "shadow"
    shadow.write_text("a:$6$saltsalt$hashhash:1:0:9:7:::\nb:$1$salt$hash:1:0:9:7:::\n")
    asked = script(needed({Account}), NONCE).replace(b"/etc/shadow", bytes(shadow))

    raw = ran(["sh", "-s"], asked.replace(b"as_root /usr/bin/awk", b"/usr/bin/awk"))

    assert answers(raw, ["shadow"], NONCE).text("shadow").split("\n") == [
        "a|set|6||1||0|9|",
        "b|set|1||1||0|9|",
    ]
    assert b"salt" not in raw


def test_without_privilege_it_says_so() -> None:
    asked = script(needed({Account}), NONCE).replace(b"uid=$(id -u)", b"uid=1000")

    found = answers(ran(["sh", "-s"], asked), NAMES, NONCE)

    with pytest.raises(CollectError, match="needs root"):
        found.text("shadow")


def test_a_bundle_is_read_like_an_answer(tmp_path: Path) -> None:
    bundle = tmp_path / "host.bundle"
    bundle.write_bytes(whole(script(SECTIONS, NONCE)))

    found = offline(Host(id="vault", bundle=bundle))

    assert {type(item) for item in found} == {*ALL - LEFT, Gap}


def test_a_changed_bundle_is_truncated_where_it_was_changed(tmp_path: Path) -> None:
    bundle = tmp_path / "host.bundle"
    bundle.write_bytes(
        whole(script(SECTIONS, NONCE)).replace(b"permitrootlogin yes", b"permitrootlogin no ")
    )

    found = offline(Host(id="vault", bundle=bundle), frozenset({SshdSettings, SudoRule}))

    assert not only(found, SshdSettings)
    assert only(found, SudoRule)
    assert [(item.type, item.reason) for item in found if isinstance(item, Gap)] == [
        ("SshdSettings", Reason.TRUNCATED)
    ]


def test_a_bundle_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match=r"absent\.bundle"):
        offline(Host(id="vault", bundle=tmp_path / "absent.bundle"))


def test_collect_prints_a_bundle_that_can_be_read() -> None:
    done = CliRunner().invoke(command, [])

    assert done.exit_code == 0
    assert answers(done.stdout_bytes, NAMES).text("passwd").startswith("root|")


def test_collect_writes_a_bundle_for_its_owner_alone(tmp_path: Path) -> None:
    bundle = tmp_path / "host.bundle"

    done = CliRunner().invoke(command, ["-o", str(bundle)])

    assert done.exit_code == 0
    assert bundle.stat().st_mode & 0o777 == 0o600
    assert answers(bundle.read_bytes(), NAMES).text("swaps").startswith("Filename")


def test_collect_prints_the_script_for_a_host_without_python() -> None:
    done = CliRunner().invoke(command, ["--script"])

    found = answers(ran(["sh", "-s"], done.stdout_bytes), NAMES)
    assert found.text("swaps").startswith("Filename")
