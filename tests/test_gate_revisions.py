"""Revisions are read from objects, whatever the repository's own configuration asks for."""

from pathlib import Path

import pytest

from rempart.errors import UsageError
from rempart.gate import revisions
from rempart.gate.revisions import Checkout
from tests.checkouts import committed, git, write


def around(folder: Path) -> Checkout:
    found = Checkout.around(folder)
    assert found is not None
    return found


def test_a_revision_is_written_out_as_it_was(tmp_path: Path) -> None:
    top = committed(tmp_path / "r", {"infra/main.tf": "one\r\n", "infra/b/c.tf": "c", "x": "x"})
    write(top, {"infra/main.tf": "two"})
    revision = around(top / "infra").revision("HEAD")
    (tmp_path / "out").mkdir()
    revision.write_out(tmp_path / "out")
    assert (tmp_path / "out/main.tf").read_bytes() == b"one\r\n"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["b", "main.tf"]
    assert revision.content("b/c.tf") == b"c"
    assert revision.content("x") is None
    assert (tmp_path / "out/main.tf").stat().st_mode & 0o077 == 0


def test_links_and_submodules_are_not_written(tmp_path: Path) -> None:
    top = committed(tmp_path / "r", {"a": "a"})
    (top / "link").symlink_to("/etc/passwd")
    git(top, "add", "-A")
    git(top, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")
    git(top, "commit", "-qm", "links")
    assert [entry.path for entry in around(top).revision("HEAD").files()] == [b"a"]


def test_a_folder_that_was_not_there_is_empty(tmp_path: Path) -> None:
    top = committed(tmp_path / "r", {"a": "a"})
    (top / "new").mkdir()
    assert around(top / "new").revision("HEAD").files() == ()


def test_a_long_file_keeps_its_length_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revisions, "WHOLE", 10)
    monkeypatch.setattr(revisions, "BATCH", 12)
    top = committed(tmp_path / "r", {"long": "y" * 50, "short": "z" * 9, "other": "o" * 8})
    (tmp_path / "out").mkdir()
    around(top).revision("HEAD").write_out(tmp_path / "out")
    assert (tmp_path / "out/long").read_bytes() == b"\0" * 50
    assert (tmp_path / "out/short").read_text() == "z" * 9
    assert (tmp_path / "out/other").read_text() == "o" * 8


@pytest.mark.parametrize("name", ["origin/nowhere", "--help", "", "HEAD:a", "--output=x"])
def test_an_unknown_revision_is_said(name: str, tmp_path: Path) -> None:
    top = committed(tmp_path / "r", {"a": "a"})
    with pytest.raises(UsageError, match="expected a revision"):
        around(top).revision(name)


def test_a_replacement_does_not_stand_in_for_a_protected_revision(tmp_path: Path) -> None:
    top = committed(tmp_path / "r", {"waivers.yaml": "ours"})
    ours = git(top, "rev-parse", "HEAD").strip()
    committed(top, {"waivers.yaml": "theirs"})
    git(top, "replace", ours, "HEAD")
    assert around(top).revision(ours).content("waivers.yaml") == b"ours"


def test_nothing_that_a_configuration_names_is_run(tmp_path: Path) -> None:
    """Hooks, filters, monitors, converters, helpers and remotes of the repository stay dead."""
    top = committed(tmp_path / "r", {"a.tf": "a", ".gitattributes": "* filter=f diff=f\n"})
    ran = tmp_path / "ran"
    trap = tmp_path / "trap"
    trap.write_text(f'#!/bin/sh\necho "$0 $*" >> {ran}\ncat\n')
    trap.chmod(0o755)
    (tmp_path / "hooks").mkdir()
    for hook in ("post-checkout", "post-index-change", "reference-transaction", "pre-auto-gc"):
        (tmp_path / "hooks" / hook).symlink_to(trap)
    blob = git(top, "rev-parse", "HEAD:a.tf").strip()
    for key, value in {
        "core.fsmonitor": str(trap),
        "core.hooksPath": str(tmp_path / "hooks"),
        "core.sshCommand": str(trap),
        "core.pager": str(trap),
        "core.worktree": "/etc",
        "core.askPass": str(trap),
        "filter.f.smudge": str(trap),
        "filter.f.clean": str(trap),
        "filter.f.process": str(trap),
        "diff.f.textconv": str(trap),
        "diff.f.command": str(trap),
        "diff.external": str(trap),
        "credential.helper": f"!{trap}",
        "alias.ls-tree": f"!{trap}",
        "alias.cat-file": f"!{trap}",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::{trap}",
        "remote.origin.uploadpack": str(trap),
        "protocol.ext.allow": "always",
        "protocol.allow": "always",
    }.items():
        git(top, "config", key, value)
    write(top, {".gitignore": "out/\n", "out/x": "x", "new.tf": "n"})
    here = around(top)
    revision = here.revision("HEAD")
    (tmp_path / "out").mkdir()
    revision.write_out(tmp_path / "out")
    assert (tmp_path / "out/a.tf").read_text() == "a"
    assert here.ignored() == ("out",)
    (top / ".git/objects" / blob[:2] / blob[2:]).unlink()  # a partial clone lacks it
    with pytest.raises(UsageError, match="not in this clone"):
        revision.content("a.tf")
    assert not ran.exists(), ran.read_text()


def test_ignored_paths_are_those_below_the_folder(tmp_path: Path) -> None:
    top = committed(tmp_path / "r", {".gitignore": "*.log\nbuild/\nkept.log\n", "infra/a.tf": "a"})
    write(top, {"infra/x.log": "", "infra/build/y": "", "other/z.log": "", "build/in/b.tf": ""})
    assert sorted(around(top / "infra").ignored()) == ["build", "x.log"]
    assert around(top / "build/in").ignored() == (), "who names an ignored folder means it"
    (top / "infra/x.log").touch()
    git(top, "add", "-f", "infra/x.log")
    assert around(top / "infra").ignored() == ("build",), "what git tracks is never left out"


def test_a_folder_outside_any_checkout_has_none(tmp_path: Path) -> None:
    assert Checkout.around(tmp_path) is None


def test_a_work_tree_beside_its_repository_is_read(tmp_path: Path) -> None:
    top = committed(tmp_path / "r", {"a": "a"})
    git(top, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    assert around(tmp_path / "side").revision("main").content("a") == b"a"


def test_a_folder_dressed_up_as_a_bare_repository_is_not_asked(tmp_path: Path) -> None:
    top = committed(tmp_path / "r", {"a": "a"})
    fake = top / "fake"
    git(tmp_path, "init", "-q", "--bare", str(fake))
    (fake / "config").write_text("[core]\n\tfsmonitor = /bin/false\n\tbare = true\n")
    assert around(fake) == Checkout(top.resolve(), "fake")
    assert (fake / "objects").is_dir()
