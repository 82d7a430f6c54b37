import os
from pathlib import Path

import pytest

from rempart.collectors.leaving import COPIED, EXCLUDED, IGNORED, fits, leaving
from rempart.collectors.tree import (
    DEPTH,
    LINK,
    NO_FILE,
    Found,
    Left,
    Passed,
    content,
    opened,
    regular_files,
)
from rempart.errors import Limited, Reason, Unreachable


def names(root: Path, files: int = 100) -> list[str]:
    return [item.path for item in regular_files(root, files=files) if isinstance(item, Found)]


def test_files_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    for path in ("b", "a/z", "a/b/c", "c"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    assert sorted(names(tmp_path)) == ["a/b/c", "a/z", "b", "c"]
    assert names(tmp_path) == names(tmp_path)


def test_too_many_files_and_too_deep_folders_are_said(tmp_path: Path) -> None:
    for number in range(8):
        (tmp_path / str(number)).touch()
    last = list(regular_files(tmp_path, files=5))[-1]
    assert isinstance(last, Passed)
    assert last.reason is Reason.LIMIT
    deep = tmp_path / "/".join("d" * (DEPTH + 2)) / "file"
    deep.parent.mkdir(parents=True)
    deep.touch()
    found = list(regular_files(tmp_path / "d"))
    assert [type(item) for item in found] == [Passed]


def test_a_root_that_is_a_link_is_what_a_person_named(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert names(tmp_path / "link") == ["a"]
    assert content(tmp_path / "link", b"a", 10) == b"x"


@pytest.mark.parametrize("path", [b"link/secret", b"in/file", b"pipe", b"absent"])
def test_no_step_below_the_root_follows_a_link_or_waits(tmp_path: Path, path: bytes) -> None:
    root = tmp_path / "root"
    (root / "in").mkdir(parents=True)
    (tmp_path / "secret").write_text("x")
    (root / "link").symlink_to(tmp_path)
    (root / "in" / "file").symlink_to(tmp_path / "secret")
    os.mkfifo(root / "pipe")
    with pytest.raises(Unreachable):
        opened(root, path)


def test_a_file_over_the_cap_is_not_half_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert content(tmp_path, b"a", 5) == b"12345"
    with pytest.raises(Limited):
        content(tmp_path, b"a", 4)


def test_shown_names_hide_numbers_of_people(tmp_path: Path) -> None:
    (tmp_path / "185057800608491.pdf").touch()
    assert names(tmp_path) == ["[15 digits].pdf"]


def test_what_is_left_out_is_named_with_its_reason(tmp_path: Path) -> None:
    for path in (".terraform/m/a.tf", ".git/config", "a.tf", "gen/x.tf", "deep/old/b.tf", "new.tf"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    (tmp_path / "linked.tf").symlink_to(tmp_path / "a.tf")
    os.mkfifo(tmp_path / "pipe")
    leave = leaving(exclude=("deep/**", "gen/"), ignored=("new.tf",))
    found = list(regular_files(tmp_path, leave=leave))
    assert [item.path for item in found if isinstance(item, Found)] == ["a.tf"]
    assert {item.path: item.why for item in found if isinstance(item, Left)} == {
        ".terraform": COPIED,
        "gen": EXCLUDED,
        "deep": EXCLUDED,
        "new.tf": IGNORED,
        "linked.tf": LINK,
        "pipe": NO_FILE,
    }


@pytest.mark.parametrize(
    ("pattern", "path", "fitting"),
    [
        ("examples", "a/examples/b.tf", True),
        ("/examples", "a/examples/b.tf", False),
        ("examples/**", "examples/a/b.tf", True),
        ("a/*.tf", "a/b/c.tf", False),
        ("a/**/c.tf", "a/c.tf", True),
        ("**/c.tf", "c.tf", True),
        ("*.tf", "a/b.tf", True),
        ("a?.tf", "ab.tf", True),
        ("a?.tf", "a/.tf", False),
        ("[a].tf", "a.tf", False),
    ],
)
def test_patterns_of_what_is_left_out(pattern: str, path: str, *, fitting: bool) -> None:
    chosen = fits((pattern,))
    assert chosen is not None
    assert chosen(path) is fitting
