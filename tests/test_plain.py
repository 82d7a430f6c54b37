import pytest

from rempart.plain import SIGN, line, plain


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
