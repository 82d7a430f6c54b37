from collections.abc import Iterator

from rempart.check import Evidence, Figure, Result, verdict
from rempart.judge.texts import proved, settled
from rempart.observations.documents import FilesRead

PLACES = ("log",)


def check(read: FilesRead, *, min_valid: int = 5, one_in: int = 100_000) -> Iterator[Result]:
    failed = 0
    for finding in read.findings:
        if finding.place not in PLACES or finding.statements < min_valid:
            continue
        if not proved(finding, min_valid, one_in):
            continue
        failed += 1
        figures: dict[str, Figure] = {"valid": finding.statements, "files": 1, "lines": 0}
        facts: dict[str, Figure] = {"identifiers": "NIR", "format": finding.format}
        seen = f"NIR: {finding.statements} valid in statements or their parameters"
        place = Evidence(finding.path)
        yield verdict(False, seen, place, of=finding.path, facts=facts, counts=figures)
    yield from settled(read, PLACES, failed)
