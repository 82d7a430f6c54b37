"""Measures what the project promises and prints it as a table; judges nothing.

    python tests/bench.py [NAME ...]

CPU seconds are user and system of the whole child process; the smallest of several runs is shown,
the one the machine disturbed least.
"""

import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rempart.archive import encoded
from rempart.check import Outcome, Severity, Vantage
from rempart.journal import Journal
from rempart.observations.volumes import Swap
from rempart.results import Place, ResultRecord, fingerprint

CARD = """\
impact: minor
exploitability: easy
since: "0.1"
controls: [exp.ssh]
en: {{title: Check {n} holds, rationale: "{words}", remediation: "{words}"}}
fr: {{title: Le point {n} tient, rationale: "{words}", remediation: "{words}"}}
de: {{title: Punkt {n} gilt, rationale: "{words}", remediation: "{words}"}}
"""
CODE = """\
from rempart.check import Result, verdict
from rempart.observations.volumes import Swap


def check(swap: Swap) -> Result:
    return verdict(swap.encrypted, swap.device, swap)
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    measured: str
    bar: str


@dataclass(frozen=True, slots=True)
class Spent:
    """What one child process took."""

    wall: float
    cpu: float
    peak_mb: float
    out: str


def spent(*command: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> Spent:
    """Run a command to its end and account for it alone."""
    begun = time.monotonic()
    with tempfile.TemporaryFile("w+") as out:
        child = subprocess.Popen(
            command,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env={**os.environ, **(env or {})},
        )
        _, _, usage = os.wait4(child.pid, 0)
        out.seek(0)
        text = out.read()
    cpu = usage.ru_utime + usage.ru_stime
    return Spent(time.monotonic() - begun, cpu, usage.ru_maxrss / 1024, text)


def best(runs: int, *command: str, **how: object) -> Spent:
    """The run that took the least CPU."""
    return min((spent(*command, **how) for _ in range(runs)), key=lambda one: one.cpu)  # type: ignore[arg-type]


def rempart(*arguments: str) -> tuple[str, ...]:
    """The command line of this interpreter's rempart."""
    return (sys.executable, "-m", "rempart", *arguments)


def start_up() -> Iterator[Row]:
    """`--help` and `--version`."""
    for option in ("--help", "--version"):
        one = best(7, *rempart(option))
        yield Row(f"rempart {option}", f"{one.cpu:.3f} s CPU", "<= 0.10 s CPU")


def discovery() -> Iterator[Row]:
    """300 generated check folders, discovered with cards and code."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(300):
            place = folder / "checks" / f"bench{number % 12}" / f"check_{number}"
            place.mkdir(parents=True)
            words = f"A sentence about point {number}, as long as they are. " * 12
            (place / "check.yaml").write_text(CARD.format(n=number, words=words))
            (place / "check.py").write_text(CODE)
        script = (
            "import sys; from pathlib import Path; from rempart.catalogue import Layer, entries;"
            "found = entries([Layer('bench', Path(sys.argv[1]))]);"
            "[entry.check for entry in found.values()]; print(len(found))"
        )
        command = (sys.executable, "-c", script, name)
        spent(*command, env={"XDG_CACHE_HOME": str(folder / "warm")})
        cold = []
        for number in range(5):
            cold.append(spent(*command, env={"XDG_CACHE_HOME": str(folder / f"cold{number}")}))
        warm = best(5, *command, env={"XDG_CACHE_HOME": str(folder / "warm")})
        first = min(cold, key=lambda one: one.cpu)
        yield Row("300 checks: cards and code", f"{first.cpu:.3f} s CPU", "<= 0.30 s CPU")
        yield Row("  with the card index cached", f"{warm.cpu:.3f} s CPU", "<= 0.15 s CPU")


def demo() -> Iterator[Row]:
    """The whole demonstration."""
    with tempfile.TemporaryDirectory() as name:
        runs = []
        for number in range(3):
            folder = Path(name) / str(number)
            folder.mkdir()
            runs.append(spent(*rempart("demo"), cwd=folder))
        one = min(runs, key=lambda each: each.cpu)
        wall = min(each.wall for each in runs)
        measured = f"{wall:.1f} s wall, {one.cpu:.1f} s CPU, {one.peak_mb:.0f} MB"
        yield Row("rempart demo", measured, "<= 10 s wall, <= 4 s CPU, <= 150 MB")


def journal() -> Iterator[Row]:
    """Results a second, 40 a subject, each subject its own durable transaction."""

    def record(number: int, subject: str) -> ResultRecord:
        print_ = fingerprint(f"x.{number}", None, Vantage.OBSERVED, subject, "", "")
        return ResultRecord(
            f"x.{number}",
            subject,
            "",
            "",
            None,
            True,
            Vantage.OBSERVED,
            Outcome.PASS,
            Severity.LOW,
            "seen " * 20,
            {"n": number},
            Place("sshd -T"),
            None,
            print_,
            print_,
        )

    subjects = 400
    batches = [
        (f"host-{each}", [record(number, f"host-{each}") for number in range(40)])
        for each in range(subjects)
    ]
    raw = encoded([Swap("/dev/sda2", False, key="swap")] * 10)
    with (
        tempfile.TemporaryDirectory(dir=Path.cwd()) as name,
        Journal.open(Path(name), {"inventory": "x"}, of="bench") as book,
    ):
        begun = time.monotonic()
        for subject, records in batches:
            book.save(subject, raw, records, 1)
        wall = time.monotonic() - begun
    yield Row(
        "journal, 40 results a subject", f"{40 * subjects / wall:,.0f} results/s", ">= 8,000/s"
    )


def inventory() -> Iterator[Row]:
    """An inventory of 10,000 hosts, loaded and checked; the interpreter's start is taken off."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "inventory.yaml"
        file.write_text(fleet(10_000, 22, Path(name)))
        script = (
            "import sys; from pathlib import Path; import rempart.inventory as i;"
            "len(sys.argv) > 1 and print(len(i.load(Path(sys.argv[1])).subjects))"
        )
        bare = best(3, sys.executable, "-c", script)
        full = best(3, sys.executable, "-c", script, str(file))
        yield Row(
            f"inventory of {full.out.strip()} subjects",
            f"{full.cpu - bare.cpu:.2f} s CPU ({full.cpu:.2f} whole process)",
            "<= 1.0 s CPU",
        )


