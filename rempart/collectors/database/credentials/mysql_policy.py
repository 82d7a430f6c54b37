"""What MariaDB and MySQL demand of a new password, as their plug-ins' variables say.

Source: MariaDB simple_password_check, cracklib_password_check, password_reuse_check; MySQL
validate_password, as a component (`validate_password.length`) or a plug-in (`..._length`).
"""

from collections.abc import Mapping
from typing import Final

from rempart.check import Seen, Unknown
from rempart.errors import Reason
from rempart.observations.passwords import PasswordPolicy

NEVER: Final = 1_000_000  # max_password_errors this high stops nobody
_SIMPLE: Final = "simple_password_check_"
_VALIDATE: Final = "validate_password"


def checkers(settings: Mapping[str, str]) -> tuple[str, ...]:
    """The plug-ins that look at a new password: each brings its variables with it."""
    found = {
        "simple_password_check": f"{_SIMPLE}minimal_length" in settings,
        "cracklib_password_check": "cracklib_password_check_dictionary" in settings,
        "password_reuse_check": "password_reuse_check_interval" in settings,
        "validate_password": bool(_validate(settings)),
    }
    return tuple(name for name, there in found.items() if there)


def policy(product: str, settings: Mapping[str, str]) -> PasswordPolicy:
    """The rules of the server, none where no plug-in is loaded."""
    failures = _figure(settings, "max_password_errors", NEVER)
    return PasswordPolicy(
        *_length_and_classes(settings),
        dictionary=_dictionary(settings),
        max_failures=None if failures >= NEVER else failures,
        unlock_seconds=None,
        max_age_days=_figure(settings, "default_password_lifetime", 0) or None,
        binds_admins=product != "mariadb" or failures >= NEVER,  # SUPER is not counted
        second_factor=False,
        key=product,
        source="SHOW GLOBAL VARIABLES",
        history=_history(settings),
        min_age_days=0,
        window_seconds=None,
        forbids_username=_on(settings, "check_user_name") or _simple(settings),
    )


def _length_and_classes(
    settings: Mapping[str, str],
) -> tuple[Seen[int], None, int, Seen[int], Seen[int], Seen[int], Seen[int]]:
    if _simple(settings):
        letters = _figure(settings, f"{_SIMPLE}letters_same_case", 0)
        digits = _figure(settings, f"{_SIMPLE}digits", 0)
        other = _figure(settings, f"{_SIMPLE}other_characters", 0)
        length = _figure(settings, f"{_SIMPLE}minimal_length", 0)
        return max(length, 2 * letters + digits + other), None, 0, letters, letters, digits, other
    strength = _validate(settings)
    if not strength:
        return 0, None, 0, 0, 0, 0, 0
    length = _own(settings, "length")
    if strength == "LOW":
        return length, None, 0, 0, 0, 0, 0
    mixed, digits, other = (
        _own(settings, f"{kind}_count") for kind in ("mixed_case", "number", "special_char")
    )
    return max(length, 2 * mixed + digits + other), None, 0, mixed, mixed, digits, other


def _dictionary(settings: Mapping[str, str]) -> Seen[bool]:
    """A dictionary of words; MySQL asks its file only at STRONG."""
    if "cracklib_password_check_dictionary" in settings:
        return True
    file = settings.get("validate_password.dictionary_file") or settings.get(
        "validate_password_dictionary_file"
    )
    if _validate(settings) == "STRONG":
        return bool(file)
    return False


def _history(settings: Mapping[str, str]) -> Seen[int]:
    """How many earlier passwords are refused; MariaDB counts days, 0 of them is for ever."""
    if "password_reuse_check_interval" in settings:
        words = "password_reuse_check refuses earlier passwords by age, not by number"
        return Unknown(Reason.UNRESOLVED, words)
    return _figure(settings, "password_history", 0)


def _simple(settings: Mapping[str, str]) -> bool:
    return f"{_SIMPLE}minimal_length" in settings


def _validate(settings: Mapping[str, str]) -> str:
    """LOW, MEDIUM or STRONG; empty where validate_password is not loaded."""
    for separator in (".", "_"):
        word = settings.get(f"{_VALIDATE}{separator}policy", "")
        if word:
            return {"0": "LOW", "1": "MEDIUM", "2": "STRONG"}.get(word, word.upper())
    return ""


def _own(settings: Mapping[str, str], name: str) -> int:
    for separator in (".", "_"):
        if (key := f"{_VALIDATE}{separator}{name}") in settings:
            return _figure(settings, key, 0)
    return 0


def _on(settings: Mapping[str, str], name: str) -> bool:
    return any(
        settings.get(f"{_VALIDATE}{separator}{name}", "").upper() in ("ON", "1")
        for separator in (".", "_")
    )


def _figure(settings: Mapping[str, str], key: str, default: int) -> int:
    value = settings.get(key, "")
    return int(value) if value.isdecimal() else default
