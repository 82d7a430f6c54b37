"""Layers of content: what is found, what may replace what, whose Python runs."""

from pathlib import Path

import pytest

from rempart.catalogue import Layer, built_in, collectors, contents, derivations, entries, layers
from rempart.errors import ContentError, ContentErrors

CARD = """\
impact: minor
exploitability: easy
since: "0.1"
controls: [exp.ssh]
en: {title: t, rationale: r, remediation: m}
fr: {title: t, rationale: r, remediation: m}
de: {title: t, rationale: r, remediation: m}
"""
CODE = """\
from rempart.check import Result, verdict
from rempart.observations.volumes import Volume


def check(volume: Volume) -> Result:
    return verdict(volume.encrypted, volume.cipher, volume)
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def layer(folder: Path, name: str = "core", card: str = CARD, code: str | None = CODE) -> Layer:
    place = folder / name / "checks" / "storage" / "thing"
    place.mkdir(parents=True)
    (place / "check.yaml").write_text(card)
    if code is not None:
        (place / "check.py").write_text(code)
    return Layer(name, folder / name)


def test_a_folder_is_a_check_and_its_path_is_its_id(tmp_path: Path) -> None:
    found = entries([layer(tmp_path)])
    assert list(found) == ["storage.thing"]
    assert [need.name for need in found["storage.thing"].check.signature.needs] == ["volume"]


def test_a_later_layer_replaces_only_when_it_says_so(tmp_path: Path) -> None:
    core, plugin = layer(tmp_path), layer(tmp_path, "plugin")
    with pytest.raises(ContentErrors, match="already defined by layer core"):
        entries([core, plugin])


def test_a_later_layer_that_says_so_replaces(tmp_path: Path) -> None:
    core = layer(tmp_path)
    plugin = layer(tmp_path, "plugin", CARD + "replaces: true\n")
    assert entries([core, plugin])["storage.thing"].layer.name == "plugin"


def test_python_of_a_workspace_is_not_run_untrusted(tmp_path: Path) -> None:
    made = layer(tmp_path, code="raise SystemExit('ran')\n")
    entry = entries([Layer("workspace", made.folder, code=False)])["storage.thing"]
    with pytest.raises(ContentError, match="--trust-content"):
        _ = entry.check


def test_a_workspace_may_bring_checks_without_python(tmp_path: Path) -> None:
    card = CARD + "expect: {Volume: {encrypted: true}}\n"
    made = layer(tmp_path, card=card, code=None)
    entry = entries([Layer("workspace", made.folder, code=False)])["storage.thing"]
    assert entry.check.signature.needs[0].type.__name__ == "Volume"


def test_everything_wrong_in_a_card_is_said_with_its_line(tmp_path: Path) -> None:
    wrong = CARD.replace("impact: minor", "impact: hihg").replace("since:", "sinse:")
    with pytest.raises(ContentErrors) as caught:
        entries([layer(tmp_path, card=wrong)])
    text = str(caught.value)
    assert "check.yaml:1: impact" in text
    assert "since" in text


@pytest.mark.parametrize("code", ["import nothing_of_the_kind\n", "check = 3\n"])
def test_code_that_is_none_is_said_with_its_file(tmp_path: Path, code: str) -> None:
    entry = entries([layer(tmp_path, code=code)])["storage.thing"]
    with pytest.raises(ContentError, match=r"check\.py"):
        _ = entry.check


def test_a_changed_card_is_read_again(tmp_path: Path) -> None:
    made = layer(tmp_path)
    assert entries([made])["storage.thing"].card.revision == 1
    (made.folder / "checks/storage/thing/check.yaml").write_text(CARD + "revision: 2\n")
    assert entries([made])["storage.thing"].card.revision == 2


def test_a_broken_cache_is_no_error(tmp_path: Path) -> None:
    made = layer(tmp_path)
    entries([made])
    (shelf,) = (tmp_path / "cache" / "rempart").glob("cards-*.msgpack")
    shelf.write_bytes(b"\xc1garbage")
    assert list(entries([made])) == ["storage.thing"]


def test_digest_follows_code_and_card(tmp_path: Path) -> None:
    one = entries([layer(tmp_path, "a")])["storage.thing"].digest
    two = entries([layer(tmp_path, "b", code=CODE + "# changed\n")])["storage.thing"].digest
    assert one != two


def test_a_workspace_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="expected a folder"):
        layers(tmp_path / "nowhere")


def test_the_strongest_layer_gives_the_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name / "audits").mkdir(parents=True)
        (tmp_path / name / "audits" / "payer.yaml").write_text(name)
    found = contents("audits", "*.yaml", [Layer("a", tmp_path / "a"), Layer("b", tmp_path / "b")])
    assert found["payer.yaml"].read_text() == "b"


def test_every_built_in_check_has_a_collector_or_a_derivation() -> None:
    brought = {kind for one in collectors() for kind in one.brings}
    brought |= {kind for one in derivations() for kind in one.brings}
    for entry in entries([Layer("rempart", built_in())]).values():
        needs = {need.type for need in entry.check.signature.needs}
        assert needs <= brought, f"{entry.id} needs {needs - brought}"


def test_every_probe_says_what_it_sends_and_serves_what_it_brings() -> None:
    for collector in collectors():
        served = {kind for probe in collector.probes for kind in probe.brings}
        assert set(collector.brings) <= served, collector.name
        assert all(len(probe.sends) > 15 for probe in collector.probes), collector.name
