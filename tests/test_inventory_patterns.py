"""Patterns of a payer's own: by RE2, or by Python where it has no choice to make."""

import builtins
import time
from typing import Any

import pytest

from rempart.inventory.patterns import Pattern, TooFree

BAD = (
    r"(a+)+b", r"(a|a)*b", r"(.*)*x", r"(\w+\s?)*$", r".*foo.*bar", r"(x+x+)+y", r"(a)\1",
    r"([a-z]+)*@", r"\s+(\w+)\s+$", r"(?:ab|a)*(b?)c", r"(?:a?)*b",
)  # fmt: skip
GOOD = (
    (r"[?&]nir=(\d{13,15})", "/a?nir=1850578006084", "1850578006084"),
    (r"user=(\w+)", "x user=martin y", "martin"),
    (r"(?:[^,]*,){3}([^,]*)", "a,b,c,d", "d"),
    (r".*?nir=(\d+)", "nir=12", "12"),
    (r"/(?:api|v\d)/([^/]+)/", "/v1/rights/7", "rights"),
    (r"(?P<u>[^ ]+)@(?P<h>[^ ]+)", "a@b", "a"),
    (r"(?>[a-z]++)(\d)", "abc7", "7"),
    (r"(?:ab|cd)*(e)", "ababcde", "e"),
)


@pytest.fixture
def python_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    found = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "re2":
            raise ImportError(name)
        return found(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)


@pytest.mark.usefixtures("python_alone")
@pytest.mark.parametrize("written", BAD)
def test_python_is_not_given_a_pattern_that_may_take_forever(written: str) -> None:
    with pytest.raises(TooFree, match="rempart\\[discovery\\]"):
        Pattern(written)


@pytest.mark.parametrize("written", BAD)
def test_a_pattern_for_a_host_is_held_to_the_same(written: str) -> None:
    with pytest.raises(TooFree):
        Pattern(written, portable=True)


@pytest.mark.parametrize(("written", "text", "group"), GOOD)
def test_re2_and_python_find_the_same(written: str, text: str, group: str) -> None:
    assert Pattern(written).search(text)[1] == Pattern(written, portable=True).search(text)[1]
    assert Pattern(written).search(text)[1] == group


@pytest.mark.usefixtures("python_alone")
@pytest.mark.parametrize(
    "written", [one for one, _, _ in GOOD] + [r"\d+x", r"[a-z]*a{0,999}b", r"a*aab"]
)
@pytest.mark.parametrize("chars", ["a", "1", ",", "/", "user=", "e"])
def test_no_line_makes_a_pattern_that_is_taken_search_for_long(written: str, chars: str) -> None:
    pattern = Pattern(written)
    begun = time.process_time()
    pattern.search(chars * 60_000)
    pattern.fullmatch(chars * 60_000)
    assert time.process_time() - begun < 1


def test_re2_takes_what_python_could_not() -> None:
    pytest.importorskip("re2")
    begun = time.process_time()
    assert Pattern(r"(a+)+b").search("a" * 60_000) is None
    assert time.process_time() - begun < 3
