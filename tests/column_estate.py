"""An estate of 300 columns: every class of identifier in many spellings, and decoys among them.

Numbers are drawn at random and belong to nobody: a NIR has commune 000, the others are kept only
in the memory of a test server.
"""

import base64
import random
import string
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import md5, sha256

from rempart.observations.identifiers.catalogue import BY_NAME
from rempart.observations.identifiers.french import nir_key

ROWS = 240
WIDTH = 15  # columns in a table
Draw = Callable[[random.Random], str]
SHAPES = {
    "kvnr": "A000000000", "rvnr": "00dm00A000", "idnr": "00000000000", "mbi": "1A00A00AA00",
    "ssn": "000000000", "nhs": "0000000000", "ahv": "7560000000000", "dni": "00000000A",
    "rpps": "10000000000", "adeli": "000000000", "npi": "1000000000", "finess": "000000000",
    "ik": "000000000", "siret": "00000000000000", "siren": "000000000", "icd10": "A00",
    "ccam": "AAAA000", "atc": "A00AA00",
}  # fmt: skip
# A column of these is found by its name too; the others are found under any name.
NAMES = {
    "nir13": "nir_sans_cle", "ssn": "ssn", "nhs": "nhs_number", "birth": "date_naissance",
    "adeli": "adeli", "npi": "npi", "finess": "finess", "ik": "ik_nummer",
    "icd10": "code_cim10", "ccam": "code_ccam", "atc": "classe_atc",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """One column: its table and name, the class it holds (empty for a decoy), how, its values."""

    table: str
    name: str
    holds: str
    spelling: str
    values: tuple[str, ...]


def _of_shape(name: str) -> Draw:
    known, shape = BY_NAME[name], SHAPES[name]

    def draw(chance: random.Random) -> str:
        while True:
            text = "".join(_drawn(one, chance) for one in shape)
            if known.shape(text) and known.valid(text):
                return text

    return draw


def _drawn(letter: str, chance: random.Random) -> str:
    if letter == "A":
        return chance.choice(string.ascii_uppercase)
    return chance.choice(string.digits) if letter == "0" else letter


def nir(chance: random.Random) -> str:
    """A NIR of commune 000, which nobody has."""
    department = chance.choice([f"{n:02}" for n in range(1, 96) if n != 20] + ["2A", "2B"])
    body = f"{chance.choice('12')}{chance.randrange(100):02}{chance.randrange(1, 13):02}"
    body += f"{department}000{chance.randrange(1, 1000):03}"
    return f"{body}{nir_key(body):02}"


def _rvnr(chance: random.Random) -> str:
    while True:
        text = (
            f"{chance.randrange(2, 90):02}{chance.randrange(1, 29):02}{chance.randrange(1, 13):02}"
        )
        text += f"{chance.randrange(100):02}{chance.choice(string.ascii_uppercase)}"
        text += f"{chance.randrange(100):02}{chance.randrange(10)}"
        if BY_NAME["rvnr"].valid(text):
            return text


def _niss(chance: random.Random) -> str:
    body = f"{chance.randrange(100):02}{chance.randrange(1, 13):02}{chance.randrange(1, 29):02}"
    body += f"{chance.randrange(1, 998):03}"
    return f"{body}{97 - int(body) % 97:02}"


def _cf(chance: random.Random) -> str:
    letters = "".join(chance.choices("BCDFGLMNPRSTV", k=6))
    body = f"{letters}{chance.randrange(100):02}{chance.choice('ABCDEHLMPRST')}"
    body += f"{chance.randrange(1, 29):02}{chance.choice('ABCDEFGHIL')}{chance.randrange(100, 999)}"
    return next(body + one for one in string.ascii_uppercase if BY_NAME["cf"].valid(body + one))


def _iban(chance: random.Random) -> str:
    bank = "".join(chance.choices(string.digits, k=23))
    number = int(f"{bank}152700")  # FR00
    return f"FR{98 - number % 97:02}{bank}"


def _birth(chance: random.Random) -> str:
    year, month, day = (
        chance.randrange(1930, 2015),
        chance.randrange(1, 13),
        chance.randrange(1, 29),
    )
    return f"{year}-{month:02}-{day:02}"


DRAWS: dict[str, Draw] = {
    **{name: _of_shape(name) for name in SHAPES},
    "nir": nir,
    "nir13": lambda chance: nir(chance)[:13],
    "rvnr": _rvnr,
    "niss": _niss,
    "cf": _cf,
    "iban": _iban,
    "birth": _birth,
}


def _spaced(text: str) -> str:
    return f"{text[0]} {text[1:3]} {text[3:5]} {text[5:7]} {text[7:10]} {text[10:13]} {text[13:]}"


SPELLINGS: dict[str, Callable[[str, random.Random], str]] = {
    "clear": lambda text, _: text,
    "lower": lambda text, _: f" {text.lower()} ",
    "spaced": lambda text, _: _spaced(text),
    "base64": lambda text, _: base64.b64encode(text.encode()).decode(),
    "base64url": lambda text, _: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "hex": lambda text, _: text.encode().hex(),
    "percent": lambda text, _: _spaced(text).replace(" ", "%20"),
    "json": lambda text, chance: (
        f'{{"id": {chance.randrange(10**6)}, "assure": {{"nir": "{text}"}}}}'
    ),
    "xml": lambda text, chance: f"<f n='{chance.randrange(10**6)}'><nir>{text}</nir></f>",
    "note": lambda text, chance: (
        f"Dossier {chance.randrange(10**14, 10**15)} de l'assuré {_spaced(text)}, bon de transport"
    ),
    "link": lambda text, _: f"https://portail.payer.example/droits?nir={text}&page=2",
}
_NESTED = ("json", "xml", "note", "link", "percent")


def _number(low: int, high: int) -> Draw:
    return lambda chance: str(chance.randrange(low, high))


def _text(alphabet: str, *sizes: int) -> Draw:
    return lambda chance: "".join(chance.choices(alphabet, k=chance.choice(sizes)))


def _wrong_key(chance: random.Random) -> str:
    good = nir(chance)
    return f"{good[:13]}{(int(good[13:]) + chance.randrange(1, 90)) % 97 + 1:02}"


def _wrong_iban(chance: random.Random) -> str:
    return f"FR{chance.randrange(10, 99)}" + "".join(chance.choices(string.digits, k=23))


_TOWNS = ("Lyon", "Brest", "Arles", "Nantes", "Calais")
DECOYS: dict[str, Draw] = {
    "order_number": _number(10**14, 10**15),
    "basket": _number(10**15, 10**16),
    "reference13": _number(10**12, 10**13),
    "reference11": _number(10**10, 10**11),
    "reference10": _number(10**9, 10**10),
    "reference9": _number(10**8, 10**9),
    "reference14": _number(10**13, 10**14),
    "epoch_ms": _number(1_600_000_000_000, 1_700_000_000_000),
    "epoch": _number(1_500_000_000, 1_700_000_000),
    "phone": lambda chance: f"+33 6 {chance.randrange(10**8):08}",
    "phone10": lambda chance: f"0{chance.randrange(10**8, 10**9)}",
    "letter_number": lambda chance: chance.choice("ABCDEF") + f"{chance.randrange(10**9):09}",
    "contract": lambda chance: f"{chance.randrange(10**8):08}" + chance.choice("ABCDEFGH"),
    "code16": _text(string.ascii_uppercase + string.digits, 16),
    "code11": _text(string.ascii_uppercase + string.digits, 11),
    "trace": lambda chance: md5(chance.randbytes(8), usedforsecurity=False).hexdigest(),
    "checksum": lambda chance: sha256(chance.randbytes(8)).hexdigest(),
    "uuid": lambda chance: str(uuid.UUID(int=chance.getrandbits(128))),
    "opaque": lambda chance: base64.b64encode(chance.randbytes(24)).decode(),
    "amount": lambda chance: f"{chance.randrange(10**6) / 100:.2f}",
    "created": _birth,
    "day8": lambda chance: _birth(chance).replace("-", ""),
    "town": lambda chance: chance.choice(_TOWNS),
    "comment": lambda chance: f"Appel {chance.randrange(10**14, 10**15)} du {_birth(chance)}, rien",
    "payload": lambda chance: f'{{"order": "{chance.randrange(10**14, 10**15)}", "ok": true}}',
    "wrong_key": _wrong_key,
    "wrong_iban": _wrong_iban,
    "address": lambda chance: ".".join(str(chance.randrange(256)) for _ in range(4)),
    "version": lambda chance: f"{chance.randrange(9)}.{chance.randrange(99)}.{chance.randrange(9)}",
    "rare": lambda chance: nir(chance) if chance.random() < 0.002 else str(chance.randrange(10**6)),
}


def _plans() -> Iterator[tuple[str, str, str]]:
    """Name, class and spelling of each column that holds something."""
    for spelling in SPELLINGS:
        for number in range(5):
            yield f"field_{spelling}_{number}", "nir", spelling
    for name in DRAWS:
        if name != "nir":
            for number in range(4):
                yield f"{NAMES.get(name, 'valeur')}_{number}", name, "clear"


def estate(seed: int = 5) -> tuple[Made, ...]:
    """The columns, mixed into tables."""
    chance = random.Random(seed)  # noqa: S311
    plans = list(_plans())
    decoys = list(DECOYS)
    while len(plans) < 300:
        name = decoys[len(plans) % len(decoys)]
        plans.append((f"{name}_{len(plans)}", "", name))
    chance.shuffle(plans)
    return tuple(
        Made(
            f"t{place // WIDTH:02}",
            f"{name}_{place}",
            holds,
            spelling,
            _values(holds, spelling, chance),
        )
        for place, (name, holds, spelling) in enumerate(plans)
    )


def _values(holds: str, spelling: str, chance: random.Random) -> tuple[str, ...]:
    if not holds:
        return tuple(DECOYS[spelling](chance) for _ in range(ROWS))
    spelt = SPELLINGS[spelling]
    return tuple(spelt(DRAWS[holds](chance), chance) for _ in range(ROWS))


def statements(columns: tuple[Made, ...], quote: Callable[[str], str]) -> str:
    """The tables as SQL that every server takes."""
    tables: dict[str, list[Made]] = {}
    for column in columns:
        tables.setdefault(column.table, []).append(column)
    pieces = []
    for table, own in tables.items():
        fields = ", ".join(f"{one.name} VARCHAR(300)" for one in own)
        pieces.append(f"CREATE TABLE {table} ({fields});")
        rows = ", ".join(
            "(" + ", ".join(quote(one.values[row]) for one in own) + ")" for row in range(ROWS)
        )
        pieces.append(f"INSERT INTO {table} VALUES {rows};")  # noqa: S608
    return "\n".join(pieces)


@dataclass(frozen=True, slots=True)
class Score:
    """What was claimed of an estate against what is in it."""

    claimed: int
    right: int
    missed: tuple[Made, ...]
    false: tuple[str, ...]
    recall: dict[str, tuple[int, int]]  # found and planted, by class and spelling

    @property
    def planted(self) -> int:
        """Columns that hold something."""
        return sum(of for _, of in self.recall.values())

    @property
    def found(self) -> int:
        """Those of them that were found."""
        return sum(hit for hit, _ in self.recall.values())

    @property
    def precision(self) -> float:
        """Right claims of all claims."""
        return self.right / self.claimed if self.claimed else 1.0


def score(columns: tuple[Made, ...], claims: dict[tuple[str, str], set[str]]) -> Score:
    """Claims by table and column: the classes that are proven there."""
    planted = [column for column in columns if column.holds]
    right = {
        (one.table, one.name)
        for one in planted
        if one.holds in claims.get((one.table, one.name), ())
    }
    made = {place for place, found in claims.items() if found}
    recall: dict[str, tuple[int, int]] = {}
    for one in planted:
        kind = one.holds if one.spelling == "clear" else f"{one.holds} {one.spelling}"
        found, of = recall.get(kind, (0, 0))
        recall[kind] = (found + ((one.table, one.name) in right), of + 1)
    missed = tuple(one for one in planted if (one.table, one.name) not in right)
    false = tuple(
        f"{table}.{name}: {sorted(claims[table, name])}" for table, name in sorted(made - right)
    )
    return Score(len(made), len(made & right), missed, false, recall)
