"""How people write identifiers."""

from typing import Final

_SEPARATORS: Final = str.maketrans("", "", " .-\u00a0\u202f")


def compact(text: str) -> str:
    """The text without the separators people write identifiers with, in upper case."""
    return text.translate(_SEPARATORS).upper()
