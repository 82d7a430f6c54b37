"""testssl.sh, `--jsonfile` (a flat list) and `--jsonfile-pretty` (nested by chapter)."""

from collections.abc import Iterator
from typing import Any, Final

from rempart.imports import Failed, Foreign

SEVERITIES: Final = {"CRITICAL": "critical", "HIGH": "high", "MEDIUM": "medium", "LOW": "low"}
# The beginning of an id, and the control it is about.
CONTROLS: Final = (
    ("SSL", "portal.tls.version"),
    ("TLS", "portal.tls.version"),
    ("cert", "portal.tls.certificate"),
    ("OCSP", "portal.tls.certificate"),
    ("HSTS", "portal.https.only"),
    ("cookie", "portal.cookies"),
    ("security_headers", "portal.headers"),
    ("banner", "portal.headers"),
    ("heartbleed", "exp.patching"),
    ("CCS", "exp.patching"),
    ("ROBOT", "exp.patching"),
    ("ticketbleed", "exp.patching"),
    ("secure_", "portal.tls.session"),
    ("CRIME", "portal.tls.session"),
    ("fallback", "portal.tls.session"),
)


def findings(value: Any) -> Iterator[Foreign]:  # noqa: ANN401  (JSON)
    """Entries at LOW or worse; OK, INFO and WARN are no findings."""
    entries = list(_entries(value))
    broken = (one for one in entries if one.get("severity") == "FATAL")
    if (fatal := next(broken, None)) is not None:
        raise Failed(f"the scan was broken off: {fatal.get('finding', '')}")
    for entry in entries:
        severity = SEVERITIES.get(str(entry.get("severity", "")))
        if severity is None:
            continue
        name = str(entry["id"])
        about = next((c for start, c in CONTROLS if name.startswith(start)), "portal.tls.ciphers")
        cve = str(entry.get("cve", ""))
        said = str(entry.get("finding", ""))
        yield Foreign(
            name,
            f"{name}: {said}" if said else name,
            severity,
            f"{said} {cve}".strip(),
            rationale=f"{name} {cve}".strip(),
            instance=f"{entry.get('ip', '')} {entry.get('port', '')}".strip(),
            controls=(about,),
        )


def _entries(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401  (JSON)
    if isinstance(value, dict) and "scanResult" in value:
        for host in value["scanResult"]:
            for chapter in host.values():
                for entry in chapter if isinstance(chapter, list) else ():
                    if isinstance(entry, dict) and "id" in entry:
                        yield {"ip": host.get("ip", ""), "port": host.get("port", ""), **entry}
        return
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise TypeError
    if value and not any("id" in one and "severity" in one for one in value):
        raise TypeError
    yield from (one for one in value if "id" in one)
