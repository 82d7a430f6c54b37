"""Whose key encrypts, what it is called, and how often it changes."""

import re
from typing import Final

import msgspec

from rempart.check import OneOf, Seen, Unknown
from rempart.collectors.repository.readers import flat, word
from rempart.collectors.repository.resource import STANDS, Body, Setting
from rempart.collectors.repository.rows import Key
from rempart.collectors.repository.terraform.syntax import Reference
from rempart.collectors.repository.terraform.values import ROOT, shown, unresolved

PROVIDERS_OWN: Final = re.compile(r"(?:.*[:/])?alias/aws/.*|aws/[a-z0-9-]+", re.S)
UNITS: Final = {"s": 86_400, "m": 1_440, "h": 24}


class Whose(msgspec.Struct, frozen=True):
    """A key by its name, and who holds it."""

    name: Seen[str | None]
    holder: Seen[str | None]


DOUBTFUL: Final = Whose(
    unresolved("whether the key is used is not decided"),
    unresolved("whether the key is used is not decided"),
)


def key_holder(encrypted: object, key: Whose | None) -> Seen[str | None]:
    """Whose key encrypts: customer, provider, or None where nothing encrypts."""
    if isinstance(encrypted, Unknown | OneOf):
        return unresolved("encryption is not decided here")
    if not encrypted:
        return None
    return "provider" if key is None else key.holder


def key_named(body: Body, look: Key) -> Whose | None:
    """The key that is named there; None where none is."""
    found = [one for path in look.paths for one in body.at(path)]
    for setting in flat([one for one in found if one.value is not None], "words"):
        if look.words:
            holder = next((to for meant, to in look.words.items() if _is(meant, setting)), None)
            if holder is not None:
                return Whose(None, holder)
            continue
        named = _name(setting)
        if named is not None:
            return named
    return None


def _is(meant: str, setting: Setting) -> bool:
    value = setting.value
    known = not isinstance(value, Unknown | OneOf | Reference)
    return known and (meant == "*" or word(meant, value))


def _name(setting: Setting) -> Whose | None:  # noqa: PLR0911  (one a kind of value)
    value = setting.value
    if isinstance(value, Reference):
        name = f"{value.module.removeprefix(ROOT)}{'.'.join(value.steps[:2])}"
        return Whose(name, "customer")
    if isinstance(value, Unknown):
        if setting.text.startswith("data.aws_kms_alias"):
            return Whose(value, unresolved(f"{setting.text} may be the provider's"))
        return Whose(setting.text, "customer") if setting.text else Whose(value, value)
    if isinstance(value, OneOf):
        told = unresolved(shown(value)[:60])
        return Whose(told, told)
    if value is STANDS:
        return Whose(setting.name, "customer")
    text = shown(value)
    if not text or value in ((), {}):
        return None
    return Whose(text[:200], "provider" if PROVIDERS_OWN.fullmatch(text) else "customer")


def rotation_days(body: Body, path: str) -> Seen[int | None]:
    """How often a key changes, in days; None where nothing says."""
    for setting in body.at(path) if path else ():
        if isinstance(setting.value, Unknown | OneOf):
            return unresolved(shown(setting.value)[:60])
        days = _days(shown(setting.value))
        if days is not None:
            return days
    return None


def _days(text: str) -> int | None:
    match = re.fullmatch(r"(\d{1,12})(?:\.\d+)?([smhd]?)", text)
    if match is not None:
        return int(match[1]) // UNITS.get(match[2], 1)
    match = re.fullmatch(r"P(\d{1,6})([DWMY])", text)
    return int(match[1]) * {"D": 1, "W": 7, "M": 30, "Y": 365}[match[2]] if match else None
