"""The shapes and check digits of the catalogue's identifiers, written in SQL.

One row for each class of `observations.identifiers.catalogue`, worded after the Python there; a
test in the lab holds both to the same answers. `x` is a compact text. A check is only worked out
where the shape is right, so that no cast ever fails.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from rempart.collectors.database.discovery.dialects import Dialect
from rempart.observations.identifiers.bank import LENGTHS
from rempart.observations.identifiers.catalogue import BY_NAME
from rempart.observations.identifiers.european import CF_ODD, DNI_LETTERS
from rempart.observations.identifiers.french import TESTS
from rempart.observations.identifiers.german import RVNR_WEIGHTS

Sql: TypeAlias = str
Check: TypeAlias = Callable[[Dialect, Sql], Sql]
BOTH: Final = 1 << 32  # a valid candidate counts for so much in the sum of a class, others for 1

_NIR: Final = (
    "([1-478][0-9]{2}(0[1-9]|1[0-2]|[23][0-9]|4[0-2]|[5-9][0-9])"
    "(0[1-9]|[1-9][0-9]|2[AB])[0-9]{6}|[5-8][12][0-9]{11})[0-9]{2}"
)
_TIGHT: Final = "[12][0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[1-9][0-9]|2[AB])[0-9]{6}"
_CF: Final = (
    "[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]"
)
_A, _AN = "[AC-HJKMNP-RT-Y]", "[0-9AC-HJKMNP-RT-Y]"
_MBI: Final = f"[1-9]{_A}{_AN}[0-9]{_A}{_AN}[0-9]{_A}{_A}[0-9]{{2}}"
_ISO: Final = "(19|20)[0-9]{2}(/[0-9]{2}/|[0-9]{2})[0-9]{2}"
_DAY_FIRST: Final = "[0-9]{2}(/[0-9]{2}/|[0-9]{2})(19|20)[0-9]{2}"

SHAPES: Final[Mapping[str, str]] = {
    "nir": _NIR,
    "nir13": "[0-9]{5}[!-~]{2}[0-9]{6}",
    "kvnr": "[A-Z][0-9]{9}",
    "rvnr": "[0-9]{2}([0-2][0-9]|3[01]|[5-7][0-9]|8[01])(0[0-9]|1[0-2])[0-9]{2}[A-Z][0-9]{3}",
    "idnr": "[0-9]{11}",
    "mbi": "[0-9A-Z]*[A-Z][0-9A-Z]*",
    "ssn": "[0-9]{9}",
    "nhs": "[0-9]{10}",
    "niss": "[0-9]{2}([024][0-9]|[135][0-2])([0-2][0-9]|3[01])[0-9]{5}",
    "ahv": "756[0-9]{10}",
    "dni": "[0-9XYZ][0-9]{7}[A-Z]",
    "cf": _CF,
    "birth": f"({_ISO}|{_DAY_FIRST})(T00:00:00.*)?",
    "rpps": "[0-9]{11}",
    "adeli": "[0-9]{9}",
    "npi": "[0-9]{10}",
    "finess": "(0[1-9]|[1-9][0-9]|2[AB])[0-9]{7}",
    "ik": "[0-9]{9}",
    "siret": "[0-9]{14}",
    "siren": "[0-9]{9}",
    "iban": "[A-Z]{2}[0-9]{2}[0-9A-Z]+",
    "icd10": "[A-TV-Z][0-9]{2}([.]?[0-9A-Z]{1,4})?",
    "ccam": "[A-Z]{4}[0-9]{3}",
    "atc": "[A-V][0-9]{2}[A-Z]{2}[0-9]{2}",
}


# Where a longer text holds one, with the separators that people write.
WITHIN: Final[Mapping[str, str]] = {
    "nir": (
        "[1-8](?:[ .-]?[0-9][0-9]){2}[ .-]?[0-9][0-9ABab](?:[ .-]?[0-9]{3}){2}"
        "(?:[ .-]| ?/ ?)?[0-9][0-9]"
    ),
    "iban": (
        "(?<![0-9A-Za-z])[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]{4}){3,7}(?: ?[0-9A-Z]{1,4})?(?![0-9A-Za-z])"
    ),
}


_ANY: Final = "|".join(f"(?:{one})" for one in WITHIN.values())
APART: Final = f"(?<![0-9A-Za-z])(?:{_ANY})(?![0-9A-Za-z])"


def counted(dialect: Dialect, name: str, x: Sql) -> Sql:
    """The sum that holds how many values have the shape of a class, and how many are valid."""
    each = f"CASE WHEN {valid(dialect, name, x)} THEN {BOTH + 1} ELSE 1 END"
    return f"sum({guarded(dialect, name, x, each)})"


def guarded(dialect: Dialect, name: str, x: Sql, then: Sql) -> Sql:
    """`then` where a value has the shape of a class, else NULL; its length is asked first."""
    lengths = sorted(BY_NAME[name].lengths)
    sizes = ", ".join(map(str, lengths))
    sized = f"octet_length({x}) = {sizes}"
    if len(lengths) > 1:
        sized = f"octet_length({x}) IN ({sizes})"
    shaped = dialect.matches(x, f"^({SHAPES[name]})$")
    if name == "iban":
        countries = ", ".join(f"'{country}{size}'" for country, size in sorted(LENGTHS.items()))
        sized = f"concat(substr({x}, 1, 2), octet_length({x})) IN ({countries})"
    return f"CASE WHEN {sized} THEN CASE WHEN {shaped} THEN {then} END END"


def parted(total: str | None) -> tuple[int, int]:
    """Candidates and valid ones of what `counted` summed."""
    valid_ones, candidates = divmod(int(total or 0), BOTH)
    return candidates, valid_ones


def tests(x: Sql) -> Sql:
    """How many values are identities published for tests."""
    published = ", ".join(f"'{one}'" for one in sorted(TESTS))
    return f"count(CASE WHEN {x} IN ({published}) THEN 1 END)"


def valid(dialect: Dialect, name: str, x: Sql) -> Sql:
    """Whether a value of the right shape carries the right check digits, or structure."""
    return _VALID[name](dialect, x)


def _digit(x: Sql, place: int) -> Sql:
    return f"(ascii(substr({x},{place},1))-48)"


def _letter(x: Sql, place: int) -> Sql:
    """Where a letter stands in the alphabet, from 1."""
    return f"(ascii(substr({x},{place},1))-64)"


def _cross(dialect: Dialect, digit: Sql, weight: int) -> Sql:
    """The digit sum of a digit times its weight."""
    if weight == 1:
        return digit
    if weight == 2:
        return f"(2*{digit}-9*{dialect.quotient(digit, 5)})"
    return f"({dialect.quotient(f'{weight}*{digit}', 10)}+mod({weight}*{digit},10))"


def _crossed(dialect: Dialect, digits: Sequence[Sql], weights: Sequence[int]) -> Sql:
    return "+".join(
        _cross(dialect, digit, weight) for digit, weight in zip(digits, weights, strict=True)
    )


def _digits(x: Sql, first: int, last: int) -> list[Sql]:
    return [_digit(x, place) for place in range(first, last + 1)]


def _luhn(count: int, more: int = 0) -> Check:
    """Luhn over so many digits; `more` is what stands before them is worth."""
    weights = [2 if (count - place) % 2 else 1 for place in range(1, count + 1)]

    def check(dialect: Dialect, x: Sql) -> Sql:
        return f"mod({_crossed(dialect, _digits(x, 1, count), weights)}+{more},10)=0"

    return check


def _nir(dialect: Dialect, x: Sql) -> Sql:
    number = dialect.integer(x)
    plain = f"mod({dialect.quotient(number, 100)},97)+mod({number},100)=97"
    body = dialect.integer(f"replace(replace(substr({x},1,13),'A','0'),'B','0')")
    island = f"CASE substr({x},7,1) WHEN 'A' THEN 1000000 ELSE 2000000 END"
    corsican = f"97-mod({body}-{island},97)={dialect.integer(f'substr({x},14,2)')}"
    return f"CASE WHEN substr({x},7,1) IN ('A','B') THEN {corsican} ELSE {plain} END"


def _matching(pattern: str) -> Check:
    return lambda dialect, x: dialect.matches(x, f"^({pattern})$")


def _always(_: Dialect, __: Sql) -> Sql:
    return "1=1"


def _kvnr(dialect: Dialect, x: Sql) -> Sql:
    letter = _letter(x, 1)
    digits = [dialect.quotient(letter, 10), f"mod({letter},10)", *_digits(x, 2, 9)]
    return f"mod({_crossed(dialect, digits, (1, 2) * 5)},10)={_digit(x, 10)}"


def _rvnr(dialect: Dialect, x: Sql) -> Sql:
    letter = _letter(x, 9)
    digits = [*_digits(x, 1, 8), dialect.quotient(letter, 10), f"mod({letter},10)"]
    digits += _digits(x, 10, 11)
    return f"mod({_crossed(dialect, digits, RVNR_WEIGHTS)},10)={_digit(x, 12)}"


def _tax_id(_: Dialect, x: Sql) -> Sql:
    times = [f"(10-length(replace(substr({x},1,10),'{digit}','')))" for digit in range(10)]
    repeated = "+".join(f"CASE WHEN {one} > 1 THEN 1 ELSE 0 END" for one in times)
    often = "+".join(f"CASE WHEN {one} > 3 THEN 1 ELSE 0 END" for one in times)
    carry = "10"
    for place in range(1, 11):
        carry = f"mod(2*coalesce(nullif(mod({carry}+{_digit(x, place)},10),0),10),11)"
    key = f"mod(11-{carry},10)={_digit(x, 11)}"
    return f"{_digit(x, 1)}<>0 AND {repeated}=1 AND {often}=0 AND {key}"


def _ssn(_: Dialect, x: Sql) -> Sql:
    area = f"substr({x},1,3) NOT IN ('000','666') AND substr({x},1,1)<>'9'"
    return f"{area} AND substr({x},4,2)<>'00' AND substr({x},6,4)<>'0000'"


def _nhs(_: Dialect, x: Sql) -> Sql:
    total = "+".join(f"{11 - place}*{_digit(x, place)}" for place in range(1, 11))
    return f"mod({total},11)=0"


def _niss(dialect: Dialect, x: Sql) -> Sql:
    body = dialect.integer(f"substr({x},1,9)")
    key = dialect.integer(f"substr({x},10,2)")
    return f"{key} IN (97-mod({body},97),97-mod(2000000000+{body},97))"


def _ahv(_: Dialect, x: Sql) -> Sql:
    total = "+".join(f"{1 if place % 2 else 3}*{_digit(x, place)}" for place in range(1, 14))
    return f"mod({total},10)=0"


def _dni(dialect: Dialect, x: Sql) -> Sql:
    number = f"substr({x},1,8)"
    for digit, letter in enumerate("XYZ"):
        number = f"replace({number},'{letter}','{digit}')"
    place = f"mod({dialect.small(number)},23)+1"
    return f"substr('{DNI_LETTERS}',{place},1)=substr({x},9,1)"


def _codice_fiscale(_: Dialect, x: Sql) -> Sql:
    order = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    worth = "".join(chr(48 + CF_ODD[one]) for one in order)
    terms = []
    for place in range(1, 16):
        code = f"ascii(substr({x},{place},1))"
        if place % 2:
            at = f"CASE WHEN {code}<58 THEN {code}-47 ELSE {code}-54 END"
            terms.append(f"ascii(substr('{worth}',{at},1))-48")
        else:
            terms.append(f"CASE WHEN {code}<58 THEN {code}-48 ELSE {code}-65 END")
    return f"mod({'+'.join(terms)},26)+65=ascii(substr({x},16,1))"


def _birth(dialect: Dialect, x: Sql) -> Sql:
    bare = f"replace({x},'/','')"
    iso = dialect.matches(x, f"^{_ISO}")
    month = f"CASE WHEN {iso} THEN substr({bare},5,2) ELSE substr({bare},3,2) END"
    day = f"CASE WHEN {iso} THEN substr({bare},7,2) ELSE substr({bare},1,2) END"
    days = f"CASE WHEN {month} IN ('04','06','09','11') THEN '30' WHEN {month}='02' THEN '29'"
    return f"{month} BETWEEN '01' AND '12' AND {day} BETWEEN '01' AND {days} ELSE '31' END"


def _rpps(dialect: Dialect, x: Sql) -> Sql:
    return f"substr({x},1,1)<>'0' AND {_luhn(11)(dialect, x)}"


def _npi(dialect: Dialect, x: Sql) -> Sql:
    return f"substr({x},1,1) IN ('1','2') AND {_luhn(10, 24)(dialect, x)}"  # 80840 is worth 24


def _finess(dialect: Dialect, x: Sql) -> Sql:
    return f"CASE WHEN substr({x},2,1) IN ('A','B') THEN 1=1 ELSE {_luhn(9)(dialect, x)} END"


def _ik(dialect: Dialect, x: Sql) -> Sql:
    return f"mod({_crossed(dialect, _digits(x, 3, 8), (2, 1) * 3)},10)={_digit(x, 9)}"


def _siret(dialect: Dialect, x: Sql) -> Sql:
    post = f"substr({x},1,9)='356000000' AND mod({'+'.join(_digits(x, 1, 14))},5)=0"
    return f"({_luhn(14)(dialect, x)} OR {post})"


def _iban(dialect: Dialect, x: Sql) -> Sql:
    number = f"concat(substr({x},5),substr({x},1,4))"
    for value, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ", start=10):
        number = f"replace({number},'{letter}','{value}')"
    return f"mod({dialect.wide(number)},97)=1"


_VALID: Final[Mapping[str, Check]] = {
    "nir": _nir,
    "nir13": _matching(_TIGHT),
    "kvnr": _kvnr,
    "rvnr": _rvnr,
    "idnr": _tax_id,
    "mbi": _matching(_MBI),
    "ssn": _ssn,
    "nhs": _nhs,
    "niss": _niss,
    "ahv": _ahv,
    "dni": _dni,
    "cf": _codice_fiscale,
    "birth": _birth,
    "rpps": _rpps,
    "adeli": lambda _, x: f"substr({x},1,2)<>'00'",
    "npi": _npi,
    "finess": _finess,
    "ik": _ik,
    "siret": _siret,
    "siren": _luhn(9),
    "iban": _iban,
    "icd10": _always,
    "ccam": _always,
    "atc": _always,
}
