"""Files read on their own host: the sources go there, counts come back, nothing stays."""

import base64
import json
import re
import subprocess
import sys
import zlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rempart.check import Gap, Observation
from rempart.collectors import files, sent
from rempart.collectors.files import remote
from rempart.errors import NoCollector, Privilege, Truncated, Unreachable
from rempart.observations.datastores import Export
from rempart.observations.documents import FilesRead
from rempart.transport.access import Access
from tests.documents import docx, everything, message, nothing_of, numbers, pdf, zipped
from tests.loopback import access as gated
from tests.ssh_server import serve

NONCE = "0123456789abcdef" * 2
PEOPLE = list(numbers(20))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    below = tmp_path / "srv"
    (below / "factures").mkdir(parents=True)
    (below / "a.csv").write_text("nir;x\n" + "\n".join(f"{one};1" for one in PEOPLE))
    (below / "a.log").write_text("".join(f"GET /api?nir={one}\n" for one in PEOPLE))
    (below / "a.docx").write_bytes(docx(PEOPLE))
    (below / "a.eml").write_bytes(message(PEOPLE, ("a.zip", zipped({"x.docx": docx(PEOPLE)}))))
    (below / "factures" / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(60))
    (below / "cut.zip").write_bytes(zipped({"a.txt": b"hello"})[:40])
    return below


def ran(script: bytes, **keys: Any) -> bytes:
    command = ["/bin/sh", "-s"]
    out = subprocess.run(command, input=script, capture_output=True, check=False, **keys)
    return bytes(out.stdout)


def on(path: Path, host: Any, access: Access | None = None) -> list[Observation | Gap]:
    subject = SimpleNamespace(id="exports", kind="files", path=path, on="h1")
    access = access or Access.offline(subject, seconds=60)
    access.inventory = SimpleNamespace(by_id={"h1": host}, subjects=())
    return list(files.collect(subject, access, frozenset(files.BRINGS)))


def test_a_host_says_what_reading_here_says(folder: Path) -> None:
    there = on(folder, SimpleNamespace(ssh="local"))
    assert sorted(map(repr, there)) == sorted(map(repr, everything(folder)))
    assert any(isinstance(one, Export) for one in there)


def test_nothing_but_counts_crosses_the_wire(folder: Path, tmp_path: Path) -> None:
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
        with gated(SimpleNamespace(id="exports", kind="files"), seconds=60) as access:
            found = on(folder, host, access)
            assert access.connections == 1
    (wire,) = wires
    assert len([one for one in found if isinstance(one, FilesRead)]) == 1
    assert nothing_of(PEOPLE, wire.decode())


def test_nothing_is_written_on_the_host(folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    asked = sent.script(remote.PROGRAM, {"path": str(folder), "seconds": 30.0}, NONCE)
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    out = ran(asked, env={"PATH": path, "HOME": str(home), "TMPDIR": str(home)}, cwd=home)
    assert list(remote.replied(sent.answered(out, NONCE, remote.PROGRAM)))
    assert list(home.iterdir()) == []
    assert len(list(folder.iterdir())) == 6


def test_the_program_runs_on_a_python_of_three_ten(folder: Path) -> None:
    """What 3.10 lacks is taken away from this Python, so that every machine can try it."""
    asked = sent.script(remote.PROGRAM, {"path": str(folder), "seconds": 30.0}, NONCE)
    packed = re.search(rb"printf %s '([^']+)'", asked)
    assert packed is not None
    text = zlib.decompress(base64.b64decode(packed[1])).decode()
    older = "import datetime, enum; del datetime.UTC, enum.StrEnum\n"
    command = [sys.executable, "-I", "-S", "-B", "-"]
    done = subprocess.run(command, input=(older + text).encode(), capture_output=True, check=True)
    there = list(remote.replied(sent.answered(done.stdout, NONCE, remote.PROGRAM)))
    assert sorted(map(repr, there)) == sorted(map(repr, everything(folder)))


def test_a_document_that_needs_a_package_says_so_there(folder: Path, tmp_path: Path) -> None:
    (folder / "a.pdf").write_bytes(pdf(["x"]))
    (tmp_path / "python3").symlink_to(sys.executable)
    asked = sent.script(remote.PROGRAM, {"path": str(folder), "seconds": 30.0}, NONCE)
    for name in ("sh", "nice"):
        (tmp_path / name).symlink_to(f"/usr/bin/{name}")
    out = ran(asked, env={"PATH": str(tmp_path)})
    seen = list(remote.replied(sent.answered(out, NONCE, remote.PROGRAM)))
    (read,) = [one for one in seen if isinstance(one, FilesRead)]
    missed = {one.path: one.detail for one in read.unread}
    assert "one package" in missed["a.pdf"]


def test_says_why_a_folder_on_a_host_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="no folder"):
        on(tmp_path / "none", SimpleNamespace(ssh="local"))
    with pytest.raises(NoCollector, match="brought as files"):
        on(tmp_path, SimpleNamespace(ssh="", bundle=tmp_path))


def answered(**parts: Any) -> list[Observation | Gap]:
    stdout = f"motd\n{NONCE} {json.dumps(parts)} {NONCE}\n".encode()
    return list(remote.replied(sent.answered(stdout, NONCE, remote.PROGRAM)))


@pytest.mark.parametrize(
    "parts",
    [
        {"seen": "all"},
        {"seen": [["Export"]]},
        {"seen": [["Subject", {}]]},
        {"seen": [["Export", {"format": 3}]]},
        {"seen": [["Export", {"format": "CSV", "encrypted": False, "sampled": 1 << 80}]]},
        {"seen": [["Gap", {"type": "Export", "reason": "because"}]]},
        {"seen": [["FilesRead", {"places": [{"name": "log"}]}]]},
        {"missing": ["unreachable"]},
    ],
)
def test_a_garbled_answer_is_no_answer(parts: dict[str, Any]) -> None:
    with pytest.raises(Truncated):
        answered(**parts)


def test_words_of_a_host_are_made_harmless() -> None:
    fields = {"format": "\x1b[31mCSV", "encrypted": False, "key": f"{PEOPLE[0]}.csv",
              "vantage": "stated", "subject": "other"}  # fmt: skip
    (export,) = answered(seen=[["Export", {name: fields[name] for name in fields}]])
    assert isinstance(export, Export)
    assert (export.format, export.key) == ("CSV", "[15 digits].csv")
    assert (export.vantage, export.subject) == ("observed", "")
    with pytest.raises(Privilege, match=r"no \[15 digits\]"):
        answered(missing=["privilege", f"no {PEOPLE[0]}"])
