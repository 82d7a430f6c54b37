"""What files of one kind of place hold, judged one way for every place.

A finding fails when far more of its numbers carry the right key than chance gives; what was not
read whole is `notchecked`; where nothing fails, one result says how much was read.
"""

from collections.abc import Collection, Iterable, Iterator

from rempart.check import Evidence, Figure, Result, Severity, notapplicable, notchecked, verdict
from rempart.errors import Reason
from rempart.judge.identifiers import proven
from rempart.observations.datastores import IdentifierCount
from rempart.observations.documents import FilesRead, Finding, Unread
from rempart.observations.identifiers.catalogue import BY_NAME, PERSONAL


def proved(finding: Finding, min_valid: int, one_in: int) -> list[IdentifierCount]:
    """The counts of a finding that prove identifiers of people, under a check's settings."""
    return [
        one
        for one in finding.counts
        if one.identifier in PERSONAL
        and proven(one.identifier, one.candidates, one.valid, min_valid=min_valid, one_in=one_in)
    ]


def held(
    read: FilesRead,
    places: Collection[str],
    min_valid: int,
    one_in: int,
    *,
    records: bool = True,
) -> Iterator[Result]:
    """One result for each file of these places that holds identifiers, and what was not read.

    Without `records`, files that are exports or dumps too are left to the checks of those.
    """
    failed = 0
    for finding in read.findings:
        if finding.place in places and (records or not finding.records):
            counts = proved(finding, min_valid, one_in)
            if counts:
                failed += 1
                yield _failed(finding, counts)
    yield from settled(read, places, failed, records=records)


def settled(
    read: FilesRead, places: Collection[str], failed: int, *, records: bool = True
) -> Iterator[Result]:
    """What was read where nothing failed, and what was not read."""
    here = [one for one in read.places if one.name in places]
    missed = [one for one in read.unread if one.place in places]
    yield from map(_unread, missed)
    if read.more_unread and (here or missed):
        more = f"{read.more_unread} more were not read"
        yield notchecked(Reason.LIMIT, more, Evidence(read.source), of="more")
    if read.more_findings and here:
        more = f"{read.more_findings} more files hold valid numbers and are not named"
        yield notchecked(Reason.LIMIT, more, Evidence(read.source), of="more findings")
    if failed:
        return
    files = sum(one.files - (0 if records else one.records) for one in here)
    lines = sum(one.lines - (0 if records else one.record_lines) for one in here)
    if not files:
        if not missed:
            yield notapplicable("no such file", read)
        return
    seen = f"{files} files, {lines} lines of text: no identifier is proven"
    counts: dict[str, Figure] = {"files": files, "lines": lines, "valid": 0}
    facts: dict[str, Figure] = {"identifiers": "", "format": ""}
    yield verdict(True, seen, read, facts=facts, counts=counts)


def _failed(finding: Finding, counts: Iterable[IdentifierCount]) -> Result:
    labels = sorted({BY_NAME[one.identifier].label for one in counts})
    valid = sum(one.valid for one in counts)
    lesser = all(one.identifier == "iban" or one.test == one.valid for one in counts)
    facts: dict[str, Figure] = {"identifiers": ", ".join(labels), "format": finding.format}
    figures: dict[str, Figure] = {
        "valid": valid,
        "lines": max(one.sampled for one in counts),
        "files": 1,
    }
    return verdict(
        False,
        f"{facts['identifiers']}: {valid} valid in {finding.format}",
        Evidence(finding.path),
        of=finding.path,
        facts=facts,
        counts=figures,
        severity=Severity.HIGH if lesser else None,
    )


def _unread(missed: Unread) -> Result:
    detail = f"{missed.count} times: {missed.detail}" if missed.count > 1 else missed.detail
    return notchecked(missed.reason, detail, Evidence(missed.path), of=missed.path)
