"""What a repository declares wrong, as GitLab's code quality report, shown in merge requests.

Only failures in files count: the report has no word for anything else. Accepted ones are left out.
Source: GitLab, code quality report format (after Code Climate's).
"""

from rempart.export.sarif import declared_file
from rempart.plain import indented, line
from rempart.report.findings import said, words
from rempart.report.language import language as spoken
from rempart.results import Run

SUFFIX = ".codequality.json"
SEVERITIES = {"critical": "blocker", "high": "critical", "medium": "major", "low": "minor"}


def export(run: Run, *, template: str = "", language: str = "") -> bytes:
    """An array of issues; equal fingerprints are told apart by their order."""
    told = spoken(language or run.language)
    issues = []
    counted: dict[str, int] = {}
    for result in run.results:
        file = declared_file(run, result)
        if not result.open or not file:
            continue
        counted[result.fingerprint] = ordinal = counted.get(result.fingerprint, 0) + 1
        title = words(run, result.check, told).title
        what = f" ({result.instance})" if result.instance else ""
        issues.append(
            {
                "description": line(f"{title}{what}: {said(run, result, told)}"),
                "check_name": line(result.check),
                "fingerprint": result.fingerprint + (f"-{ordinal}" if ordinal > 1 else ""),
                "severity": SEVERITIES[result.severity],
                "location": {
                    "path": line(file),
                    "lines": {"begin": max(result.where.line or 1, 1)},
                },
            }
        )
    return indented(issues)
