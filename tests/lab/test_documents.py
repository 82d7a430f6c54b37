"""Documents as LibreOffice writes them, and files read over a real sshd."""

import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from rempart.collectors import files
from rempart.observations.documents import FilesRead
from rempart.scope import Scope, guarded
from tests.documents import everything, found, grouped, missed, numbers
from tests.lab import need
from tests.lab.test_sshd import running
from tests.loopback import access, mandate

pytestmark = pytest.mark.lab
PEOPLE = list(numbers(20))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One text in every format: numbers in two fonts, in groups, and in a table."""
    office = need("soffice", "libreoffice-writer-nogui")
    folder = tmp_path_factory.mktemp("office")
    lines = "".join(f"<p>Assuré <b>{one[:7]}</b>{one[7:]} et {grouped(one)}</p>" for one in PEOPLE)
    cells = "".join(f"<tr><td>{one}</td><td>Lyon</td></tr>" for one in PEOPLE)
    source = folder / "a.html"
    source.write_text(f"<meta charset=utf-8><p>Dossiers</p>{lines}<table>{cells}</table>")
    for format_ in ("odt", "docx", "doc", "rtf", "pdf"):
        subprocess.run(
            [
                *(office, f"-env:UserInstallation=file://{folder}/profile", "--headless"),
                *("--convert-to", format_, "--outdir", str(folder / "out"), str(source)),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        source = folder / "out" / "a.odt"
    return folder / "out"


def test_every_number_of_an_office_file_is_found(written: Path) -> None:
    assert missed(written) == []
    assert found(written) == {
        f"a.{format_}": [("nir", "clear", 60)] for format_ in ("doc", "docx", "odt", "pdf", "rtf")
    }


def test_files_on_a_host_are_read_over_its_one_connection(tmp_path: Path) -> None:
    folder, keys = tmp_path / "srv", tmp_path / "keys"
    folder.mkdir()
    keys.mkdir()
    (folder / "a.log").write_text("".join(f"GET /api?nir={one} 200\n" for one in PEOPLE))
    (folder / "a.csv").write_text("nir;x\n" + "".join(f"{one};1\n" for one in PEOPLE))
    (folder / "loop").symlink_to(folder)
    subject = SimpleNamespace(id="exports", kind="files", path=folder, on="h1")
    with (
        running(keys) as host,
        access(subject, seconds=60) as gate,
        guarded(Scope.of(mandate())),
    ):
        gate.inventory = SimpleNamespace(
            by_id={"h1": host}, subjects=(host,), authorisation=gate.authorisation
        )
        there = list(files.collect(subject, gate, frozenset(files.BRINGS)))
        assert gate.connections == 1
    assert sorted(map(repr, there)) == sorted(map(repr, everything(folder)))
    (read,) = [one for one in there if isinstance(one, FilesRead)]
    assert [one.path for one in read.findings] == ["a.csv", "a.log"]
