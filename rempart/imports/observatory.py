"""MDN HTTP Observatory, as its command line and its interface print it."""

from collections.abc import Iterator
from typing import Any, Final

from rempart.imports import Foreign

CONTROLS: Final = {
    "strict-transport-security": "portal.https.only",
    "redirection": "portal.https.only",
    "cookies": "portal.cookies",
    "cross-origin-resource-sharing": "portal.cors",
}


def findings(value: Any) -> Iterator[Foreign]:  # noqa: ANN401  (JSON)
    """Tests that did not pass; how many points each took says how bad it is."""
    for name, test in value["tests"].items():
        if test.get("pass") is not False:
            continue
        points = -int(test.get("scoreModifier", test.get("score_modifier", 0)) or 0)
        severity = "high" if points >= 25 else "medium" if points >= 10 else "low"
        said = str(test.get("scoreDescription") or test.get("score_description") or test["result"])
        yield Foreign(
            name,
            name.replace("-", " "),
            severity,
            said,
            rationale=said,
            remediation=str(test.get("recommendation") or ""),
            controls=(CONTROLS.get(name, "portal.headers"),),
        )
