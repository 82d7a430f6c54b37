"""Patterns and rules of Wazuh SCA, as its versions 4 and 5 understand them."""

import re

import pytest

from rempart.check import Reason
from rempart.collectors.sca.grammar import Dialect, Malformed, minterm, rule, words
from rempart.collectors.sca.osregex import Wrong, matcher, translated
from rempart.collectors.sca.patterns import Invalid, lines, matches

V5 = Dialect(5)
V4 = Dialect(4, "osregex")
V4_PCRE = Dialect(4, "pcre2")
EXECUTED = Dialect(4, "osregex", executed=True)


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"^PermitRootLogin\s+no$", "permitrootlogin  no", True),
        (r"\s+no", "a\tno", False),  # \s is a space only
        (r"a.c", "abc", False),
        (r"a.c", "a.c", True),
        (r"a\.c", "abc", True),
        (r"one|two$", "xx two", True),
        (r"one|^two", "xx two", False),
        (r"a^b", "a^b", True),
        (r"[ab]?{1}", "x[ab]?{1}", True),
        (r"(\d+)", "uid 42", True),
        (r"\w+@\w*", "me-2@host", True),
        (r"\p+x", "--x", True),
        (r"a+", "aaa", False),  # + follows a class only
        (r"a+", "a+", True),
    ],
)
def test_osregex_is_its_own_language(pattern: str, text: str, found: bool) -> None:
    assert (re.search(translated(pattern), text) is not None) is found


@pytest.mark.parametrize("pattern", [r"\i", "((a))", "(a", "a)", "\\"])
def test_what_osregex_does_not_compile_is_wrong(pattern: str) -> None:
    with pytest.raises(Wrong):
        translated(pattern)


def test_osmatch_looks_for_words_and_ends() -> None:
    assert re.search(matcher("^ssh|conf$"), "x.CONF")
    assert not re.search(matcher("^ssh"), "openssh")
    assert not re.search(matcher("a.c"), "abc")


@pytest.mark.parametrize(
    ("text", "dialect", "content", "expected"),
    [
        ("f:/x -> r:^b && !r:c", V5, "a\nbc\nbd", True),
        ("f:/x -> r:^b && !r:c", V5, "a\nbc", False),
        ("f:/x -> !r:^#", V5, "# a\nb", False),  # version 5: no line at all
        ("f:/x -> !r:^#", V5, "a\nb", True),
        ("f:/x -> !r:^#", V4, "# a\nb", True),  # version 4: some line that is not
        ("f:/x -> !r:^#", V4, "# a\n# b", False),
        ("f:/x -> !r:^#", V5, "", False),  # nothing there is never found
        ("f:/x -> !r:^#", V4, "", False),
        ("f:/x -> Exact", V5, "exact\nExact", True),
        ("f:/x -> Exact", V5, "exact", False),
        ("f:/x -> Exact", V4, "EXACT", True),
        ("f:/x -> r:root", V4_PCRE, "ROOT", False),
        ("f:/x -> r:root", V5, "ROOT", True),
        ("f:/x -> n:^a\\s+(\\d+) compare <= 4", V5, "a 5\na 4", True),
        ("f:/x -> n:^a\\s+(\\d+) compare <= 4", V5, "a 5", False),
        ("f:/x -> n:\\d+ compare == 12", V5, "12", True),
        ("f:/x -> !n:^a (\\d+) compare > 4", V5, "a 5", False),
        ("f:/x -> n:^a (\\d+) compare => 4", V4, "a 9", True),  # as it is meant
        ("f:/x -> n:^a (\\d+) compare => 4", EXECUTED, "a 9", False),  # as it is executed: ==
        ("f:/x -> n:^a (\\d+) compare => 4", EXECUTED, "a 4", True),
        ("f:/x -> n:^a (\\d+) compare <=4", V4, "a 4", True),
        ("f:/x -> R:b", V4, "abc", True),
        ("f:/x -> R:b", V5, "abc", False),  # a literal there
    ],
)
def test_lines_are_matched_as_that_version_does(
    text: str, dialect: Dialect, content: str, expected: bool
) -> None:
    assert matches(rule(text, dialect), lines(content, dialect)) is expected


def test_what_cannot_be_told_is_neither() -> None:
    no_group = matches(rule("f:/x -> n:a compare == 1", V4), ["a"])
    assert isinstance(no_group, Invalid)
    assert no_group.reason is None
    wrong = matches(rule("f:/x -> r:(unclosed", V5), ["a"])
    assert isinstance(wrong, Invalid)
    assert wrong.reason is Reason.UNRESOLVED
    assert matches(rule(r"f:/x -> r:\i", V4), ["i"]) is False  # its engine finds nothing with it


def test_a_pattern_that_would_take_for_ever_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    text = r"f:/x -> r:(?=a)(?:(?:a+)+)+$"  # no look-ahead in RE2: Python would be asked
    told = matches(rule(text, V5), ["a" * 60 + "!"])
    assert isinstance(told, Invalid)
    assert told.reason is Reason.UNRESOLVED


@pytest.mark.parametrize(
    "text",
    [
        "x:/etc/passwd",
        "/etc/passwd",
        "r:HKEY_LOCAL_MACHINE -> x",
        "f:",
        "f:/x -> n:(\\d+) == 1",
        "f:/x -> n:(\\d+) compare => 1",
        "f:/x -> n:(\\d+) compare >= many",
        "f:/x\0",
        "d:-delete -> r:x",
        "f:etc/passwd",
        "f:C:\\Windows\\win.ini",
    ],
)
def test_what_is_no_rule_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        rule(text, V5)


def test_a_rule_is_taken_apart() -> None:
    found = rule("not !d:$dir -> r:\\.conf$ -> r:^a && !b", V4, {"$d": "no", "$dir": "/a,/b"})
    assert (found.negated, found.kind, found.targets) == (True, "d", ("/a", "/b"))
    assert found.name == minterm("r:\\.conf$", V4)[0]
    assert [(term.kind, term.negated) for term in found.pattern] == [
        ("r", False),
        ("literal", True),
    ]
    assert rule("f:/a,/b", V5).targets == ("/a,/b",)


@pytest.mark.parametrize(
    ("command", "argv"),
    [
        ("stat -Lc %a /etc", ("stat", "-Lc", "%a", "/etc")),
        ('sh -c "a | b \\"c\\""', ("sh", "-c", 'a | b "c"')),
        ("a 'b c'", ("a", "'b", "c'")),
        ('a "" b', ("a", "", "b")),
    ],
)
def test_a_command_is_words_and_no_shell(command: str, argv: tuple[str, ...]) -> None:
    assert words(command) == argv
