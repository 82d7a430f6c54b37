"""An audit of folders from the command line: what each finding and each bad file ends in."""

import json
import os
from typing import Any

import pytest

from tests.documents import docx, message, nothing_of, numbers, pdf, zipped
from tests.test_cli import rempart

PEOPLE = list(numbers(30))
INVENTORY = """\
schema: rempart.inventory/1
organisation: Payer
language: en
authorisation:
  reference: T-1
  granted_by: CIO
  contact: soc@payer.example
  valid: {from: 2026-01-01T00:00:00Z, until: 2046-01-01T00:00:00Z}
  scope: ["127.0.0.1"]
subjects:
  hosts:
    - {id: here, ssh: local}
  files:
    - {id: exports, path: exports}
    - {id: there, path: FOLDER/exports, on: here}
"""


def bomb() -> bytes:
    return zipped({"a.txt": b"\0" * 60_000_000})


def nested() -> bytes:
    inner = b"x"
    for _ in range(8):
        inner = zipped({"a.zip": inner})
    return inner


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("audit")
    below = folder / "exports"
    for name in ("logs", "home", "sftp/incoming", "tmp", "factures", "bad"):
        (below / name).mkdir(parents=True)
    asked = (f"2026-11-25 10:00:01 GET /rights?nir={one} 200\n" for one in PEOPLE)
    bound = (f"2026-11-25 10:00:01 DETAIL:  parameters: $1 = '{one}'\n" for one in PEOPLE)
    (below / "logs" / "access.log").write_text("".join(asked))
    (below / "logs" / "postgresql.log").write_text("".join(bound))
    (below / "home" / ".psql_history").write_text("".join(f"-- {one}\n" for one in PEOPLE))
    (below / "sftp/incoming" / "a.eml").write_bytes(message(PEOPLE))
    (below / "sftp/incoming" / "ps.csv").write_text(
        "rpps;mot_de_passe\n" + "".join(f"10003879623;secret{n}\n" for n in range(20))
    )
    (below / "tmp" / "upload.bin").write_bytes(docx(PEOPLE))
    (below / "lettre.docx").write_bytes(docx(PEOPLE))
    (below / "factures" / "scan.pdf").write_bytes(pdf([None, None]))
    (below / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(60))
    (below / "bad" / "bomb.zip").write_bytes(bomb())
    (below / "bad" / "nested.zip").write_bytes(nested())
    (below / "bad" / "cut.zip").write_bytes(zipped({"a.txt": b"hello"})[:40])
    (below / "bad" / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing\n")
    (below / "bad" / "noise.bin").write_bytes(os.urandom(40_000))
    (below / "bad" / "latin1.txt").write_bytes("été\n".encode("latin-1"))
    (below / "bad" / "utf16.txt").write_bytes("été\n".encode("utf-16") * 40)
    with (below / "bad" / "sparse").open("wb") as file:
        file.truncate(10 << 30)
    os.mkfifo(below / "bad" / "pipe")
    (below / "bad" / "loop").symlink_to("..")
    (folder / "inventory.yaml").write_text(INVENTORY.replace("FOLDER", str(folder)))
    asked_for = ("--only", "files.*", "-o", "run.json", "-o", "r.html")
    done = rempart("audit", "inventory.yaml", *asked_for, cwd=folder)
    assert done.returncode == 1, done.stderr
    found: dict[str, Any] = json.loads((folder / "run.json").read_text())
    found["told"] = (folder / "run.json").read_text() + (folder / "r.html").read_text()
    return found


def results(run: dict[str, Any], subject: str, outcome: str) -> set[tuple[str, str]]:
    return {
        (one["check"], one["instance"])
        for one in run["results"]
        if one["subject"] == subject and one["outcome"] == outcome
    }


@pytest.mark.parametrize("subject", ["exports", "there"])
def test_every_place_has_its_findings(run: dict[str, Any], subject: str) -> None:
    assert results(run, subject, "fail") == {
        ("files.logs", "logs/access.log"),
        ("files.logs", "logs/postgresql.log"),
        ("files.addresses", "logs/access.log"),
        ("files.statements", "logs/postgresql.log"),
        ("files.histories", "home/.psql_history"),
        ("files.exchanges", "sftp/incoming/a.eml"),
        ("files.practitioners", "sftp/incoming/ps.csv"),
        ("files.temporary", "tmp/upload.bin"),
        ("files.texts", "lettre.docx"),
        ("files.pictures", "factures"),
    }


@pytest.mark.parametrize("subject", ["exports", "there"])
def test_every_bad_file_ends_in_an_outcome_with_its_reason(
    run: dict[str, Any], subject: str
) -> None:
    found = {
        one["instance"]: (one["reason"], one["seen"])
        for one in run["results"]
        if one["subject"] == subject and one["outcome"] == "notchecked"
    }
    assert {name: reason for name, (reason, _) in found.items()} == {
        "bad/bomb.zip": "limit",
        "bad/nested.zip": "limit",
        "bad/cut.zip": "truncated",
        "bad/broken.pdf": "truncated",
        "bad/noise.bin": "no collector",
        "factures/scan.pdf": "no collector",
        ".": "no collector",
    }
    assert "100 times its size" in found["bad/bomb.zip"][1]
    assert "deeper than 3" in found["bad/nested.zip"][1]


def test_no_digit_of_a_person_stands_in_run_or_report(run: dict[str, Any]) -> None:
    drawn = ("digest", "fingerprint")  # at random, as it were: five digits of anything
    results = [{name: one[name] for name in one if name not in drawn} for one in run["results"]]
    assert nothing_of(PEOPLE, results)
    assert nothing_of(PEOPLE, run["told"], size=8)
