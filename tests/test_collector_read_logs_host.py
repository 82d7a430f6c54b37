"""A log read on its own host: the sources go there, counts come back, nothing stays."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec import structs

from rempart.check import Gap, Observation
from rempart.collectors import read_logs, sent
from rempart.collectors.read_logs import remote, sources
from rempart.collectors.read_logs.mapping import Declared
from rempart.collectors.read_logs.pseudonyms import Accounts
from rempart.collectors.read_logs.reader import read_files
from rempart.collectors.read_logs.tally import Tally
from rempart.errors import NoCollector, Privilege, Truncated, Unreachable
from rempart.inventory.values import Ceiling
from rempart.observations.reading import AccountReading, LogCoverage
from rempart.reading.measure import Measure
from rempart.transport.access import Access
from tests.loopback import access as gated
from tests.loopback import mandate
from tests.read_logs import START, day, one, record, seen, subject
from tests.ssh_server import serve

NONCE = "0123456789abcdef" * 2


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "access.jsonl"
    lines = "".join(
        record(START + 7 * number, "thief", f"17903017{number:07d}") for number in range(500)
    )
    path.write_text(day(START, accounts=20) + lines)
    return path


def ran(script: bytes, **keys: Any) -> bytes:
    command = ["/bin/sh", "-s"]
    out: bytes = subprocess.run(
        command, input=script, capture_output=True, check=False, **keys
    ).stdout
    return out


def answered(stdout: bytes) -> remote.Reply:
    return remote.replied(sent.answered(stdout, NONCE, remote.PROGRAM))


def on(path: Path, host: Any, access: Access | None = None, **keys: Any) -> list[Observation | Gap]:
    asked = subject(path, on="h1", ceiling=Ceiling("60 people/hour"), **keys)
    access = access or Access.offline(asked, seconds=60)
    access.inventory = SimpleNamespace(by_id={"h1": host}, subjects=())
    return list(read_logs.collect(asked, access, frozenset(read_logs.BRINGS)))


def local(path: Path, **keys: Any) -> list[Observation | Gap]:
    return on(path, SimpleNamespace(ssh="local"), **keys)


def alike(found: list[Observation | Gap]) -> list[Observation | Gap]:
    """What does not depend on the key that was drawn, or on where it was read."""
    return [
        replace(item, source="", key="" if isinstance(item, AccountReading) else item.key)
        for item in found
    ]


def test_a_host_says_what_reading_here_says(log: Path) -> None:
    there = local(log)
    here = seen(subject(log, ceiling=Ceiling("60 people/hour")))
    assert sorted(map(repr, alike(there))) == sorted(map(repr, alike(here)))
    assert one(there, LogCoverage).source == f"h1:{log}"


def test_nothing_but_counts_crosses_the_wire(log: Path, tmp_path: Path) -> None:
    wires: list[bytes] = []

    def answers(script: bytes) -> bytes:
        wires.append(ran(script))
        return wires[-1]

    keys = tmp_path / "keys"
    keys.mkdir()
    with serve(answers, keys) as served:
        host = SimpleNamespace(
            id="h1", kind="host", ssh=served.ssh, key=served.key, known_hosts=served.known_hosts,
            jump="", password=None, passphrase=None, become="sudo",
        )  # fmt: skip
        asked = subject(log)
        with gated(asked, seconds=60) as access:
            found = on(log, host, access)
            assert access.connections == 1
    assert one(found, LogCoverage).accounts == 21
    (wire,) = wires
    assert b"thief" not in wire
    assert b"doc-" not in wire
    assert b"17903" not in wire
    assert len(wire) < 20_000


def test_nothing_is_written_on_the_host(log: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    before = log.stat()
    asked = sent.script(remote.PROGRAM, remote.order(subject(log), 30), NONCE)
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    out = ran(asked, env={"PATH": path, "HOME": str(home), "TMPDIR": str(home)}, cwd=home)
    facts = answered(out).facts
    assert facts is not None
    assert facts.lines == 900
    assert list(home.iterdir()) == []
    assert log.stat().st_mtime == before.st_mtime


def test_a_host_without_python_says_so(log: Path, tmp_path: Path) -> None:
    asked = sent.script(remote.PROGRAM, remote.order(subject(log), 30), NONCE)
    out = ran(asked, env={"PATH": str(tmp_path)})
    with pytest.raises(NoCollector, match=r"no Python 3\.11"):
        answered(out)


def test_says_why_a_log_on_a_host_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="no log there"):
        local(tmp_path / "none")
    with pytest.raises(NoCollector, match="brought as files"):
        on(tmp_path, SimpleNamespace(ssh="", bundle=tmp_path))


def reply(**parts: Any) -> bytes:
    return f"motd\n{NONCE} {json.dumps(parts)} {NONCE}\n".encode()


@pytest.mark.parametrize(
    "stdout",
    [
        b"",
        b"Traceback (most recent call last)",
        NONCE.encode() + b" {",
        NONCE.encode() + b" {} " + NONCE.encode(),
        NONCE.encode() + b" " + b"[" * 100_000 + b" " + NONCE.encode(),
        reply(facts={"lines": "many"}, measured={}),
        reply(facts=None, measured=None),
        reply(missing=["unreachable"]),
    ],
)
def test_a_garbled_answer_is_no_answer(stdout: bytes) -> None:
    with pytest.raises(Truncated):
        answered(stdout)


def test_words_of_a_host_are_made_harmless() -> None:
    with pytest.raises(Privilege) as caught:
        answered(reply(missing=["privilege", "no\x1b[31m 185057800608491\u202e"]))
    assert str(caught.value) == "no [15 digits]"


def test_an_order_holds_no_more_than_a_process_list_may_show(log: Path) -> None:
    script = sent.script(remote.PROGRAM, remote.order(subject(log), 30), NONCE)
    commands = [line for line in script.split(b"\n") if b"-I" in line]
    assert all(str(log).encode() not in line for line in commands)


def answers(path: Path, lines: int = 1_000_000, **more: Any) -> dict[str, Any]:
    asked = remote.order(subject(path), 60) | {"key": "ab" * 32, "lines": lines, **more}
    said = ran(sent.script(remote.PROGRAM, asked, NONCE)).decode()
    found: dict[str, Any] = json.loads(said.partition(NONCE)[2].partition(NONCE)[0])
    return found


@pytest.mark.parametrize("lines", [520, 700, 899])
def test_a_log_too_large_for_memory_is_read_several_times(log: Path, lines: int) -> None:
    assert answers(log, lines) == answers(log)


def test_says_exactly_what_was_not_measured(log: Path) -> None:
    found = answers(log, lines=100)  # the thief alone has 500
    assert found["facts"]["lines"] == 900
    assert found["measured"]["seen"] == 20
    (reason, detail) = found["facts"]["missed"][-1]
    assert reason == "limit"
    assert detail.startswith("500 of 900 lines are of accounts not measured: one account alone")


def test_a_second_reading_that_finds_another_log_does_not_count(log: Path) -> None:
    measure, where = Measure(most=100), sources.found(str(log))
    tally = Tally(Declared(), Accounts())
    first = read_files(where, Declared(), tally, measure, lambda lines: "")
    assert measure.more()
    log.rename(log.with_suffix(".1"))
    log.write_text(day(START, accounts=2))
    again = read_files(where, Declared(), tally.again(), measure, lambda lines: "")
    assert first.missed == ()
    assert again.missed[-1] == ("truncated", sources.GONE)
    measure.abandon()
    seen_before = measure.done()
    assert 0 < seen_before.seen < 20
    assert measure.left == 900 - 20 * seen_before.seen


def resolved(log: Path, host: Any, transit: str) -> dict[str, dict[str, str]]:
    kept: dict[str, dict[str, str]] = {}
    access = Access.offline(subject(log), seconds=60)
    access.authorisation = SimpleNamespace(transit=transit)
    access.register = lambda name, accounts: kept.update({name: dict(accounts)})
    found = on(log, host, access)
    assert "thief" not in repr(found)
    (worst,) = [
        item for item in found if isinstance(item, AccountReading) and "outlier" in item.why
    ]
    assert not kept or kept["log"][worst.key] == "thief"
    return kept


def test_names_on_this_machine_stand_in_the_table_alone(log: Path) -> None:
    assert "thief" in resolved(log, SimpleNamespace(ssh="local"), "counts")["log"].values()


@pytest.mark.parametrize(("transit", "tables"), [("sample", 1), ("counts", 0)])
def test_names_cross_the_network_where_the_mandate_says_so(
    log: Path, tmp_path: Path, transit: str, tables: int, caplog: pytest.LogCaptureFixture
) -> None:
    keys = tmp_path / "keys"
    keys.mkdir()
    kept: dict[str, dict[str, str]] = {}
    wires: list[bytes] = []

    def answer(script: bytes) -> bytes:
        wires.append(ran(script))
        return wires[-1]

    with serve(answer, keys) as served:
        host = SimpleNamespace(
            id="h1", kind="host", ssh=served.ssh, key=served.key, known_hosts=served.known_hosts,
            jump="", password=None, passphrase=None, become="sudo",
        )  # fmt: skip
        allowed = structs.replace(mandate(), transit=transit)
        with gated(subject(log), seconds=60, authorisation=allowed) as access:
            access.register = lambda name, accounts: kept.update({name: dict(accounts)})
            found = on(log, host, access)
    assert "thief" not in repr(found)
    assert len(kept) == tables
    assert (b"thief" in wires[0]) == bool(tables)
    assert ("agree on transit: sample" in caplog.text) != bool(tables)
