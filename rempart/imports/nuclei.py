"""nuclei, `-jsonl` (one object a line) and `-json-export` (a list)."""

from collections.abc import Iterator
from typing import Any, Final

from rempart.imports import PLACES, Foreign

CONTROLS: Final = (
    (("cve", "cves"), "exp.patching"),
    (("exposure", "exposures", "files", "backup", "config", "logs"), "exp.files"),
    (("panel", "login"), "exp.admin.isolated"),
    (("default-login",), "cred.default"),
    (("tls", "ssl"), "portal.tls.ciphers"),
    (("headers", "misconfig"), "portal.headers"),
)


def findings(value: Any) -> Iterator[Foreign]:  # noqa: ANN401  (JSON)
    """Matches at low or worse; `info` tells what is there, not what is wrong."""
    for entry in value if isinstance(value, list) else [value]:
        info = entry["info"]
        severity = str(info.get("severity", "")).lower()
        if severity not in PLACES:
            continue
        tags = info.get("tags") or []
        tags = tags.split(",") if isinstance(tags, str) else list(tags)
        name = str(info.get("name", entry["template-id"]))
        yield Foreign(
            str(entry["template-id"]),
            name,
            severity,
            f"{name} at {entry.get('matched-at') or entry.get('host', '')}",
            rationale=str(info.get("description") or ""),
            remediation=str(info.get("remediation") or ""),
            instance=str(entry.get("matched-at") or entry.get("host") or ""),
            controls=_about(set(map(str, tags))),
        )


def _about(tags: set[str]) -> tuple[str, ...]:
    for words, control in CONTROLS:
        if tags.intersection(words):
            return (control,)
    return ("exp.vuln.scan",)
