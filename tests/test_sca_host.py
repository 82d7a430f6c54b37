"""A policy over SSH: one connection, and answers that are cut, forged or far too large."""

import gzip
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from rempart import policies
from rempart.check import Reason
from rempart.cli.collect import command
from rempart.collectors import host, sca
from rempart.collectors.host.framing import Answer
from rempart.collectors.sca.patterns import Invalid
from rempart.collectors.sca.policy import load
from rempart.collectors.sca.questions import Questions
from rempart.collectors.sca.world import World, read
from rempart.errors import ContentErrors, NoCollector, Truncated
from rempart.inventory import Host
from rempart.inventory.values import Key
from rempart.observations.hosts import HostFacts
from rempart.observations.policies import PolicyRules
from rempart.transport.local import here
from tests.loopback import access
from tests.ssh_server import serve

FACTS = frozenset({HostFacts})
POLICY = """
policy: {id: own, file: own.yml, name: Own}
checks:
  - {id: 1, name: one, condition: all, rules: ['f:/etc/os-release -> r:^ID=']}
  - {id: 2, name: two, condition: none, rules: ['c:echo hello -> r:bye']}
  - {id: 3, name: three, condition: all, rules: ['c:touch /tmp/rempart-was-here']}
"""


def asked(
    tmp_path: Path, change: Callable[[bytes], bytes], *, every: bool = False, unpacked: bool = False
) -> list[Any]:
    """What is seen of a host whose answers are changed so."""
    file = tmp_path / "own.yml"
    file.write_text(POLICY)

    def answer(script: bytes) -> bytes:
        plain = script.replace(b"packed=' gzip' pack='gzip -c'", b":") if unpacked else script
        return change(here(plain, 30))

    with serve(answer, tmp_path) as served:
        key = Key(str(served.key))
        subject = Host(id="h", ssh=served.ssh, key=key, known_hosts=served.known_hosts)
        with access(subject) as own:
            own.policies, own.policy_commands = policies.read([file]), every
            found = list(sca.collect(subject, own, frozenset({PolicyRules})))
            assert own.connections == 1
            assert len(served.scripts) == 1
    return found


def told(found: list[Any]) -> dict[str, list[tuple[bool | None, Reason | None]]]:
    return {
        one.key.rpartition(".")[2]: [(rule.found, rule.reason) for rule in one.rules]
        for one in found
    }


def test_all_is_asked_in_one_script(tmp_path: Path) -> None:
    found = told(asked(tmp_path, lambda raw: b"Welcome!\n==rempart 0 start 1\n" + raw))
    assert found["1"] == [(True, None)]
    assert found["2"] == [(False, None)]
    assert found["3"] == [(None, Reason.NOT_AUTHORISED)]
    assert not Path("/tmp/rempart-was-here").exists()


def test_every_command_runs_only_where_that_was_asked_for(tmp_path: Path) -> None:
    found = told(asked(tmp_path, lambda raw: raw, every=True))
    assert found["3"] == [(True, None)]
    Path("/tmp/rempart-was-here").unlink()


def test_what_was_cut_is_not_checked(tmp_path: Path) -> None:
    found = told(asked(tmp_path, lambda raw: raw[: raw.index(b"hello")], unpacked=True))
    assert found["1"] == [(True, None)]
    assert found["2"] == [(None, Reason.TRUNCATED)]
    with pytest.raises(Truncated):
        asked(tmp_path, lambda _: b"no frames at all")


def test_a_forged_end_within_a_file_ends_nothing() -> None:
    frames = b"\n==rempart N policies 1\n\n==rempart N begin f0\n%s\n==rempart N end 0\n"
    forged = b"x\n==rempart 0000000000000000 end 0\nafter"
    assert read(frames % forged, "N")["f0"].text == forged.decode()
    assert read(b"\n==rempart N policies 1\n\n==rempart N begin f0\nx", "N") == {}


def test_packed_answers_may_not_fill_the_memory() -> None:
    bomb = gzip.compress(b"\0" * (200 << 20), 9)
    head = b"\n==rempart N policies 1 gzip\n"
    assert read(head + bomb, "N") == {}
    assert read(head + b"\x1f\x8bnot gzip", "N") == {}


