"""Portals: connections, time and CPU of the TLS survey, beside sslyze and testssl.sh.

    REMPART_PEERS=FOLDER python tests/bench.py portals

FOLDER is a virtual environment with sslyze; testssl.sh is Debian's. The servers are Debian's nginx.
"""

import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.bench import Row, Spent, rempart, spent
from tests.lab.test_tls_survey import ALL_VERSIONS, EVERYTHING, HARDENED, nginx, rules
from tests.relay import relay

RUNS = 3
FLEET = 60
ROUND_TRIP = 0.03
SERVERS = {
    "hardened": (rules(HARDENED, ("TLSv1.2", "TLSv1.3"), "ssl_prefer_server_ciphers on;"), 30),
    "everything on": (rules(EVERYTHING, ALL_VERSIONS), 170),
}
INVENTORY = """
schema: rempart.inventory/1
organisation: Bench
language: en
authorisation:
  reference: BENCH-1
  granted_by: Bench
  contact: soc@payer.example
  valid: {from: 2026-01-01T00:00:00+01:00, until: 2046-12-31T23:59:59+01:00}
  scope: ["127.0.0.0/8", "*.payer.example"]
  allow: [active]
  budget: {connections: 400, requests: 600, per_second: 1000, seconds: 120}
subjects:
  portals:
"""
ALONE = """
import sys, time
from pathlib import Path
from rempart.collectors import tls
from rempart.collectors.tls import sight
from rempart.inventory import load
from rempart.scope import Scope
from rempart.transport.access import Access

inventory = load(Path(sys.argv[1]))
with Access.open(inventory.subjects[0], inventory, Scope.of(inventory.authorisation)) as way:
    cpu, wall = time.process_time(), time.monotonic()
    list(tls.collect(way.subject, way, frozenset(tls.BRINGS)))
    print(time.process_time() - cpu, time.monotonic() - wall)
"""
PORTAL = (
    "    - {{id: p{number}, url: 'https://portail.payer.example/', connect: '127.0.0.1:{port}', "
    "plain: '127.0.0.1:1', ca: 'file:{ca}'}}\n"
)


def portals() -> Iterator[Row]:
    """The survey, the whole look from outside, a slow line, a fleet."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for server, (text, bar) in SERVERS.items():
            place = folder / server.replace(" ", "-")
            place.mkdir()
            with nginx(place, text) as port:
                yield from _beside(place, server, port, bar)
        slow = folder / "hardened"
        with nginx(slow, SERVERS["hardened"][0]) as port, relay(port, ROUND_TRIP / 2) as line:
            _, wall = _alone(slow, line.port)
            yield Row("survey at 30 ms round trip", f"{wall:.2f} s wall", "<= 1.2 s wall")
        with nginx(slow, SERVERS["hardened"][0]) as port:
            one = _audit(slow, [port] * FLEET)
            measured = f"{one.wall:.1f} s wall, {one.peak_mb:.0f} MB"
            yield Row(f"{FLEET} portals", measured, "<= 15 s wall, memory flat")


def _beside(folder: Path, server: str, port: int, bar: int) -> Iterator[Row]:
    survey, connections = _counted(port, lambda at: _audit(folder, [at], "tls.*"))
    measured = f"{connections} connections, {survey.cpu:.2f} s CPU with start-up"
    yield Row(f"TLS survey, nginx {server}", measured, f"<= {bar} connections")
    cpu, wall = _alone(folder, port)
    yield Row("  the survey alone", f"{cpu:.2f} s CPU, {wall:.2f} s wall", "<= 1/5 of sslyze")
    whole, connections = _counted(port, lambda at: _audit(folder, [at]))
    measured = f"{connections} connections, {whole.cpu:.2f} s CPU, {whole.peak_mb:.0f} MB"
    yield Row(f"whole look from outside, nginx {server}", measured, "<= 100, <= 2.5 s, <= 80 MB")
    for peer, command in _peers():
        one, connections = _counted(port, partial(_run, command))
        measured = f"{connections} connections, {one.cpu:.2f} s CPU"
        yield Row(f"  {peer}", measured, "a peer")


def _alone(folder: Path, port: int) -> tuple[float, float]:
    """CPU and wall seconds of the survey in a process that has loaded its modules."""
    file = folder / "inventory.yaml"
    file.write_text(INVENTORY + PORTAL.format(number=0, port=port, ca=folder / "cert.pem"))
    found = []
    for _ in range(RUNS):
        said = spent(sys.executable, "-c", ALONE, str(file)).out.split()
        found.append((float(said[0]), float(said[1])))
    return min(found)


def _counted(port: int, run: Callable[[int], Spent]) -> tuple[Spent, int]:
    """The run that took the least CPU, and the connections it opened, seen by a relay."""
    found = []
    for _ in range(RUNS):
        with relay(port) as line:
            one = run(line.port)
            found.append((one, line.connections))
    return min(found, key=lambda each: each[0].cpu)


def _audit(folder: Path, ports: list[int], *only: str) -> Spent:
    ca = folder / "cert.pem"
    listed = "".join(
        PORTAL.format(number=number, port=port, ca=ca) for number, port in enumerate(ports)
    )
    file = folder / "inventory.yaml"
    file.write_text(INVENTORY + listed)
    chosen = [word for pattern in only for word in ("--only", pattern)]
    out = folder / f"run-{threading.get_ident()}.json"
    command = rempart("audit", str(file), *chosen, "-o", str(out), "--state", str(folder / "state"))
    return spent(*command, cwd=folder)


def _run(command: Callable[[int], tuple[str, ...]], port: int) -> Spent:
    return spent(*command(port))


def _peers() -> Iterator[tuple[str, Callable[[int], tuple[str, ...]]]]:
    folder = os.environ.get("REMPART_PEERS", "")
    sslyze, testssl = Path(folder, "bin", "sslyze"), shutil.which("testssl")
    if folder and sslyze.exists():
        yield "sslyze, its default", lambda port: (str(sslyze), f"127.0.0.1:{port}")
    if folder and testssl:
        options = ("--quiet", "-p", "-s", "-S")
        yield "testssl.sh -p -s -S", lambda port: (testssl, *options, f"127.0.0.1:{port}")


BENCHES: dict[str, Callable[[], Iterator[Row]]] = {"portals": portals}
