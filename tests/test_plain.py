import logging
import subprocess
import sys

import pytest

from rempart.plain import SIGN, Discreet, line, plain


@pytest.mark.parametrize(
    "mark",
    [
        "\x00",
        "\x07",
        "\x1b",
        "\x7f",
        "\x9b",
        "\r",
        "\u200b",
        "\u202e",
        "\u2066",
        "\u2028",
        "\ufeff",
    ],
)
def test_what_cannot_be_seen_leaves_a_sign(mark: str) -> None:
    assert plain(f"a{mark}b") == f"a{SIGN}b"


def test_letters_of_all_languages_stay() -> None:
    text = "Équipe «\xa0œuvre\xa0»\u202f; Größe 中 \N{EM DASH}"
    assert plain(text) == text


def test_one_line_is_one_line() -> None:
    assert line(" a\n\tb  c ") == "a b c"


def test_a_logged_traceback_keeps_no_digits_of_a_value() -> None:
    try:
        int("1 85 00 00 000 084 xx 185000000084")
    except ValueError:
        text = Discreet().formatException(sys.exc_info())
    assert "ValueError" in text
    assert "00 08" not in text
    assert "18500" not in text
    record = logging.makeLogRecord({"msg": "port 15432", "levelname": "INFO"})
    assert Discreet("%(message)s").format(record) == "port 15432"


def test_the_auditor_leaves_no_core_dump() -> None:
    code = (
        "import resource, sys, rempart.cli as cli\n"
        "sys.argv = ['rempart', '--version']\n"
        "try:\n    cli.main()\nexcept SystemExit:\n    pass\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("(0, 0)\n")
