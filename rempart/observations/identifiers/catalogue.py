"""Every identifier rempart tells apart: its shape, its check, its odds, and the words around it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from rempart.observations.identifiers import american, european, french, german, medical
from rempart.observations.identifiers.bank import IBAN_LENGTHS, iban, iban_shape
from rempart.observations.identifiers.check_digits import digits_of

Check: TypeAlias = Callable[[str], bool]
Strength: TypeAlias = Literal["strong", "weak", "named"]
Row: TypeAlias = tuple[str, str, frozenset[int], Check, Check, int, Strength, str]


@dataclass(frozen=True, slots=True)
class Identifier:
    """One class of identifier.

    `lengths` are of the text without separators. `shape` says which values are candidates, `valid`
    which of these carry the right check digits, or the right structure where there are none; by
    chance one of `odds` candidates does. `strength` is how much a column of valid values proves:
    `strong` by itself, `weak` only where nearly every candidate is valid, `named` only where
    besides `words` stand in the column's name. `of` is whom it names.
    """

    name: str
    label: str
    lengths: frozenset[int]
    shape: Check
    valid: Check
    odds: int
    strength: Strength
    words: str
    of: Literal["insured", "practitioner", "body", "account", "health"]

    def named(self, column: str) -> bool:
        """Whether a column's name speaks of it; French, English and German words."""
        return re.search(self.words, column, re.IGNORECASE) is not None


def _digits(count: int) -> Check:
    return lambda text: digits_of(text, count)


def _size(*lengths: int) -> frozenset[int]:
    return frozenset(lengths)


_INSURED: Final = (
    r"nir|insee|secu|s[ée]curit[ée]|assur|b[ée]n[ée]fi|immat|nia|ins\b|matricule|versicher"
    r"|(?<![a-z])ssn|ssn(?![a-z])|(?<![a-z])n(?:o|um|umero)?_?ss(?![a-z])"
)
_BIRTH: Final = r"naiss|d(?:a?te?)_?nais|\bddn|_ddn|birth|\bdob|_dob|geburt|gebdat"
_DATES: Final = _size(8, 10, *range(19, 33))

# fmt: off
_PEOPLE: Final[tuple[Row, ...]] = (
    ("nir", "NIR", _size(15), french.nir_shape, french.nir, 97, "strong", _INSURED),
    ("nir13", "NIR (13)", _size(13), french.nir13_shape, french.nir13, 43, "named", _INSURED),
    ("kvnr", "KVNR", _size(10), german.kvnr_shape, german.kvnr, 10, "weak",
     r"kvnr|versichert|krankenkasse|egk|assur"),
    ("rvnr", "RVNR", _size(12), german.rvnr_shape, german.rvnr, 10, "weak",
     r"rvnr|rente|svnr|sozialvers"),
    ("idnr", "Steuer-IdNr.", _size(11), _digits(11), german.tax_id, 250, "weak",
     r"steuer|tax|idnr|tin"),
    ("mbi", "MBI", _size(11), american.mbi_shape, american.mbi, 400, "strong",
     r"mbi|medicare|benef"),
    ("ssn", "SSN", _size(9), _digits(9), american.ssn, 1, "named",
     r"(?<![a-z])ssn|ssn(?![a-z])|social.?sec"),
    ("nhs", "NHS", _size(10), _digits(10), european.nhs, 10, "named", r"nhs"),
    ("niss", "NISS", _size(11), european.niss_shape, european.niss, 48, "strong",
     r"niss|insz|rijksreg|registre.?nat|nrn"),
    ("ahv", "AHV", _size(13), european.ahv_shape, european.ahv, 10, "weak", r"ahv|avs"),
    ("dni", "DNI/NIE", _size(9), european.dni_shape, european.dni, 23, "weak", r"dni|nie|nif"),
    ("cf", "Codice fiscale", _size(16), european.codice_fiscale_shape, european.codice_fiscale, 26,
     "strong", r"fiscale|\bcf\b|tax"),
    ("birth", "Date of birth", _DATES, medical.date_shape, medical.birth_date, 1, "named", _BIRTH),
)
_PRACTITIONERS: Final[tuple[Row, ...]] = (
    ("rpps", "RPPS", _size(11), _digits(11), french.rpps, 10, "weak",
     r"rpps|pratic|prescri|m[ée]decin|\bps\b"),
    ("adeli", "ADELI", _size(9), _digits(9), french.adeli, 1, "named", r"adeli"),
    ("npi", "NPI", _size(10), _digits(10), american.npi, 50, "named", r"npi|provider"),
)
_BODIES: Final[tuple[Row, ...]] = (
    ("finess", "FINESS", _size(9), french.finess_shape, french.finess, 10, "named",
     r"finess|etab|clinique|h[oô]pital"),
    ("ik", "IK", _size(9), _digits(9), german.ik, 10, "named",
     r"(?<![a-z])ik(?:.?n(?:umme)?r)?(?![a-z])|institutionsk"),
    ("siret", "SIRET", _size(14), _digits(14), french.siret, 10, "weak", r"siret"),
    ("siren", "SIREN", _size(9), _digits(9), french.siren, 10, "weak", r"siren"),
)
_ACCOUNTS: Final[tuple[Row, ...]] = (
    ("iban", "IBAN", IBAN_LENGTHS, iban_shape, iban, 97, "strong",
     r"iban|rib\b|compte|konto|account"),
)
_HEALTH: Final[tuple[Row, ...]] = (
    ("icd10", "ICD-10", _size(*range(3, 9)), medical.icd10, medical.icd10, 1, "named",
     r"cim.?10|\bcim|icd|diag|ald"),
    ("ccam", "CCAM", _size(7), medical.ccam, medical.ccam, 1, "named", r"ccam|acte"),
    ("atc", "ATC", _size(7), medical.atc, medical.atc, 1, "named", r"\batc|_atc|m[ée]dic|drug"),
)
# fmt: on

CATALOGUE: Final = (
    *(Identifier(*row, "insured") for row in _PEOPLE),
    *(Identifier(*row, "practitioner") for row in _PRACTITIONERS),
    *(Identifier(*row, "body") for row in _BODIES),
    *(Identifier(*row, "account") for row in _ACCOUNTS),
    *(Identifier(*row, "health") for row in _HEALTH),
)
BY_NAME: Final = {one.name: one for one in CATALOGUE}
# What names an insured person or an account by itself; a date of birth needs company.
PERSONAL: Final = tuple(
    one.name for one in CATALOGUE if one.of in ("insured", "account") and one.name != "birth"
)
