"""Insured persons' numbers in the texts of a repository, counted; no digit is kept.

The French number (NIR) is found by its shape wherever it stands, alone or in groups. One valid
number in any text proves nothing (one of 97 has the right key by chance): the check weighs counts.
"""

import re
from collections.abc import Iterator
from typing import Final

from rempart.check import Vantage
from rempart.observations.fixtures import HealthIdentifiers
from rempart.observations.identifiers.french import nir, nir_shape, nir_tight, published_for_tests

# Digits become 0, the letters of Corsica A, what parts groups a space, everything else x.
_SHAPES: Final = bytes(
    ord("0") if chr(byte).isdigit() and byte < 128
    else ord("A") if byte in b"ABab"
    else ord(" ") if byte in b" .-_"
    else ord("x")
    for byte in range(256)
)  # fmt: skip
_TOGETHER: Final = (b"0" * 15, b"000000A00000000")
_GROUPED: Final = (
    b"0 00 00 00 000 000 00",
    b"0 00 00 0A 000 000 00",
    b"0 00 00 00 000 000  00",
    b"0 00 00 0A 000 000  00",
)
_RUN: Final = re.compile(rb"[0-9A-Za-z]+")
_E: Final = rb"(?:e|\xc3\xa9)"
_WORDS: Final = re.compile(
    rb"(?<![a-z])(?:nirs?|nia|nni|nss|ssn|ins|insee|vitale|nir_?\w{1,12}|num(?:ero)?_?secu\w{0,12}"
    rb"|secu(?:rite)?_?soc\w{0,12}|s" + _E + rb"curit" + _E + rb" sociale"
    rb"|social[_ ]?security\w{0,12}|matricule_?\w{0,8}|assur\w{0,12}"
    rb"|b" + _E + rb"n" + _E + rb"ficiaires?|beneficiar\w{1,3}"
    rb"|patient\w{0,4})(?![a-z])",
    re.I,
)  # fmt: skip
NEAR: Final = 160  # bytes before a number in which words count
_SPECIMENS: Final = frozenset({"269054958815780", "255081416802538"})  # of cards and encyclopaedias


def people(path: str, content: bytes) -> Iterator[HealthIdentifiers]:
    """Counts of one text, where at least one number in it is valid."""
    candidates = valid = test = named = first = 0
    header = _WORDS.search(content[:2_000].partition(b"\n")[0]) is not None
    for place, text in _shaped(content):
        candidates += 1
        if not nir(text):
            continue
        valid += 1
        if invented(text):
            test += 1
            continue
        first = first or 1 + content.count(b"\n", 0, place)
        before = content[max(0, place - NEAR) : place]
        named += nir_tight(text) and (header or _WORDS.search(before) is not None)
    if valid:
        yield HealthIdentifiers(
            "nir",
            candidates,
            valid,
            test,
            named,
            key=f"{path}:nir",
            vantage=Vantage.DECLARED,
            source=path,
            line=first or None,
            end_line=first or None,
        )


def invented(text: str) -> bool:
    """Whether a number is nobody's: published for tests, or of a commune or order that is none.

    No commune and no order number is 000, no country 999; people's invention counts up or repeats.
    """
    body = text[:13]
    commune, order = body[7:10], body[10:13]
    return (
        published_for_tests(text)
        or text in _SPECIMENS
        or commune in ("000", "999")
        or order in ("000", "999")
        or len(set(body[1:])) <= 2
        or body[5:] in ("12345678", "23456789", "99999999", "00000001")
        or (commune, order) in (("123", "456"), ("001", "001"), ("111", "111"))
    )


def _shaped(content: bytes) -> Iterator[tuple[int, str]]:
    shapes = content.translate(_SHAPES)
    for shape in _TOGETHER:
        place = shapes.find(shape)
        while place >= 0:
            run = _RUN.match(content, place)
            end = run.end() if run else place + len(shape)
            text = content[place : place + 15].decode("ascii").upper()
            if end == place + 15 and not _continued(content, place) and nir_shape(text):
                yield place, text
            place = shapes.find(shape, max(end, place + 1))
    for shape in _GROUPED:
        place = shapes.find(shape)
        while place >= 0:
            end = place + len(shape)
            text = re.sub(rb"[ ._-]", b"", content[place:end]).decode("ascii").upper()
            around = content[max(0, place - 2) : place], content[end : end + 2]
            alone = not re.search(rb"\d[ ._-]?\Z|[A-Za-z_]\Z", around[0])
            if alone and not re.match(rb"[ ._-]?\d|[A-Za-z_]", around[1]) and nir_shape(text):
                yield place, text
            place = shapes.find(shape, end)


def _continued(content: bytes, place: int) -> bool:
    """Whether digits only go on something before them: a word, a fraction, a longer number."""
    before = content[max(0, place - 2) : place]
    return re.search(rb"[0-9A-Za-z_]\Z|\d[.,]\Z|[.#%&]\Z", before) is not None
