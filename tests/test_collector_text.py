import pytest

from rempart.collectors.text import clean


@pytest.mark.parametrize(
    ("hostile", "kept"),
    [
        ("\x1b[31mnginx\x1b[0m", "nginx"),
        ("a\x1b]0;owned\x07b", "ab"),
        ("a\x1b]8;;https://evil.example\x1b\\b", "ab"),
        ("a\x9b31mb", "ab"),
        ("a\x1b", "a"),
        ("a\x1b\x1b[2Jb", "ab"),
        ("\u202egnp.exe", "gnp.exe"),
        ("pay\u200ber\ufeff", "payer"),
        ("one\r\ntwo\u2028three", "one two three"),
        ("\x00\x7f\x85x", "x"),
        ("{{7*7}}<script>alert(1)</script>", "{{7*7}}<script>alert(1)</script>"),
        ("Tiers Payant Démonstration", "Tiers Payant Démonstration"),
    ],
)
def test_strips_what_is_not_shown(hostile: str, kept: str) -> None:
    assert clean(hostile) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("/rights?nir=1850578006084", "/rights?nir=[13 digits]"),
        ("/rights?nir=1+85+05+78+006+084+36", "/rights?nir=[15 digits]"),
        ("1 85 05 2A 006 084 36", "[15 digits]"),
        ("185052B006084", "[13 digits]"),
        ("2026-11-25 10:22:30", "2026-11-25 10:22:30"),
        ("192.168.100.200:8443", "192.168.100.200:8443"),
        ("/claims/123456789012", "/claims/123456789012"),
    ],
)
def test_masks_identifiers_and_leaves_dates_and_addresses(text: str, kept: str) -> None:
    assert clean(text) == kept


def test_cuts_what_is_too_long_and_says_so() -> None:
    assert clean("x" * 1000) == "x" * 499 + "…"
    assert len(clean("x" * 1000, 100)) == 100
