"""HDF held to inspecjs, the reader MITRE's Heimdall is made of."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from rempart.export.hdf import export
from tests.exports import every, hostile
from tests.lab import lacking, need

pytestmark = pytest.mark.lab
READER = Path(__file__).parent / "node_modules" / "inspecjs"
READ = """
const { Convert } = require(process.env.READER + "/lib/generated_parsers/v_1_0/exec-json.js");
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
for (const text of texts) {
  const read = Convert.toExecJSON(text);
  console.log(read.profiles[0].controls.length);
}
"""


def read(texts: list[str]) -> subprocess.CompletedProcess[str]:
    command = [need("node", "nodejs"), "-e", READ]
    if not READER.is_dir():
        lacking("inspecjs is not there: npm install --prefix tests/lab")
    environment = {**os.environ, "READER": str(READER)}
    return subprocess.run(
        command, input=json.dumps(texts), text=True, capture_output=True, check=False,
        env=environment, timeout=60,
    )  # fmt: skip


def test_heimdall_s_reader_takes_what_comes_out() -> None:
    texts = [export(run).decode() for run in (every(), *hostile())]
    done = read(texts)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.split()) == len(texts)


def test_it_refuses_what_is_not_hdf() -> None:
    text = export(every()).decode().replace('"passed"', '"good"')
    assert "good" in read([text]).stderr
