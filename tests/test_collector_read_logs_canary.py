"""Canaries fed through every format: none may stand in anything rempart writes or says."""

import csv
import gzip
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import zstandard

from rempart.observations.identifiers.french import nir_key

BODIES = ("1979897989798", "2989797989897", "1987989879898", "2978979889787")
PEOPLE = tuple(f"{body}{nir_key(body):02d}" for body in BODIES)
ACCOUNTS = ("zoe.quillfeather", "ximena-wolfsangel", "svc_kazarnovski", "ulf@vrykolakas.example")
ADDRESS = "10.177.88.{}"
PIECES = {person[at : at + 5] for person in PEOPLE for at in range(len(person) - 4)}
WORDS = ("quillfeather", "wolfsangel", "kazarnovski", "vrykolakas", "177.88", "177-88", "haruspex")
# Digests and embedded fonts hold any five digits sooner or later.
CHANCE = re.compile(rb"[0-9a-f]{16,}|base64,[A-Za-z0-9+/=]+|<path[^>]*>")
INVENTORY = """\
schema: rempart.inventory/1
organisation: Payeur
authorisation:
  reference: CANARY-1
  granted_by: DSI
  contact: soc@payer.example
  valid: {{from: 2026-01-01T00:00:00+00:00, until: 2036-12-31T23:59:59+00:00}}
  scope: ["127.0.0.0/8"]
subjects:
  hosts: [{{id: h1, ssh: local}}]
  databases: [{{id: adh, url: "sqlite:audit.sqlite"}}]
  read_logs:
{logs}
"""


@dataclass(frozen=True)
class Line:
    """One read, as each format writes it."""

    place: int
    account: str
    person: str
    address: str

    @property
    def iso(self) -> str:
        return f"2026-11-{2 + self.place // 1440:02d}T{self.hour:02d}:{self.place % 60:02d}:30"

    @property
    def hour(self) -> int:
        return self.place // 60 % 24

    @property
    def web(self) -> str:
        return f"{2 + self.place // 1440:02d}/Nov/2026:{self.hour:02d}:{self.place % 60:02d}:30"


