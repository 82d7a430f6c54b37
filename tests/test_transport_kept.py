"""One connection a host, whoever needs it."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec.structs import replace

from rempart.errors import Reason, Refused
from rempart.inventory.subjects import Files, Host
from rempart.inventory.values import Key, Place
from rempart.transport.access import Access
from rempart.transport.kept import Kept, users
from rempart.transport.ssh import run_script
from tests.loopback import access
from tests.ssh_server import Manners, SshServed, serve


def host(served: SshServed) -> Host:
    return Host(id="h", ssh=served.ssh, key=Key(served.key), known_hosts=served.known_hosts)


def estate(served: SshServed, others: int) -> tuple[Host | Files, ...]:
    here = Place("/srv")
    return (host(served), *(Files(id=f"f{n}", path=here, on="h") for n in range(others)))


def asked(subject: Host | Files, kept: Kept, target: Host, seconds: float = 20) -> Access:
    with access(subject, seconds=seconds) as reach:
        reach.kept = kept
        run_script(reach, target, subject.id.encode())
    return reach


def test_every_subject_on_a_host_shares_its_one_connection(tmp_path: Path) -> None:
    with serve(lambda script: script, tmp_path) as served:
        subjects = estate(served, 7)
        with Kept(users(subjects)) as kept, ThreadPoolExecutor(8) as pool:
            used = list(pool.map(lambda one: asked(one, kept, host(served)), subjects))

    assert sum(one.connections for one in used) == 1
    assert len(served.scripts) == 8


def test_a_connection_through_a_jump_host_is_shared_too(tmp_path: Path) -> None:
    with serve(lambda script: script, tmp_path) as bastion, serve(lambda s: s, tmp_path) as inner:
        through = replace(host(bastion), id="bastion")
        behind = replace(host(inner), jump="bastion")
        subjects = (behind, Files(id="f", path=Place("/srv"), on="h"))
        used = []
        with Kept(users(subjects)) as kept:
            for subject in subjects:
                with access(subject, subjects=(through,)) as reach:
                    reach.kept = kept
                    assert run_script(reach, behind, b"x").stdout == b"x"
                used.append(reach.connections)

    assert used == [2, 0]


def test_a_connection_is_closed_when_its_last_subject_is_done(tmp_path: Path) -> None:
    with serve(lambda script: script, tmp_path) as served:
        subjects = estate(served, 1)
        with Kept(users(subjects)) as kept:
            asked(subjects[0], kept, host(served))
            alive = [one for one in threading.enumerate() if type(one).__name__ == "_Client"]
            asked(subjects[1], kept, host(served))
            for one in alive:
                one.join(5)

    assert len(alive) == 1
    assert not alive[0].is_alive()


def test_a_refused_key_is_not_offered_again_for_the_next_subject(tmp_path: Path) -> None:
    with serve(lambda script: script, tmp_path, manners=Manners(accept=False)) as served:
        subjects = estate(served, 3)
        used = 0
        with Kept(users(subjects)) as kept:
            for subject in subjects:
                with access(subject) as reach:
                    reach.kept = kept
                    with pytest.raises(Refused):
                        run_script(reach, host(served), b"x")
                used += reach.connections

    assert used == 1


def test_who_runs_out_of_time_leaves_the_others_theirs(tmp_path: Path) -> None:
    release = threading.Event()

    def slow(script: bytes) -> Iterator[bytes]:
        if script == b"f0":
            release.wait(20)
        yield script

    with serve(slow, tmp_path) as served:
        subjects = estate(served, 2)
        with Kept(users(subjects)) as kept:
            with access(subjects[1], seconds=0.5) as late:
                late.kept = kept
                output = run_script(late, host(served), b"f0")
            good = asked(subjects[2], kept, host(served), seconds=5)
        release.set()

    assert output.reason is Reason.LIMIT
    assert good.connections == 1
    assert served.scripts[-1].endswith(b"f1")


def test_a_connection_that_broke_is_made_again_for_the_next(tmp_path: Path) -> None:
    with serve(lambda script: script, tmp_path, manners=Manners(cut=True)) as served:
        subjects = estate(served, 1)
        with Kept(users(subjects)) as kept:
            used = [asked(one, kept, host(served)) for one in subjects]

    assert [one.connections for one in used] == [1, 1]


def test_the_clock_of_who_waits_stands_still(tmp_path: Path) -> None:
    pause = threading.Event()

    def slow(script: bytes) -> Iterator[bytes]:
        if script == b"f0":
            pause.wait(1.2)
        yield script

    with serve(slow, tmp_path) as served:
        subjects = estate(served, 3)
        with Kept(users(subjects)) as kept, ThreadPoolExecutor(4) as pool:
            first = pool.submit(asked, subjects[1], kept, host(served), 20)
            while not served.scripts and first.running():
                pause.wait(0.01)
            rest = [pool.submit(asked, one, kept, host(served), 1.0) for one in subjects[2:]]
            used = [one.result() for one in (first, *rest)]

    assert sum(one.connections for one in used) == 1
    assert max(one.waited for one in used) > 0.5
