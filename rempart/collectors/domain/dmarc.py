"""DMARC (RFC 7489): the domain's own record, else the nearest parent's."""

import re
from typing import TYPE_CHECKING, Any, Final

from rempart.collectors.domain.tags import of_version
from rempart.observations.dns import DmarcPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rempart.transport.access import Access
    from rempart.transport.dns import Questions

POLICIES: Final = ("none", "quarantine", "reject")
HIGHEST: Final = 8  # parents asked
_ADDRESS = re.compile(r"\s*mailto:[^\s,!]+@[^\s,!]+", re.IGNORECASE)


def dmarc_policy(subject: Any, access: "Access", questions: "Questions") -> DmarcPolicy:  # noqa: ANN401
    """The policy that holds for the domain."""
    domain = subject.id.rstrip(".").lower()
    for name in _upwards(domain):
        place = f"_dmarc.{name}"
        records = of_version(questions.ask(place, "TXT").texts(), "DMARC1")
        if not records:
            continue
        if len(records) > 1:  # RFC 7489, 6.6.3: then no record holds
            return _without(domain, place, name, f"{len(records)} records at {place}")
        return _read(domain, place, name, records[0])
    return _without(domain, f"_dmarc.{domain}", "", "")


def _upwards(domain: str) -> "Iterator[str]":
    """The domain and its parents, never a top-level domain's own record but a public one's."""
    labels = domain.split(".")
    yield domain
    for start in range(max(1, len(labels) - HIGHEST), len(labels) - 1):
        yield ".".join(labels[start:])


def _without(domain: str, place: str, found_at: str, fault: str) -> DmarcPolicy:
    source = f"TXT {place}"
    return DmarcPolicy(None, found_at=found_at, fault=fault, key=domain, source=source)


def _read(domain: str, place: str, name: str, record: dict[str, str]) -> DmarcPolicy:
    written = record.get("p", "").lower()
    reports = any(_ADDRESS.match(one) for one in record.get("rua", "").split(","))
    if written not in POLICIES:
        if not reports:
            return _without(domain, place, name, f"p={written}" if written else "no p=")
        written = "none"  # RFC 7489, 6.6.3: a wrong policy with a report address counts as none
    below = record.get("sp", "").lower()
    below = below if below in POLICIES else ""
    policy = below if below and name != domain else written
    return DmarcPolicy(
        policy,
        percent=_percent(record.get("pct", "")),
        testing=record.get("t", "").lower() == "y",
        reports=reports,
        found_at=name,
        subdomains=below if name == domain and below != written else "",
        key=domain,
        source=f"TXT {place}",
    )


def _percent(text: str) -> int:
    return min(100, int(text)) if text.isascii() and text.isdigit() and len(text) < 4 else 100
