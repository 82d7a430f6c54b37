"""Canary identifiers in two real databases: no five digits of one may stand in what is written."""

import gzip
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rempart.observations.identifiers.french import nir_key
from tests.lab.databases import PASSWORD, Served
from tests.test_collector_read_logs_canary import BODIES, CHANCE, PIECES

pytestmark = pytest.mark.lab

PEOPLE = tuple(f"{body}{nir_key(body):02d}" for body in BODIES)
PORTS = re.compile(rb"(?:port |:)\d{4,5}\b")
INVENTORY = """\
schema: rempart.inventory/1
organisation: Payeur
authorisation:
  reference: CANARY-2
  granted_by: DSI
  contact: soc@payer.example
  valid: {{from: 2026-01-01T00:00:00+00:00, until: 2036-12-31T23:59:59+00:00}}
  scope: ["127.0.0.0/8"]
  transit: {transit}
  budget: {{connections: 20, requests: 20, per_second: 1000, seconds: 60}}
subjects:
  databases:
    - id: adh
      url: "{scheme}://reader@127.0.0.1:{port}/adh"
      password: env:LAB_PASSWORD
      ca: 'file:{ca}'
      environment: test
      retention: 12 months
      rows: all
"""


def _rows() -> Iterator[tuple[str, ...]]:
    for number in range(80):
        nir = PEOPLE[number % len(PEOPLE)]
        spaced = f"{nir[0]} {nir[1:3]} {nir[3:5]} {nir[5:7]} {nir[7:10]} {nir[10:13]} {nir[13:]}"
        document = f'{{"nir": "{nir}"}}'
        yield (nir, spaced, nir.encode().hex(), f"assuré {spaced} vu", document, nir[:13])


def _named(served: Served) -> tuple[str, str]:
    """The mark of names, and the name of the table."""
    mark = '"' if served.scheme == "postgresql" else "`"
    return mark, f"{mark}t{PEOPLE[0]}{mark}"


def _emptied(server: Served) -> None:
    use = "" if server.scheme == "postgresql" else "USE adh; "
    server.run(f"{use}DROP VIEW broken; DROP TABLE packed; DROP TABLE {_named(server)[1]};")


def _filled(server: Served) -> None:
    """Canaries as values, as the names of a table and a column, and where casts would fail."""
    postgres = server.scheme == "postgresql"
    mark, name = _named(server)
    columns = "nir VARCHAR(40), spaced VARCHAR(60), hexed VARCHAR(60), note VARCHAR(99), "
    columns += f"j VARCHAR(99), {mark}{PEOPLE[1]}{mark} VARCHAR(20)"
    rows = ", ".join("(" + ", ".join(f"'{one}'" for one in row) + ")" for row in _rows())
    packed = gzip.compress(PEOPLE[2].encode()).hex()
    literal = f"'\\x{packed}'::bytea" if postgres else f"0x{packed}"
    broken = "CAST(nir || 'x' AS bigint)" if postgres else "ST_GeomFromText(nir)"
    statements = (
        "" if postgres else "USE adh",
        f"CREATE TABLE {name} ({columns})",
        f"INSERT INTO {name} VALUES {rows}",  # noqa: S608
        f"CREATE TABLE packed AS SELECT nir, {literal} AS body FROM {name}",  # noqa: S608
        f"CREATE VIEW broken AS SELECT {broken} AS nir FROM {name}",  # noqa: S608
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader; ANALYZE" if postgres else "",
    )
    server.run("".join(f"{one};" for one in statements if one))


def test_no_piece_of_a_canary_is_written(served: Served, tmp_path: Path) -> None:
    _filled(served)
    inventory = tmp_path / "payer.yaml"
    transit = "sample" if served.scheme == "postgresql" else "counts"
    given = {"scheme": served.scheme, "port": served.port, "transit": transit}
    ca = served.folder / "ca.pem"
    inventory.write_text(INVENTORY.format(**given, ca=ca), encoding="utf-8")
    outputs = ["run.json", "run.observations.json", "run.html", "run.md", "run.csv"]
    command = [sys.executable, "-m", "rempart", "--log-level", "debug", "audit", str(inventory)]
    command += ["--state", "state", *(part for one in outputs for part in ("-o", one))]
    environment = {**os.environ, "LAB_PASSWORD": PASSWORD, "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
    _emptied(served)
    assert done.returncode in (1, 3), done.stderr.decode()
    written = {str(path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert len(written) > len(outputs) + 1
    for name, content in {**written, "stdout": done.stdout, "stderr": done.stderr}.items():
        text = PORTS.sub(b"", CHANCE.sub(b"", content)).decode("utf-8", "replace")
        assert [piece for piece in PIECES if piece in text] == [], name
    assert b"data.identifiers_in_clear" in written[str(tmp_path / "run.json")]
    assert b"[15 digits]" in written[str(tmp_path / "run.json")]
