"""The one door for YAML and JSON, against honest mistakes and hostile input."""

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart import documents
from rempart.documents import Limits
from rempart.errors import ContentErrors

DEFAULT = Limits()


class Host(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    port: int = 22
    kind: Literal["linux", "bastion"] = "linux"


class Fleet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    hosts: tuple[Host, ...] = ()
    best: Host | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Threshold:
    bits: int


def refused(text: str | bytes, file: str = "f.yaml", limits: Limits = DEFAULT) -> str:
    with pytest.raises(ContentErrors) as caught:
        documents.every(text, file, limits=limits)
    return str(caught.value)


@pytest.mark.parametrize("word", ["no", "yes", "on", "off", "True", "NO", "1:30", "010", "0x1f"])
def test_keeps_words_that_other_readers_turn_into_something_else(word: str) -> None:
    assert documents.parse(f"permit: {word}").value == {"permit": word}


@pytest.mark.parametrize(
    "word", ["2026-01-01", "1_0", "12e3", ".inf", "+5", "0o17", "1." + "0" * 99]
)
def test_keeps_dates_and_odd_numbers_as_text(word: str) -> None:
    assert documents.parse(f"value: {word}").value == {"value": word}


def test_reads_true_false_nothing_and_decimal_numbers() -> None:
    text = "[true, false, ~, null, , 0, -12, 1.5, -2.5e+3, '1', \"true\"]".replace(", ,", ",")
    wanted = [True, False, None, None, 0, -12, 1.5, -2500.0, "1", "true"]
    assert documents.parse(text).value == wanted


def test_keeps_numbers_too_long_for_a_machine_word_as_text() -> None:
    assert documents.parse("nir: " + "1" * 5000).value == {"nir": "1" * 5000}


def test_refuses_an_alias_bomb_at_its_first_anchor() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{after}: &{after} [*{before}, *{before}]\n" for before, after in pairwise("abcdef")
    )
    assert refused(bomb) == "f.yaml:1: expected no anchor, found &a"


def test_refuses_an_alias_with_its_line() -> None:
    assert refused("x: 1\ny: *x\n").startswith("f.yaml:2: expected no alias, found *x")


def test_refuses_a_merge_key_bomb() -> None:
    assert "f.yaml:2: expected no merge key" in refused("a:\n  <<: {b: 1}\n")
    assert documents.parse('a: {"<<": 1}').value == {"a": {"<<": 1}}


SHARED = Limits(nodes=1_000, depth=20, aliases=True)


def test_follows_anchors_and_merge_keys_where_they_are_let_in() -> None:
    text = (
        "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {<<: [{x: 9}, *a]}\nd: [*a]\ne: &e z\n*e : 1\n"
    )
    found = documents.parse(text, "f.yaml", limits=SHARED)
    merged = {"b": {"x": 1, "y": 3}, "c": {"x": 9, "y": 2}, "d": [{"x": 1, "y": 2}]}
    assert found.value == {"a": {"x": 1, "y": 2}, **merged, "e": "z", "z": 1}
    assert [found.line_of(("b", key)) for key in "xy"] == [1, 2]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: &a [*a]\n", "1: expected an alias of something above, found *a"),
        ("a: &a {b: {<<: *a}}\n", "1: expected an alias of something above, found *a"),
        ("a: *b\n", "1: expected an alias of something above, found *b"),
        ("a: {<<: 1}\n", "1: expected mappings at a merge key, found something else"),
        ("a: &a [1]\nb: {*a : 1}\n", "2: expected a word as key, found a list or mapping"),
    ],
)
def test_refuses_aliases_that_stand_for_nothing_usable(text: str, words: str) -> None:
    with pytest.raises(ContentErrors) as caught:
        documents.parse(text, "f.yaml", limits=SHARED)
    assert str(caught.value.errors[0]) == f"f.yaml:{words}"


@pytest.mark.parametrize(
    ("first", "next_", "words"),
    [
        ("a: &a [x, x]\n", "{1}: &{1} [*{0}, *{0}]\n", "1000 keys and values"),
        ("a: &a {x: 1}\n", "{1}: &{1}\n  <<: [*{0}, *{0}]\n  k{1}: 1\n", "1000 keys and values"),
        ("a: &a [x]\n", "{1}: &{1} [*{0}]\n", "20 levels"),
    ],
)
def test_counts_what_an_alias_stands_for_each_time(first: str, next_: str, words: str) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    bomb = first + "".join(next_.format(*pair) for pair in pairwise(letters))
    with pytest.raises(ContentErrors, match=f"expected at most {words}"):
        documents.parse(bomb, "f.yaml", limits=SHARED)


@pytest.mark.parametrize("bracket", ["[", "{", "- ", "? "])
def test_survives_a_million_brackets(bracket: str) -> None:
    assert "f.yaml:1: expected" in refused(bracket * 1_000_000)


def test_stops_at_the_depth_and_the_number_of_nodes() -> None:
    assert "at most 3 levels" in refused("[[[[1]]]]", limits=Limits(depth=3))
    assert "f.yaml:2: expected at most 4 keys" in refused("[1, 2,\n 3, 4]", limits=Limits(nodes=4))
    assert "at most 4 bytes" in refused("12345", limits=Limits(size=4))


def test_refuses_each_duplicate_key_with_both_lines() -> None:
    assert refused("a: 1\nb: 1\na: 2\nb: 2\n") == (
        'f.yaml:3: expected each key once, found "a" again (line 1)\n'
        'f.yaml:4: expected each key once, found "b" again (line 2)'
    )


