"""How an inventory says where in a log the account, the person and the moment stand."""

import re
from collections.abc import Iterator
from datetime import timedelta, timezone, tzinfo
from typing import Any, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

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
_JSON: Final = ("json", "keycloak-json")
_PATH: Final = re.compile(r"\$\.[^\s.]+(?:\.[^\s.]+)*")


def mapping_faults(log: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    """What is wrong with the fields, the layout and the zone of a read log: key and message."""
    for role in ROLES:
        text = getattr(log, role)
        name, tilde, pattern = text.partition(" ~ ")
        if tilde:
            yield from ((role, message) for message in _pattern(pattern, named=False))
        if text and not name.strip():
            yield role, "expected the name of a field, found none"
        if log.format in _JSON and text and not _PATH.fullmatch(name.strip()):
            yield role, f'expected a path such as $.user.id, found "{name}"'
    if log.format == "regex" and log.layout:
        yield from (("layout", message) for message in _pattern(log.layout, named=True))
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


def _pattern(text: str, *, named: bool) -> Iterator[str]:
    try:
        compiled = re.compile(text.strip() if not named else text)
    except re.error as error:
        yield f"expected a regular expression, found one with a fault: {error}"
        return
    if named and not compiled.groupindex:
        yield "expected named groups such as (?P<user>...), found none"
    elif not compiled.groups:
        yield "expected a group ( ) around what is meant, found none"