def fleet(count: int, port: int, folder: Path) -> str:
    """An inventory of so many hosts behind one loopback port."""
    for file in ("key", "known_hosts"):
        (folder / file).touch(mode=0o600)
    hosts = "\n".join(
        f'    - {{id: host-{n:05}, ssh: "audit@127.0.0.1:{port}", key: "file:key",'
        ' known_hosts: "file:known_hosts"}'
        for n in range(count)
    )
    return f"""\
schema: rempart.inventory/1
organisation: Bench
language: en
authorisation:
  reference: BENCH
  granted_by: The bench
  contact: soc@payer.example
  valid: {{from: 2026-01-01T00:00:00Z, until: 2046-01-01T00:00:00Z}}
  scope: ["127.0.0.0/8"]
  budget: {{connections: 5, requests: 5, per_second: 50, seconds: 600}}
subjects:
  hosts:
{hosts}
"""


@contextmanager
def host_servers(folder: Path, count: int) -> Iterator[list[int]]:
    """Light SSH servers in processes of their own, sharing one key; their ports."""
    script = (
        "import sys; from pathlib import Path; from rempart.demo import host;\n"
        "with host.serve(Path(sys.argv[1])) as served:\n"
        "    print(served.port, flush=True); sys.stdin.read()"
    )
    children = []
    ports = []
    for number in range(count):
        place = folder / str(number)
        place.mkdir()
        child = subprocess.Popen(
            (sys.executable, "-c", script, str(place)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        children.append(child)
        assert child.stdout is not None
        ports.append(int(child.stdout.readline()))
    try:
        yield ports
    finally:
        for child in children:
            child.kill()
            child.wait()


def ssh() -> Iterator[Row]:
    """1,000 loopback SSH subjects through the command line, 64 threads."""
    count = 1000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with host_servers(folder, 2) as ports:
            (port, other) = ports
            text = fleet(count, port, folder)
            half = text.index("host-00500")
            text = text[:half] + text[half:].replace(f":{port}", f":{other}").replace(
                "file:key", "file:1/audit_ed25519"
            ).replace("file:known_hosts", "file:1/known_hosts")
            text = text.replace("file:key", "file:0/audit_ed25519")
            text = text.replace("file:known_hosts", "file:0/known_hosts")
            (folder / "inventory.yaml").write_text(text)
            out = folder / "run.json"
            one = spent(
                *rempart("audit", "inventory.yaml", "-o", str(out), "--threads", "64"),
                cwd=folder,
                env={"XDG_STATE_HOME": str(folder / "state")},
            )
            run = json.loads(out.read_text())
        seen = sum(1 for result in run["results"] if result["outcome"] in ("pass", "fail"))
        yield Row(
            f"{count} SSH subjects, 64 threads",
            f"{1000 * one.cpu / count:.1f} ms CPU each, {one.peak_mb:.0f} MB,"
            f" {count / one.wall:.0f}/s, {seen / count:.0f} verdicts each",
            "<= 10 ms CPU, <= 150 MB",
        )


BENCHES: dict[str, Callable[[], Iterator[Row]]] = {
    one.__name__: one for one in (start_up, discovery, demo, journal, inventory, ssh)
}


def benches() -> dict[str, Callable[[], Iterator[Row]]]:
    """Those of this file and those the files `bench_*.py` beside it name in their `BENCHES`."""
    here = Path(__file__).parent
    sys.path.insert(0, str(here.parent))
    found = dict(BENCHES)
    for file in sorted(here.glob("bench_*.py")):
        found |= importlib.import_module(f"tests.{file.stem}").BENCHES
    return found


def main(names: Sequence[str]) -> None:
    """Print the table of the benches named, or of all."""
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    )
    rows = []
    known = benches()
    for name in names or known:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)  # noqa: T201
        rows += list(known[name]())
    widths = [max(len(getattr(row, field)) for row in rows) for field in ("what", "measured")]
    for row in rows:
        print(f"{row.what:<{widths[0]}}  {row.measured:<{widths[1]}}  bar {row.bar}")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
