"""Portals: connections, time and CPU of the TLS survey, beside sslyze and testssl.sh where they are.

    REMPART_PEERS=FOLDER python tests/bench.py portals

FOLDER is a virtual environment with sslyze; testssl.sh is Debian's. The servers are Debian's nginx.
"""

import os
import shutil
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
            one = _audit(slow, [line.port], "tls.*")
            yield Row(
                "survey at 30 ms round trip, start-up included",
                f"{one.wall:.2f} s wall",
                "<= 1.2 s wall",
            )
        with nginx(slow, SERVERS["hardened"][0]) as port:
            one = _audit(slow, [port] * FLEET)
            measured = f"{one.wall:.1f} s wall, {one.peak_mb:.0f} MB"
            yield Row(f"{FLEET} portals", measured, "<= 15 s wall, memory flat")


def _beside(folder: Path, server: str, port: int, bar: int) -> Iterator[Row]:
    survey, connections = _counted(port, lambda at: _audit(folder, [at], "tls.*"))
    measured = f"{connections} connections, {survey.cpu:.2f} s CPU with start-up"
    yield Row(f"TLS survey, nginx {server}", measured, f"<= {bar} connections")
    whole, connections = _counted(port, lambda at: _audit(folder, [at]))
    measured = f"{connections} connections, {whole.cpu:.2f} s CPU, {whole.peak_mb:.0f} MB"
    yield Row(f"whole look from outside, nginx {server}", measured, "<= 100, <= 2.5 s, <= 80 MB")
    for peer, command in _peers():
        one, connections = _counted(port, partial(_run, command))
        measured = f"{connections} connections, {one.cpu:.2f} s CPU"
        yield Row(f"  {peer}", measured, "a peer")


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
