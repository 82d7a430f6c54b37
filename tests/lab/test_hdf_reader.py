"""HDF held to inspecjs, the reader MITRE's Heimdall is made of (a development tool from npm)."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from rempart.export.hdf import export
from tests.exports import every, hostile

pytestmark = pytest.mark.lab
PACKAGE = "inspecjs@2.12.6"
READ = """
const { Convert } = require(process.env.READER + "/lib/generated_parsers/v_1_0/exec-json.js");
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
for (const text of texts) {
  const read = Convert.toExecJSON(text);
  console.log(read.profiles[0].controls.length);
}
"""


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inspecjs")
    if shutil.which("npm") is None:
        pytest.skip("needs npm: Debian's npm and nodejs")
    command = ["npm", "pack", "--silent", PACKAGE]
    packed = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=120)
    archive = next(folder.glob("*.tgz"), None)
    if packed.returncode or archive is None:
        pytest.skip(f"needs the npm registry, for {PACKAGE}")
    shutil.unpack_archive(archive, folder, filter="data")
    return folder / "package"


def read(reader: Path, texts: list[str]) -> subprocess.CompletedProcess[str]:
    command = ["node", "-e", READ]
    environment = {**os.environ, "READER": str(reader)}
    return subprocess.run(
        command, input=json.dumps(texts), text=True, capture_output=True, check=False,
        env=environment, timeout=60,
    )  # fmt: skip


def test_heimdall_s_reader_takes_what_comes_out(reader: Path) -> None:
    texts = [export(run).decode() for run in (every(), *hostile())]
    done = read(reader, texts)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.split()) == len(texts)


def test_it_refuses_what_is_not_hdf(reader: Path) -> None:
    text = export(every()).decode().replace('"passed"', '"good"')
    assert "good" in read(reader, [text]).stderr
