"""The same secret seen twice, in the structure of its file and in its text, told once."""

import re
from collections.abc import Iterable
from typing import Final

from rempart.collectors.repository.secrets.given import SETTING
from rempart.observations.exposure import LiteralSecret

PEM: Final = "private key"


def merged(found: Iterable[LiteralSecret]) -> list[LiteralSecret]:
    """What structure told, and what else the text holds.

    A find in text goes where a structural one stands on its lines and holds the same secret, or
    stands on that very line without a value of its own: a reference, or something put together.
    """
    items = list(found)
    known: dict[str, list[LiteralSecret]] = {}
    for one in items:
        if not _of_text(one):
            known.setdefault(one.source, []).append(one)
    return [
        one
        for one in items
        if not _of_text(one) or not any(_same(other, one) for other in known.get(one.source, ()))
    ]


def _of_text(secret: LiteralSecret) -> bool:
    return bool(secret.rule)


def _same(structural: LiteralSecret, text: LiteralSecret) -> bool:
    line, first = text.line or 0, structural.line or 0
    if not first <= line <= (structural.end_line or first):
        return False
    if text.kind == PEM and structural.literal is True:
        return True  # digests differ: of the whole attribute, and of the key in it
    if structural.digest and text.digest:
        return structural.digest == text.digest or _named_alike(structural, text)
    if first != (structural.end_line or first):
        return False
    return structural.literal is True or text.rule == SETTING


def _named_alike(structural: LiteralSecret, text: LiteralSecret) -> bool:
    """Whether one line gives one setting, which structure reads decoded (base64 of a Secret)."""
    name = re.split(r"[. ]", structural.attribute)[-1]
    return text.rule == SETTING and name == text.attribute and structural.line == text.line
