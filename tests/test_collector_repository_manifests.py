from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from rempart.check import Gap, Observation
from rempart.collectors import repository
from rempart.collectors.repository import kubernetes
from rempart.collectors.repository.manifests import Surroundings
from rempart.errors import Reason
from rempart.observations.exposure import LiteralSecret, Workload
from rempart.observations.volumes import Volume
from rempart.transport.access import Access

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostPID: true, containers: []}\n"
STACK = "Resources:\n  V:\n    Type: AWS::EC2::Volume\n    Properties: {Encrypted: false}\n"


def seen(path: Path) -> list[Observation | Gap]:
    subject = SimpleNamespace(id="infra", kind="repository", path=path)
    wanted = frozenset(repository.BRINGS)
    return list(repository.collect(subject, Access.offline(subject), wanted))


def told(found: list[Observation | Gap], type_: type[Observation]) -> list[str]:
    return [one.key for one in found if isinstance(one, type_)]


def reasons(found: list[Observation | Gap]) -> set[tuple[str, Reason]]:
    return {(one.key, one.reason) for one in found if isinstance(one, Gap)}


def bomb(head: str) -> str:
    lines = [head, "a: &a [x, x]"]
    for name, before in zip("bcdefghi", "abcdefgh", strict=True):
        lines.append(f"{name}: &{name} [" + ", ".join([f"*{before}"] * 9) + "]")
    return "\n".join(lines)


HOSTILE = {
    "bomb": (bomb("apiVersion: v1\nkind: Pod"), Reason.LIMIT),
    "bomb of a template": (bomb("AWSTemplateFormatVersion: x"), Reason.LIMIT),
    "brackets": ("apiVersion: v1\nspec: " + "[" * 100_000, Reason.TRUNCATED),
    "deep": ("apiVersion: v1\nspec: " + "[" * 3000 + "]" * 3000, Reason.TRUNCATED),
    "key twice": (POD + "kind: Pod\n", Reason.LIMIT),
    "merge conflict": (f"<<<<<<< HEAD\n{POD}=======\n{POD}>>>>>>> other\n", Reason.TRUNCATED),
    "unclosed": ("apiVersion: v1\nkind: Pod\nspec: {containers: [\n", Reason.TRUNCATED),
    "list as key": ("apiVersion: v1\n? [a, b]\n: c\n", Reason.LIMIT),
}


@pytest.mark.parametrize(("text", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_costs_only_itself(tmp_path: Path, text: str, reason: Reason) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    (tmp_path / "good.yaml").write_text(POD)
    (tmp_path / "stack.template").write_text(STACK)
    found = seen(tmp_path)
    assert told(found, Workload) == ["Pod/a"]
    assert told(found, Volume) == ["V"]
    assert ("bad.yaml", reason) in reasons(found)


def test_a_broken_document_of_a_stream_leaves_the_others(tmp_path: Path) -> None:
    other = POD.replace("{name: a}", "{name: b}")
    (tmp_path / "a.yaml").write_text(f"{POD}---\nspec: [\n---\n{other}")
    found = seen(tmp_path)
    lines = {one.key: one.line for one in found if isinstance(one, Workload)}
    assert lines == {"Pod/a": 4, "Pod/b": 11}
    assert ("a.yaml", Reason.TRUNCATED) in reasons(found)


def test_other_encodings_and_line_ends_are_read(tmp_path: Path) -> None:
    (tmp_path / "bom.yaml").write_bytes(b"\xef\xbb\xbf" + POD.encode())
    (tmp_path / "dos.yaml").write_bytes(POD.replace("\n", "\r\n").replace("a}", "b}", 1).encode())
    (tmp_path / "latin.yaml").write_bytes(POD.encode() + b"# \xe9t\xe9\n")
    found = seen(tmp_path)
    assert sorted(told(found, Workload)) == ["Pod/a", "Pod/b"]
    assert ("latin.yaml", Reason.TRUNCATED) in reasons(found)


def test_tags_of_their_own_are_no_error(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(POD + "extra: !custom {a: 1}\n---\nx: !other 3\n")
    assert told(seen(tmp_path), Workload) == ["Pod/a"]


def test_a_long_manifest_is_a_limit(tmp_path: Path) -> None:
    (tmp_path / "long.yaml").write_text(POD + "# " + "x" * 3_000_000)
    assert ("long.yaml", Reason.LIMIT) in reasons(seen(tmp_path))


def test_names_that_look_like_annotations_stay_text(tmp_path: Path) -> None:
    text = POD.replace("{name: a}", '{name: "::error ::x\\n\\e[31mred"}')
    (tmp_path / "a.yaml").write_text(text)
    (key,) = told(seen(tmp_path), Workload)
    assert key == "Pod/::error ::x red"


def test_files_that_are_something_else_are_no_error(tmp_path: Path) -> None:
    (tmp_path / "lock.json").write_text('{"a": "' + "x" * 3_000_000 + '"}')
    (tmp_path / "package.json").write_text('{"a": 1, "a": 2}')
    (tmp_path / "ci.yml").write_text("a: [\n")
    (tmp_path / "chart.yaml").write_text("{{ if }}\napiVersion: v1\n{{ end }}\n")
    assert reasons(seen(tmp_path)) == set()


def test_templates_and_manifests_are_read_through_the_worker(tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: a\n")
    (tmp_path / "values.yaml").write_text("db: {password: Tr0ub4dor-and-3}\n")
    (tmp_path / "stack.json").write_text(
        '{"Resources": {"U": {"Type": "AWS::IAM::User", "Properties":\n'
        '\t{"LoginProfile": {"Password": "Tr0ub4dor-and-3"}}}}}'
    )
    found = seen(tmp_path)
    literal = [one for one in found if isinstance(one, LiteralSecret) and one.literal is True]
    assert {(one.source, one.attribute) for one in literal} == {
        ("values.yaml", "db.password"),
        ("stack.json", "Password"),
    }
    assert len({one.digest for one in literal}) == 1
    assert "Tr0ub4dor" not in repr(found)


def test_an_error_of_a_reader_costs_only_its_manifest(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_manifest: object) -> Iterator[Observation]:
        raise KeyError("spec")
        yield

    monkeypatch.setitem(kubernetes.READERS, ("Widget", "broken.example"), broken)
    widget = b"apiVersion: broken.example/v1\nkind: Widget\nmetadata: {name: w}\n"
    around = Surroundings(("a.yaml", "b.yaml", "c.yaml"))
    contents = {"a.yaml": widget, "b.yaml": POD.encode(), "c.yaml": STACK.encode()}
    files = {path: around.read(path, content) for path, content in contents.items()}
    failed: list[tuple[str, str]] = []
    found = list(
        around.declared(files, lambda path, error: failed.append((path, type(error).__name__)))
    )
    assert failed == [("a.yaml", "KeyError")]
    assert told(found, Workload) == ["Pod/a"]
    assert told(found, Volume) == ["V"]
