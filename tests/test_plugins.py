"""A package of somebody else's, installed beside rempart: its layer is found by its entry point."""

from pathlib import Path

from tests.test_catalogue import CARD, layer
from tests.test_cli import rempart


def installed(folder: Path, card: str = CARD) -> str:
    """A distribution as pip leaves it, and the path Python finds it on."""
    made = layer(folder, "acme_rempart", card)
    (made.folder / "__init__.py").write_text("raise RuntimeError('a layer is not imported')\n")
    about = folder / "acme_rempart-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-rempart\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[rempart.content]\nacme = acme_rempart\n")
    return str(folder)


def test_checks_of_an_installed_package_are_listed_and_run_their_examples(tmp_path: Path) -> None:
    path = installed(tmp_path)
    folder = tmp_path / "acme_rempart/checks/storage/thing"
    (folder / "examples.yaml").write_text(
        "- pass: {volume: {encrypted: true}}\n"
        "- fail: {volume: {encrypted: false}}\n"
        "- notchecked: {volume: {encrypted: {seen: unknown, reason: privilege}}}\n"
    )
    assert "storage.thing" in rempart("checks", "list", PYTHONPATH=path).stdout
    tested = rempart("checks", "test", str(folder), PYTHONPATH=path)
    assert (tested.returncode, tested.stdout) == (0, "3 passed, 0 failed\n")


def test_a_package_that_names_no_module_is_said(tmp_path: Path) -> None:
    path = installed(tmp_path)
    points = tmp_path / "acme_rempart-1.dist-info/entry_points.txt"
    points.write_text("[rempart.content]\nacme = acme_rempard\n")
    done = rempart("checks", "list", PYTHONPATH=path)
    assert done.returncode == 2
    assert done.stderr == "rempart: plugin acme: no package acme_rempard is installed\n"
