"""The sudoers fragment: exact commands, nothing that leads to a shell."""

import re
import shlex
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from rempart.collectors.host.factors import _NAMES
from rempart.collectors.host.hashes import REDUCE_PASSWD, REDUCE_SHADOW
from rempart.collectors.host.homes import _READ
from rempart.collectors.host.luks import DEVICES
from rempart.collectors.host.script import SECTIONS
from rempart.collectors.host.sudoers import commands, fragment
from rempart.errors import UsageError
from tests.lab import need

SHELLS = re.compile(r"\b(bash|dash|zsh|ksh|env|vi|vim|less|more|tar|python|perl|tee|cat|dd)\b")


def test_every_command_is_a_full_path_with_all_its_arguments() -> None:
    for command in commands():
        program, _, arguments = command.partition(" ")
        assert program.startswith("/usr/")
        assert arguments
        assert not SHELLS.search(program)


def test_find_starts_two_programs_by_their_full_paths_and_changes_nothing() -> None:
    looks = [shlex.split(one) for one in commands() if one.startswith("/usr/bin/find ")]

    assert looks
    for words in looks:
        started = [after for word, after in pairwise(words) if word.startswith("-exec")]
        assert set(started) <= {"/bin/stat", "/usr/bin/awk"}
        assert not {"-ok", "-okdir", "-execdir", "-delete", "-fprint", "-fls", "-L"} & set(words)
        assert words.index("-exec") > words.index("-maxdepth")


@pytest.mark.parametrize("program", [_READ, _NAMES])
def test_what_awk_reads_in_homes_starts_nothing_and_writes_nothing(program: str) -> None:
    words = re.sub(r'"(?:\\.|[^"\\])*"', '""', program)
    bare = re.sub(r"/(?:\\.|\[[^\]]*\]|[^/\\])*/", "//", words)
    assert not re.search(r"system|getline|close|ENVIRON|print[^;}]*>", bare)
    assert "|" not in bare.replace("||", "")


def test_no_wildcard_is_left_open() -> None:
    for command in commands():
        bare = re.sub(r"\\.", "", command)  # what is escaped stands for itself
        assert "*" not in bare
        assert "?" not in bare
        assert "!" not in bare


@pytest.mark.parametrize("pattern", DEVICES)
def test_a_device_pattern_fits_one_word_only(pattern: str) -> None:
    outside = re.sub(r"\[[^\]]*\]", "", pattern)

    assert re.fullmatch(r"/dev/[a-z-]*", outside)
    for bracket in re.findall(r"\[([^\]]*)\]", pattern):
        assert re.fullmatch(r"a-z|0-9|hsv", bracket)


def test_every_root_command_of_the_script_is_listed() -> None:
    listed = [re.sub(r"\\(.)", r"\1", command) for command in commands()]
    asked = [
        " ".join(command) for section in SECTIONS if section.root for command in section.commands
    ]

    assert asked
    assert set(asked) <= set(listed)


def test_what_shell_code_runs_as_root_is_listed_too() -> None:
    for section in SECTIONS:
        for program in re.findall(r"\bas_root (\S+)", section.code):
            assert any(one.startswith(f"{program} ") for one in section.sudo), section.name
    assert not any(re.search(r"\bsudo\s", section.code) for section in SECTIONS)


@pytest.mark.parametrize("program", [REDUCE_PASSWD, REDUCE_SHADOW])
def test_the_reducing_program_starts_no_command_and_opens_no_file(program: str) -> None:
    for word in ("system", "getline", "close", "|getline", "ENVIRON", "print >", "printf >"):
        assert word not in program
    assert '"|"' in program  # the only bar is a string: nothing is piped
    assert "|" not in program.replace('"|"', "").replace("||", "")
    assert not re.search(r"print[^}]*>", program)


@pytest.mark.parametrize("name", ["", "root ALL=(ALL) ALL", "a\nb", "Audit", "-x", "a" * 40])
def test_a_name_that_is_no_account_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        fragment(name)


def test_sudo_reads_the_fragment_as_it_is_meant(tmp_path: Path) -> None:
    visudo, convert = need("visudo", "sudo"), need("cvtsudoers", "sudo")
    file = tmp_path / "audit"
    file.write_text(fragment("audit"))

    done = subprocess.run([visudo, "-cf", str(file)], capture_output=True, check=False)

    assert done.returncode == 0, shlex.join(map(str, done.args))
    shown = subprocess.run(
        [convert, "-f", "csv", str(file)], capture_output=True, check=True, text=True
    )
    rules = [line for line in shown.stdout.splitlines() if line.startswith("rule,audit,")]
    assert len(rules) == len(list(commands()))
    assert all(",root," in rule and '"!authenticate"' in rule for rule in rules)
