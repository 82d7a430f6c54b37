"""How an inventory says where in a log the account, the person and the moment stand."""

import re
from collections.abc import Iterator
from datetime import timedelta, timezone, tzinfo
from typing import Any, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from rempart.inventory.patterns import Pattern, TooFree

ROLES: Final = ("account", "person", "time", "address", "action", "status", "url")
LogFormat: TypeAlias = Literal[
    "",
    "json",
    "csv",
    "combined",
    "common",
    "nginx",
    "apache",
    "haproxy",
    "keycloak",
    "keycloak-json",
    "pgaudit",
    "mariadb-audit",
    "regex",
]
NOT_THERE: Final = "; on the host of a log there is no RE2"
_JSON: Final = ("json", "keycloak-json")
_PATH: Final = re.compile(r"\$\.[^\s.]+(?:\.[^\s.]+)*")


def mapping_faults(log: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    """What is wrong with the fields, the layout and the zone of a read log: key and message."""
    for role in ROLES:
        text = getattr(log, role)
        name, tilde, pattern = text.partition(" ~ ")
        if tilde:
            found = _pattern(pattern.strip(), named=False, portable=bool(log.on))
            yield from ((role, message) for message in found)
        if text and not name.strip():
            yield role, "expected the name of a field, found none"
        if log.format in _JSON and text and not _PATH.fullmatch(name.strip()):
            yield role, f'expected a path such as $.user.id, found "{name}"'
    if log.format == "regex" and log.layout:
        found = _pattern(log.layout, named=True, portable=bool(log.on))
        yield from (("layout", message) for message in found)
    if log.zone:
        try:
            zone_named(log.zone)
        except ValueError as error:
            yield "zone", str(error)


def zone_named(name: str) -> tzinfo:
    """A zone as people write it: Europe/Paris, or +02:00. Raises ValueError for another."""
    found = re.fullmatch(r"([+-])(\d\d):?(\d\d)", name)
    if found:
        minutes = int(found[2]) * 60 + int(found[3])
        return timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes))
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        message = f'expected a zone such as Europe/Paris or +02:00, found "{name}"'
        raise ValueError(message) from None


def _pattern(text: str, *, named: bool, portable: bool) -> Iterator[str]:
    try:
        compiled = Pattern(text, portable=portable)
    except re.error as error:
        yield f"expected a regular expression, found one with a fault: {error}"
        return
    except TooFree as error:
        yield str(error) + (NOT_THERE if portable else "")
        return
    if named and not compiled.groupindex:
        yield "expected named groups such as (?P<user>...), found none"
    elif not compiled.groups:
        yield "expected a group ( ) around what is meant, found none"
