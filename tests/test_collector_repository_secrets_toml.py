from pathlib import Path

import pytest

from rempart.collectors.repository.secrets.patterns import Unusable, compiled, hoisted
from rempart.collectors.repository.secrets.rules import from_file, own, rules
from rempart.collectors.repository.secrets.search import Search
from rempart.errors import ContentErrors
from tests.made_up import made

GOOD = r"""
title = "rules of a payer"

[extend]
useDefault = true
disabledRules = ["jwt"]

[allowlist]
description = "everywhere"
paths = ['''(^|/)vendor/''']

[[rules]]
id = "payer-key"
description = "Key of the payer's own service"
regex = '''(?i)payer[_-]?key["']?\s*[=:]\s*["']?(pk_[a-z0-9]{20})'''
keywords = ["payer"]
entropy = 3
tags = ["key"]

  [[rules.allowlists]]
  regexTarget = "line"
  regexes = ['''not-a-key''']
  stopwords = ["pk_test"]

[[rules]]
id = "key-store"
description = "A store of keys"
path = '''\.jks$'''

[[rules]]
id = "no-keyword"
regex = '''zz[0-9]{6}(?i)end'''
secretGroup = 0
"""


def read(folder: Path, text: str) -> list[str]:
    file = folder / "rules.toml"
    file.write_text(text)
    with pytest.raises(ContentErrors) as caught:
        from_file(file)
    return [str(error).removeprefix(f"{file}:") for error in caught.value.errors]


@pytest.fixture
def good(tmp_path: Path) -> Path:
    file = tmp_path / "rules.toml"
    file.write_text(GOOD)
    return file


def found(search: Search, path: str, text: str) -> set[str]:
    return {one.rule for one in search.secrets(path, text.encode())}


def test_rules_in_the_schema_of_gitleaks_join_our_own(good: Path) -> None:
    ids = [rule.id for rule in rules(str(good))]
    assert ids[-3:] == ["payer-key", "key-store", "no-keyword"]
    assert "jwt" not in ids
    assert len(ids) == len(own()) - 1 + 3


@pytest.mark.parametrize("linear", [None, False])
def test_a_rule_of_a_payer_finds_its_secret(good: Path, linear: bool | None) -> None:
    search = Search(rules(str(good)), linear_time=linear)
    key = made("pk_<l:20>")
    assert "payer-key" in found(search, "a.txt", f"PAYER_KEY = {key}")
    assert "payer-key" not in found(search, "a.txt", f"PAYER_KEY = {key} # not-a-key")
    assert "payer-key" not in found(search, "vendor/a.txt", f"PAYER_KEY = {key}")
    assert "payer-key" not in found(search, "a.txt", "PAYER_KEY = pk_aaaaaaaaaaaaaaaaaaaa")
    assert "payer-key" not in found(search, "a.txt", f"OTHER_KEY = {key}")
    assert found(search, "conf/store.jks", "text of a store") == {"key-store"}
    assert found(search, "a.txt", "zz123456END") == {"no-keyword"}


def test_stop_words_excuse_a_secret(good: Path) -> None:
    text = GOOD.replace("pk_test", made("pk_<l:20>")[3:9])
    good.write_text(text)
    search = Search(rules(str(good)))
    assert "payer-key" not in found(search, "a.txt", f"PAYER_KEY = {made('pk_<l:20>')}")


def test_all_conditions_of_an_exception_may_be_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(
        "[[rules]]\nid = 'r'\nregex = 'k_[0-9]{4}'\n[[rules.allowlists]]\ncondition = 'AND'\n"
        "paths = ['^a']\nregexes = ['9$']\n"
    )
    search = Search(rules(str(file)))
    assert "r" not in found(search, "a.txt", "k_1239")
    assert "r" in found(search, "a.txt", "k_1234")
    assert "r" in found(search, "b.txt", "k_1239")


def test_a_pattern_that_no_engine_takes_is_told_with_its_line(tmp_path: Path) -> None:
    (error,) = read(tmp_path, "[[rules]]\nid = 'a'\n\nregex = '(?<!x'\n")
    assert error.startswith("4: a: expected a pattern without what ")


def test_re2_refuses_what_takes_exponential_time(tmp_path: Path) -> None:
    pytest.importorskip("re2")
    (error,) = read(tmp_path, "[[rules]]\nid = 'a'\nregex = '(a)(?=b)'\n")
    assert error.startswith("3: a: expected a pattern without what RE2 refuses")


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    errors = read(
        tmp_path,
        "[[rules]]\nid = 'a b'\nregex = 'x'\n"
        "[[rules]]\nid = 'b'\nregexp = 'x'\npath = 'y'\n"
        "[[rules]]\nid = 'c'\n"
        "[[rules]]\nid = 'd'\nregex = 'x'\nsecretGroup = 2\n",
    )
    assert [error.partition(": ")[0] for error in errors] == ["2", "6", "9", "11"]
    assert "expected an id of letters" in errors[0]
    assert "found regexp" in errors[1]
    assert "c: expected a regex or a path" in errors[2]
    assert "found 2 with 0 in the regex" in errors[3]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[rules]\n", "1: expected TOML"),
        ("rules = 3\n", "1: expected [[rules]], found something else"),
        ("[extend]\npath = 'other.toml'\n", "2: expected rules in this file"),
        ("x = " + "[" * 5000, "1: expected TOML"),
    ],
)
def test_what_is_no_file_of_rules_is_told(tmp_path: Path, text: str, message: str) -> None:
    assert read(tmp_path, text)[0].startswith(message)


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ContentErrors, match="expected UTF-8"):
        from_file(tmp_path / "r.toml")


@pytest.mark.parametrize(
    ("pattern", "text", "whole"),
    [
        ("a(?i)b|c", "aB", True),
        ("a(?i)b|c", "AB", False),
        ("a(?i)b|c", "C", True),
        ("(x(?i)y|z)w", "Zw", True),
        ("(x(?i)y|z)w", "zW", False),
        ("[(?i)]+", "(i)", True),
        ("[]a]+", "a]", True),
        (r"\((?i)q\)", "(Q)", True),
        ("[[:alpha:]]+[[:digit:]]", "ab1", True),
        (r"ab\z", "ab", True),
    ],
)
@pytest.mark.parametrize("linear", [True, False])
def test_both_engines_read_a_pattern_alike(
    pattern: str, text: str, whole: bool, linear: bool
) -> None:
    if linear:
        pytest.importorskip("re2")
    match = compiled(f"(?:{pattern})", linear).search(text.encode())
    assert (match is not None and match[0] == text.encode()) is whole


def test_python_names_what_it_cannot_take() -> None:
    with pytest.raises(Unusable, match="Python's re refuses"):
        compiled("(", False)
    assert hoisted("(?i)a") == "(?i:a)"