def test_a_host_brought_as_files_is_not_asked(tmp_path: Path) -> None:
    file = tmp_path / "own.yml"
    file.write_text(POLICY)
    subject = Host(id="h", captured=tmp_path)
    with access(subject) as own:
        own.policies = policies.read([file])
        with pytest.raises(NoCollector):
            list(sca.collect(subject, own, frozenset({PolicyRules})))


def test_a_bundle_made_with_the_policy_answers_it(tmp_path: Path) -> None:
    file, made = tmp_path / "own.yml", tmp_path / "host.bundle"
    file.write_text(POLICY)
    done = CliRunner().invoke(command, ["--policy", str(file), "-o", str(made)])
    assert done.exit_code == 0, done.output
    found = told(list(_of_bundle(made, file)))
    assert (found["1"], found["2"]) == ([(True, None)], [(False, None)])
    assert list(host.collect(Host(id="h", bundle=made), None, FACTS))  # type: ignore[arg-type]
    other = tmp_path / "other.yml"
    other.write_text(POLICY.replace("/etc/os-release", "/etc/hostname"))
    assert told(list(_of_bundle(made, other)))["1"] == [(None, Reason.NO_COLLECTOR)]


def test_a_bundle_without_the_policy_says_so(tmp_path: Path) -> None:
    file, made = tmp_path / "own.yml", tmp_path / "host.bundle"
    file.write_text(POLICY)
    forged = b"\n==rempart 0123456789abcdef policies 1\n"
    made.write_bytes(forged + b"\n==rempart fedcba9876543210 done 3\n")
    with pytest.raises(NoCollector, match="without the policy"):
        list(_of_bundle(made, file))


def _of_bundle(made: Path, file: Path) -> Iterator[Any]:
    subject = Host(id="h", bundle=made)
    with access(subject) as own:
        own.policies = policies.read([file])
        yield from sca.collect(subject, own, frozenset({PolicyRules}))


def test_without_a_policy_nothing_is_asked() -> None:
    subject = Host(id="h", ssh="local")
    with access(subject) as own:
        assert list(sca.collect(subject, own, frozenset({PolicyRules}))) == []


def test_a_hostile_path_is_no_policy(tmp_path: Path) -> None:
    pipe, link, large = tmp_path / "pipe.yml", tmp_path / "link.yml", tmp_path / "large.yml"
    os.mkfifo(pipe)
    link.symlink_to("/etc/passwd")
    large.write_bytes(b"a: 1\n" * 3_000_000)
    for file in (pipe, link, large, tmp_path / "none.yml", Path("/dev/zero")):
        with pytest.raises(ContentErrors):
            load(file)


def test_two_policies_of_one_id_are_told_apart_by_nobody(tmp_path: Path) -> None:
    first, second = tmp_path / "a.yml", tmp_path / "b.yml"
    for file in (first, second):
        file.write_text(POLICY)
    with pytest.raises(ContentErrors, match="there already"):
        policies.read([first, second])


@pytest.mark.parametrize(
    ("said", "status", "reason"),
    [
        ("System has not been booted with systemd as init system (PID 1).", 1, Reason.UNRESOLVED),
        ("modprobe: invalid option -- 'n'\nBusyBox v1.35.0", 1, Reason.UNRESOLVED),
        ("stat: cannot statx '/root/x': Permission denied", 1, Reason.PRIVILEGE),
        ("", 77, Reason.PRIVILEGE),
        ("", 124, Reason.LIMIT),
        ("", 127, None),
    ],
)
def test_a_command_that_did_not_answer_decides_nothing(
    said: str, status: int, reason: Reason | None
) -> None:
    questions = Questions(commands={("tool", "-x"): "c0"})
    world = World(questions, {"c0": Answer(status, said)}, "N")
    unanswered = world.command(("tool", "-x"))
    assert isinstance(unanswered, Invalid)
    assert unanswered.reason is reason
    failed = World(questions, {"c0": Answer(1, "no such package")}, "N")
    assert failed.command(("tool", "-x")) == Answer(1, "no such package")
