"""Columns that name a practitioner beside columns that open an account, in one table or file."""

import re
from collections.abc import Iterable
from typing import Final

PASSWORDS: Final = re.compile(
    r"mot.?de.?passe|mdp(?![a-z])|passw|passwor|kennwort|passphrase|(?<![a-z])(?:pwd|pass|pin|otp|totp)"
    r"(?![a-z])|secret|credential|token|jeton|hash(?:ed)?(?:_?pw)?$|bcrypt|code.?(?:pin|secret|acc[eè]s)",
    re.IGNORECASE,
)
PRACTITIONERS: Final = ("rpps", "adeli", "npi", "finess")


def credentials(names: Iterable[str]) -> list[str]:
    """The columns whose names speak of a password, a token or another secret."""
    return [name for name in names if PASSWORDS.search(name)]
