"""What a person sees on a terminal of eighty columns, while the demonstration runs and after."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from rempart.card import LANGUAGES
from rempart.cli.demo import FOLDER, NEXT

ROWS, COLUMNS = 50, 80


def on_a_terminal(folder: Path, *arguments: str, **environment: str) -> str:
    """Everything a command writes to a terminal, standard output and error in their order."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    plain = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    process = subprocess.Popen(
        [sys.executable, "-m", "rempart", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env={**plain, "XDG_CACHE_HOME": str(folder), **environment},
    )
    os.close(theirs)
    shown = b""
    while part := _read(ours):
        shown += part
    os.close(ours)
    assert process.wait(30) == 0
    return shown.decode()


def _read(ours: int) -> bytes:
    try:
        return os.read(ours, 65536)
    except OSError:  # Linux says EIO once nobody holds the other side
        return b""


def test_the_demonstration_fits_a_terminal(tmp_path: Path) -> None:
    shown = on_a_terminal(tmp_path, "demo", "--lang", "fr")
    bar, _, summary = shown.rpartition("━")
    assert "wrote" not in bar, "the bar is drawn again below what was said"
    assert "\x1b[" in summary
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", summary)
    assert [line for line in text.splitlines() if len(line) > COLUMNS] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_comes_next_fits_a_terminal(language: str) -> None:
    text = NEXT[language].format(folder=FOLDER, seconds="10.0")
    assert max(map(len, text.splitlines())) <= COLUMNS


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_who_wants_no_colours_gets_none(tmp_path: Path, environment: dict[str, str]) -> None:
    shown = on_a_terminal(tmp_path, "demo", **environment)
    assert re.findall(r"\x1b\[[0-9;]*[1-9][0-9;]*m", shown.rpartition("━")[2]) == []
