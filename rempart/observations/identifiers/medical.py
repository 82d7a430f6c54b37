"""Codes of diagnoses and acts, and dates of birth: no check digit, so that context decides."""

import re
from typing import Final

_ICD: Final = re.compile(r"[A-TV-Z]\d{2}(?:\.?[0-9A-Z]{1,4})?")
_CCAM: Final = re.compile(r"[A-Z]{4}\d{3}")
_ATC: Final = re.compile(r"[A-V]\d{2}[A-Z]{2}\d{2}")
_DATE: Final = re.compile(
    r"(?:(?P<y1>(?:19|20)\d\d)(?P<s1>[-/.]?)(?P<m1>\d\d)(?P=s1)(?P<d1>\d\d)"
    r"|(?P<d2>\d\d)(?P<s2>[-/.]?)(?P<m2>\d\d)(?P=s2)(?P<y2>(?:19|20)\d\d))"
    r"(?:[T ]00:00:00.*)?"
)
_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def icd10(text: str) -> bool:
    """Whether this is built like a diagnosis of ICD-10 (CIM-10): a letter and two digits, more."""
    return 3 <= len(text) <= 8 and text.isascii() and _ICD.fullmatch(text) is not None


def ccam(text: str) -> bool:
    """Whether this is built like a French medical act (CCAM): four letters and three digits."""
    return len(text) == 7 and text.isascii() and _CCAM.fullmatch(text) is not None


def atc(text: str) -> bool:
    """Whether this is built like a medicine's class (ATC, fifth level)."""
    return len(text) == 7 and text.isascii() and _ATC.fullmatch(text) is not None


def date_shape(text: str) -> bool:
    """Whether this is written as a date with a four-digit year, separators or none."""
    return _DATE.fullmatch(text) is not None


def birth_date(text: str) -> bool:
    """Whether this is a possible day between 1900 and 2099, in ISO, French or German order."""
    match = _DATE.fullmatch(text)
    if match is None:
        return False
    month, day = int(match["m1"] or match["m2"]), int(match["d1"] or match["d2"])
    return 1 <= month <= 12 and 1 <= day <= _DAYS[month - 1]
