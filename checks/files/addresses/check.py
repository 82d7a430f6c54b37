from collections.abc import Iterator

from rempart.check import Evidence, Figure, Result, verdict
from rempart.judge.identifiers import proven
from rempart.judge.texts import settled
from rempart.observations.documents import FilesRead

PLACES = ("log",)


def check(read: FilesRead, *, min_valid: int = 5, one_in: int = 100_000) -> Iterator[Result]:
    failed = 0
    for finding in read.findings:
        candidates, valid = finding.urls
        if not proven("nir", candidates, valid, min_valid=min_valid, one_in=one_in):
            continue
        failed += 1
        figures: dict[str, Figure] = {"valid": valid, "files": 1, "lines": 0}
        facts: dict[str, Figure] = {"identifiers": "NIR", "format": finding.format}
        seen = f"NIR: {valid} valid in addresses"
        place = Evidence(finding.path)
        yield verdict(False, seen, place, of=finding.path, facts=facts, counts=figures)
    yield from settled(read, PLACES, failed)
