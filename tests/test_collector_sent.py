"""A program sent to a host: what goes there, what may come back."""

import json
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rempart.collectors import sent
from rempart.errors import NoCollector, Truncated
from rempart.observations.datastores import IdentifierCount
from rempart.transport.access import Access

NONCE = "0123456789abcdef" * 2
PROGRAM = sent.Program(
    start="collectors.text", modules=("collectors.text",), of="the folder"
)  # has no answer(): it ends before it answers


def ran(script: bytes, **keys: Any) -> bytes:
    command = ["/bin/sh", "-s"]
    out = subprocess.run(command, input=script, capture_output=True, check=False, **keys)
    return bytes(out.stdout)


def test_a_program_that_breaks_there_is_no_answer() -> None:
    out = ran(sent.script(PROGRAM, {"path": "/x"}, NONCE))
    with pytest.raises(Truncated, match="ended before it answered"):
        sent.answered(out, NONCE, PROGRAM)


def test_a_host_without_python_says_what_was_not_looked_at(tmp_path: Path) -> None:
    out = ran(sent.script(PROGRAM, {}, NONCE), env={"PATH": str(tmp_path)})
    with pytest.raises(NoCollector, match=r"no Python 3\.11 .* hand the folder over"):
        sent.answered(out, NONCE, PROGRAM)


def test_a_host_brought_as_files_runs_nothing() -> None:
    access = Access.offline(SimpleNamespace(id="x"), seconds=5)
    with pytest.raises(NoCollector, match="brought as files"):
        sent.said(PROGRAM, {}, access, SimpleNamespace(ssh=""))


def test_a_package_with_code_is_sent_under_its_own_name() -> None:
    program = sent.Program("collectors.text", ("collectors.read_logs", "errors"), "x")
    names = [name for name, _ in program.sources()]
    assert names == ["rempart.collectors.read_logs", "rempart.errors", "rempart.collectors.text"]
    assert all("on_host" not in one for one in sent.below("collectors.read_logs", ("on_host",)))


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {"column": 3},
        {"column": "x", "identifier": "nir", "encoding": "clear", "sampled": 1 << 70,
         "candidates": "1", "valid": 1},
    ],
)  # fmt: skip
def test_what_is_no_such_thing_is_refused(value: Any) -> None:
    with pytest.raises(Truncated):
        sent.told(value, IdentifierCount)


def test_what_comes_back_is_made_harmless() -> None:
    value = {"column": "\x1b[31m185057800608491", "identifier": "nir", "encoding": "clear",
             "sampled": 1, "candidates": 1, "valid": 1}  # fmt: skip
    assert sent.told(json.loads(json.dumps(value)), IdentifierCount).column == "[15 digits]"