def test_refuses_tags_unless_they_are_asked_for() -> None:
    assert "found tag:yaml.org,2002:python/object" in refused("!!python/object:os.system x")
    assert "found !vault" in refused("a: !vault x")
    assert documents.parse("a: !vault x", tagged=True).value == {"a": {"!vault": "x"}}
    assert "expected no tag" in str(refused("a: !!timestamp 2026-01-01"))
    assert documents.parse("a: !!str 12").value == {"a": "12"}


def test_takes_no_list_as_key() -> None:
    assert "f.yaml:1: expected a word as key" in refused("? [a]\n: b")


def test_reads_json_with_tabs_and_surrogate_pairs() -> None:
    text = '{"a":1,\t"b":["\\ud83d\\ude00\\/", "\\\\ud83d\\\\ude00", 1.5e3, null, true]}'
    wanted = {"a": 1, "b": ["😀/", "\\ud83d\\ude00", 1500.0, None, True]}
    assert documents.parse(text, "x.json").value == wanted


def test_reads_every_document_of_a_stream_with_its_lines() -> None:
    first, second = documents.every("---\na: 1\n---\nb:\n- x\n- y: 2\n", "k.yaml")
    assert first.value == {"a": 1}
    assert second.line_of(("b", 1, "y")) == 6
    with pytest.raises(ContentErrors, match=r"f\.yaml:3: expected one document"):
        documents.parse("a: 1\n---\nb: 1\n", "f.yaml")


def test_knows_the_line_of_any_path_and_of_the_nearest_thing() -> None:
    document = documents.parse("a:\n  b:\n    - x\n    -  {c: 1,\n        d: 2}\n")
    assert document.line_of(("a", "b", 1, "d")) == 5
    assert document.line_of(("a", "b", 0)) == 3
    assert document.line_of(("a", "b", 7)) == 2
    assert document.line_of(()) == 1


def test_says_all_that_is_wrong_at_once(tmp_path: Path) -> None:
    file = tmp_path / "fleet.yaml"
    file.write_text(
        "hosts:\n - {idd: x}\n - {id: 1,\n    port: x, kind: bastoin}\n - 5\nhots: 1\n"
        "best: {id: [1]}\nsince: 2026-13-01\n"
    )
    with pytest.raises(ContentErrors) as caught:
        documents.load(file, Fleet)
    assert [str(error).removeprefix(f"{file}:") for error in caught.value.errors] == [
        '2: hosts[0].idd: expected a known key, found "idd", did you mean "id"?',
        '2: hosts[0]: expected the key "id", found none',
        "3: hosts[1].id: expected text, found 1",
        '4: hosts[1].port: expected a whole number, found "x"',
        "4: hosts[1].kind: expected one of linux, bastion, "
        'found "bastoin", did you mean "bastion"?',
        "5: hosts[2]: expected a mapping, found 5",
        '6: hots: expected a known key, found "hots", did you mean "hosts"?',
        "7: best.id: expected text, found a list",
        '8: since: expected a date such as 2026-11-02, found "2026-13-01"',
    ]


def test_is_strict_about_the_keys_of_dataclasses_too() -> None:
    document = documents.parse("cnil: [{bits: 80, bit: 1}]", "y.yaml")
    with pytest.raises(ContentErrors, match=r"y\.yaml:1: cnil\[0\]\.bit: expected a known key"):
        documents.decode(document, dict[str, tuple[Threshold, ...]])


def test_decodes_a_part_and_names_the_whole_path() -> None:
    document = documents.parse("a:\n  - {id: x}\n  - {id: 5}\n", "f.yaml")
    assert documents.decode(document, Host, at=("a", 0)) == Host("x")
    with pytest.raises(ContentErrors, match=r"f\.yaml:3: a\[1\]\.id: expected text, found 5"):
        documents.decode(document, Host, at=("a", 1))


def test_the_message_of_a_hook_is_the_error_and_nothing_is_echoed() -> None:
    def hook(_: type, value: object) -> Path:
        raise ValueError("expected file:, found a literal secret")

    with pytest.raises(ContentErrors) as caught:
        documents.decode(documents.parse("{p: hunter2}", "f.yaml"), dict[str, Path], hook=hook)
    assert str(caught.value) == "f.yaml:1: p: expected file:, found a literal secret"


def test_text_that_looks_like_a_template_stays_text() -> None:
    assert documents.parse("hosts: [{id: '{{7*7}}'}]").value["hosts"][0]["id"] == "{{7*7}}"
    assert "expected a word as key" in refused("id: {{7*7}}")


def test_shows_no_control_character_of_the_input() -> None:
    with pytest.raises(ContentErrors) as caught:
        documents.decode(documents.parse('{best: {id: x, port: "\\e[31m"}}'), Fleet)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("kind", ["fifo", "link", "folder", "device", "missing", "loop"])
def test_opens_regular_files_only(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to("/dev/zero")
    elif kind == "loop":
        path.symlink_to(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "device":
        path = Path("/dev/zero")
    said = {"fifo": "a pipe", "folder": "a folder", "device": "a device", "missing": "No such file"}
    with pytest.raises(ContentErrors, match=said.get(kind, "a symbolic link")):
        documents.read(path)


def test_reads_no_more_of_a_file_than_the_cap(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("a: 1234567890")
    with pytest.raises(ContentErrors, match="at most 8 bytes"):
        documents.read(path, limits=Limits(size=8))


yamlish = st.text(alphabet="ab01{}[]:,-?&*!|>'\"%#@` \n\t~<.\\u\0é\ud83d", max_size=60)


@given(st.one_of(st.text(max_size=80), yamlish, st.binary(max_size=80)))
def test_answers_any_input_with_a_value_or_a_content_error(text: str | bytes) -> None:
    for file in ("f.yaml", "f.json"):
        with suppress(ContentErrors):
            for document in documents.every(text, file, tagged=True):
                assert document.line_of(("a", 0, "b")) >= 1
                assert isinstance(documents.decode(document, Fleet), Fleet)
