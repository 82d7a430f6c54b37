"""A log on another host: the sources that read and measure are sent there and run in its memory.

No name and no number of a person leaves it; see `rempart.collectors.sent`.
"""

import logging
from typing import Any, Final

import msgspec

from rempart.collectors import sent
from rempart.collectors.read_logs.orders import declared, limit, rules
from rempart.collectors.read_logs.pseudonyms import pseudonym
from rempart.collectors.read_logs.reader import Facts
from rempart.errors import Truncated, collect_error
from rempart.reading.batch import Measured
from rempart.transport.access import Access

log = logging.getLogger(__name__)
PROGRAM: Final = sent.Program(
    start="collectors.read_logs.on_host",
    modules=(
        *sent.VOCABULARY,
        "inventory.log_fields",
        "inventory.patterns",
        "observations.identifiers.check_digits",
        "observations.identifiers.french",
        "observations.identifiers.spelling",
        "observations.reading",
        "collectors.packing",
        "collectors.sendable",
        *(f"collectors.read_logs.{name}" for name in (
            "sources", "fields", "json_lines", "csv_lines", "layouts", "text_lines",
            "moments", "pseudonyms", "mapping", "tally", "reader",
        )),
        # `rules` reads YAML: its rules are sent read.
        *sent.below("reading", but=("rules",)),
    ),
    of="the log",
)  # fmt: skip


class Reply(msgspec.Struct, frozen=True):
    """What a host answers."""

    facts: Facts | None = None
    measured: Measured | None = None
    missing: tuple[str, str] | None = None
    names: dict[str, str] = {}


def read(subject: Any, access: Access) -> tuple[Facts, Measured]:  # noqa: ANN401
    """Facts and measures of the log. Raises CollectError.

    Where the payer asked for the table of names, and the mandate lets more than counts cross, the
    names of the accounts told apart come along, for that table alone.
    """
    host = access.inventory.by_id[subject.on]
    asked = order(subject, sent.seconds(access)) | {"named": _named(host, access)}
    reply = replied(sent.said(PROGRAM, asked, access, host))
    if reply.facts is None or reply.measured is None:
        raise Truncated(sent.GARBLED)
    if access.register is not None and asked["named"]:
        reported = {hashed for hashed, _ in reply.measured.accounts}
        table = {hashed: reply.names.get(str(hashed), "") for hashed in reported}
        access.register(subject.id, {pseudonym(one): name for one, name in table.items() if name})
    return reply.facts, reply.measured


def _named(host: Any, access: Access) -> bool:  # noqa: ANN401
    """Whether names may come back: never where nobody asked for their table."""
    if access.register is None:
        return False
    if host.ssh == "local" or getattr(access.authorisation, "transit", "") == "sample":
        return True
    log.warning(
        "%s: its accounts are not in the table of names: only counts may cross the network "
        "(transit: counts); agree on transit: sample, or run the audit on %s",
        access.subject.id,
        host.id,
    )
    return False


def order(subject: Any, seconds: float) -> dict[str, Any]:  # noqa: ANN401
    """What the host is to do."""
    own = declared(subject)
    key = subject.pseudonyms.resolve().encode() if subject.pseudonyms else b""
    ceiling = subject.ceiling and _plain(limit(subject.ceiling))
    return {
        "path": str(subject.path),
        "declared": msgspec.to_builtins(own),
        "key": key.hex(),
        "ceiling": ceiling or None,
        "alarms": [_plain(limit(each)) for each in subject.alarm],
        "rules": msgspec.to_builtins(rules(subject)),
        "population": subject.population,
        "seconds": max(1.0, seconds),
    }


def replied(said: Any) -> Reply:  # noqa: ANN401
    """What the host's answer says; every text in it but the names of accounts is made harmless."""
    if not isinstance(said, dict):
        raise Truncated(sent.GARBLED)
    names = said.pop("names", {})
    try:
        reply = msgspec.convert(sent.harmless(said) | {"names": names}, Reply)
    except (ValueError, RecursionError, TypeError):
        raise Truncated(sent.GARBLED) from None
    if reply.missing is not None:
        raise collect_error(*reply.missing)
    if reply.facts is None or reply.measured is None:
        raise Truncated(sent.GARBLED)
    return reply


def _plain(one: Any) -> list[Any]:  # noqa: ANN401
    return [one.people, one.seconds, one.text]