def lines() -> Iterator[Line]:
    """Four accounts over days; the first of them goes through people one after the other."""
    for place in range(600):
        who = place % 4
        address = ADDRESS.format(place % 250)
        yield Line(place * 7, ACCOUNTS[who], PEOPLE[place // 4 % 4], address)


def web(line: Line) -> str:
    return (
        f'{line.address} - {line.account} [{line.web} +0100] "GET /r?nir={line.person}&'
        f'mail=haruspex%40x.example HTTP/1.1" 200 7 "-" "haruspex"'
    )


def haproxy(line: Line) -> str:
    return (
        f"Nov  2 10:15:30 lb haproxy[8]: {line.address}:33317 [{line.web}.655] p~ a/b 1/0/3/6/9 200"
        f' 27 - - ---- 1/1/1/1/0 0/0 "GET /r/{line.person} HTTP/1.1"'
    )


def keycloak(line: Line) -> str:
    return (
        f'{line.iso.replace("T", " ")},123 WARN  [org.keycloak.events] (t-4) type="LOGIN_ERROR", '
        f'realmId="pro", clientId="x", userId="{line.account}", sessionId="1", '
        f'ipAddress="{line.address}", error="x", username="{line.person}"'
    )


def pgaudit(line: Line) -> str:
    return (
        f"{line.iso.replace('T', ' ')}.123 CET [4711] {line.account.partition('@')[0]}@adh "
        f"{line.address} LOG:  AUDIT: SESSION,1,1,READ,SELECT,TABLE,public.claims,"
        f'"call claims_of({line.person})",<none>'
    )


def mariadb(line: Line) -> str:
    return (
        f"{line.iso[:10].replace('-', '')} {line.iso[11:]},db1,{line.account},{line.address},12,"
        f"301,QUERY,adh,'CALL claims_of({line.person})',0"
    )


def as_json(line: Line) -> str:
    return json.dumps({"ts": f"{line.iso}Z", "user": line.account, "nir": line.person,
                       "ip": line.address, "path": f"/r/{line.person}"})  # fmt: skip


def spoilt(line: Line) -> str:
    """Cut, of the wrong type, behind a forged line break, or no UTF-8."""
    forms = (
        as_json(line)[:-20],
        json.dumps({"ts": line.person, "user": [line.account], "nir": {"x": line.person}}),
        json.dumps({"ts": f"{line.iso}Z", "user": f"a\n{line.account}\x1b[2J", "nir": line.person}),
        f"{line.person} \udc80 {line.account}",
        as_json(line).replace(line.account, f"\\ud800{line.account}"),
        as_json(line),
    )
    return forms[line.place // 7 % len(forms)]


TEXTS = {
    "json": (as_json, ""),
    "spoilt": (spoilt, ", format: json, account: $.user, person: $.nir, time: $.ts"),
    "csv": (lambda line: f"{line.iso},{line.account},{line.person},{line.address}", ""),
    "web": (web, ""),
    "haproxy": (haproxy, ""),
    "keycloak": (keycloak, ""),
    "pgaudit": (pgaudit, ""),
    "mariadb": (mariadb, ""),
    "regex": (
        lambda line: f"{line.iso} {line.account} read {line.person}",
        r", format: regex, layout: '(?P<time>\S+) (?P<account>\S+) read (?P<person>\d+)'",
    ),
}  # fmt: skip


def written(folder: Path) -> Path:
    """An inventory with one read log of each kind, and the logs."""
    logs = []
    for name, (text, more) in TEXTS.items():
        path = folder / f"{name}.log"
        header = "time,user,nir,ip\n" if name == "csv" else ""
        whole = header + "".join(f"{text(line)}\n" for line in lines())
        path.write_bytes(whole.encode("utf-8", "surrogateescape"))
        logs.append(f"    - {{id: log-{name}, path: {path.name}, ceiling: 1 person/hour{more}}}")
    raw = (folder / "json.log").read_bytes()
    (folder / "packed.log.gz").write_bytes(gzip.compress(raw)[:-40])
    (folder / "packed.log.zst").write_bytes(zstandard.ZstdCompressor().compress(raw))
    logs.append("    - {id: log-packed, path: packed.log*, alarm: [1 person/hour]}")
    logs.append("    - {id: log-host, path: json.log, on: h1, ceiling: 1 person/hour}")
    logs.append("    - {id: log-table, table: reads, database: adh}")
    with sqlite3.connect(folder / "audit.sqlite") as database:
        database.execute("CREATE TABLE reads (read_at, login, nir, ip)")
        rows = [(f"{line.iso}Z", line.account, line.person, line.address) for line in lines()]
        database.executemany("INSERT INTO reads VALUES (?, ?, ?, ?)", rows)
    database.close()
    file = folder / "mine.yaml"
    file.write_text(INVENTORY.format(logs="\n".join(logs)))
    return file


def rempart(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "rempart", "--log-level", "debug", *map(str, arguments)]
    env = {**os.environ, "TMPDIR": str(cwd), "PYTHONPATH": str(Path(__file__).parents[1])}
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, check=False)


@dataclass(frozen=True)
class Told:
    """Everything an audit wrote and said, by name; and the table that was asked for."""

    outputs: Mapping[str, bytes]
    resolved: Path


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    logs, out = tmp_path_factory.mktemp("logs"), tmp_path_factory.mktemp("out")
    file = written(logs)
    names = ["run.json", "run.observations.json", "r.html", "r.csv", "r.md", "r.sarif"]
    written_to = [part for name in names for part in ("-o", out / name)]
    resolved = out / "resolved.csv"
    done = rempart(
        "audit",
        file,
        "--only",
        "log-*",
        "--state",
        out,
        *written_to,
        "--resolve",
        resolved,
        cwd=out,
    )
    assert done.returncode in (0, 1, 3), done.stderr.decode()
    checked = rempart("inventory", "check", file, cwd=out)
    assert checked.returncode == 0, checked.stderr.decode()
    assert b"guessed: format: json, account: $.user, person: $.nir" in checked.stdout
    outputs = {"stdout": done.stdout, "stderr": done.stderr, "check": checked.stdout}
    for path in out.rglob("*"):
        if path.is_file() and path != resolved:
            outputs[path.name] = path.read_bytes()
    return Told(outputs, resolved)


def test_no_canary_stands_in_anything_that_is_written(told: Told) -> None:
    assert {"run.json", "run.observations.json", "r.html", "stderr"} <= told.outputs.keys()
    assert any(name.startswith("journal-") for name in told.outputs)
    for name, content in told.outputs.items():
        text = CHANCE.sub(b"", content).decode("utf-8", "replace")
        assert [word for word in WORDS if word in text] == [], name
        assert [piece for piece in PIECES if piece in text] == [], name


def test_every_log_was_read_nevertheless(told: Told) -> None:
    kept = json.loads(told.outputs["run.observations.json"])["subjects"]
    reads = {
        subject: value["lines"]
        for subject, one in kept.items()
        for found in one["found"]
        if found["type"] == "LogCoverage" and (value := found["value"])
    }
    assert set(reads) == {f"log-{name}" for name in (*TEXTS, "packed", "host", "table")}
    assert all(lines >= 590 for lines in reads.values()), reads


def test_the_table_names_the_accounts_for_the_payer_alone(told: Told) -> None:
    assert told.resolved.stat().st_mode & 0o777 == 0o600
    with told.resolved.open(newline="") as file:
        rows = list(csv.DictReader(file))
    observed = told.outputs["run.observations.json"].decode()
    assert rows
    assert all(row["pseudonym"] in observed for row in rows)
    subjects = {row["subject"] for row in rows}
    assert {
        "log-json",
        "log-csv",
        "log-web",
        "log-table",
        "log-host",
    } <= subjects  # this very machine
    assert {row["account"] for row in rows if row["subject"] == "log-json"} <= set(ACCOUNTS)
    text = told.resolved.read_text()
    assert not any(piece in text for piece in PIECES)


def test_the_table_is_not_written_over(told: Told, tmp_path: Path) -> None:
    before = told.resolved.read_bytes()
    file = written(tmp_path)
    done = rempart("audit", file, "--resolve", told.resolved, "--state", tmp_path, cwd=tmp_path)
    assert done.returncode == 2
    assert b"is there already" in done.stderr
    assert told.resolved.read_bytes() == before
