"""ZAP, its traditional JSON report: sites, alerts, and where each was seen."""

from collections.abc import Iterator
from typing import Any, Final

from rempart.imports import Foreign

SEVERITIES: Final = {"3": "high", "2": "medium", "1": "low"}
# A word of an alert's name, and the control it is about.
CONTROLS: Final = (
    ("cookie", "portal.cookies"),
    ("csrf", "portal.csrf"),
    ("cross-domain", "portal.cors"),
    ("cors", "portal.cors"),
    ("content security policy", "portal.headers"),
    ("header", "portal.headers"),
    ("strict-transport", "portal.https.only"),
    ("cache", "portal.cache"),
    ("error", "portal.errors"),
    ("disclosure", "portal.errors"),
    ("injection", "portal.input"),
    ("scripting", "portal.input"),
)


def findings(value: Any) -> Iterator[Foreign]:  # noqa: ANN401  (JSON)
    """Alerts at low risk or worse, but for those a person marked as false (confidence 0)."""
    for site in value["site"]:
        for alert in site.get("alerts") or []:
            severity = SEVERITIES.get(str(alert.get("riskcode", "")))
            if severity is None or str(alert.get("confidence", "")) == "0":
                continue
            name = str(alert.get("alert") or alert["name"])
            places = [str(one.get("uri", "")) for one in alert.get("instances") or []]
            yield Foreign(
                str(alert.get("alertRef") or alert.get("pluginid") or name),
                name,
                severity,
                f"{name}: {', '.join(places[:3]) or site.get('@name', '')}",
                rationale=str(alert.get("desc") or ""),
                remediation=str(alert.get("solution") or ""),
                instance=str(site.get("@name") or ""),
                controls=(_about(name.lower()),),
            )


def _about(name: str) -> str:
    return next((control for word, control in CONTROLS if word in name), "portal.input")
