"""An overlay laid over a run: the run as the reviewer hands it over, and what did not fit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from rempart.background import ControlRecord
from rempart.card import LANGUAGES, MATRIX, Exploitability, Impact, Words
from rempart.check import Outcome, Severity, Vantage
from rempart.errors import UsageError
from rempart.overlay.keys import Answered, ByLanguage, Entry, Own, Told, Worded
from rempart.overlay.reading import Overlay
from rempart.replay import again
from rempart.results import (
    CheckRecord,
    Coverage,
    Place,
    ResultRecord,
    Run,
    SubjectRecord,
    fingerprint,
    judged,
)
from rempart.review import OWN, Answer, DocumentRecord, Edition, Review

ESTATE = "estate"  # what a finding is about when it names no subject


@dataclass(frozen=True, slots=True)
class Applied:
    """The reviewed run; `unused` are fingerprints it does not hold, `changed` are those whose
    facts are no longer what the reviewer judged: they are not applied."""

    run: Run
    unused: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


def applied(
    run: Run, overlay: Overlay, controls: Mapping[str, ControlRecord], *, unrepaired: bool = False
) -> Applied:
    """The run with everything an overlay says of it; the saved run stays as it is.

    `controls` are those its own findings may cite; `unrepaired` shows these as they were found.
    Replays are told again: a false positive is no evidence any more. Raises ContentErrors for
    subjects, checks and controls nobody knows, UsageError for a run that was reviewed before.
    """
    if run.document is not None:
        raise UsageError("the run was written under an overlay already: give the audit's own run")
    overlay.demand(run, controls)
    changed: list[str] = []
    results = [_reviewed(result, overlay, changed) for result in run.results]
    results += [
        result
        for own in overlay.file.findings
        for result in _own(own, overlay, unrepaired=unrepaired)
    ]
    ordered = tuple(sorted(results, key=_order))
    checks = {id_: _worded(card, overlay.file.checks.get(id_)) for id_, card in run.checks.items()}
    checks |= {OWN + own.id: _card(own) for own in overlay.file.findings}
    cited = {name for own in overlay.file.findings for name in own.controls}
    subjects = _subjects(run, ordered)
    known = {result.fingerprint for result in run.results}
    reviewed = replace(
        run,
        results=ordered,
        checks=checks,
        controls=run.controls | {name: controls[name] for name in cited - run.controls.keys()},
        subjects=subjects,
        coverage=Coverage.of(run.coverage.subjects, ordered),
        replays=again(run.replays, tuple(map(_evidence, ordered)), checks, subjects),
        document=_document(overlay),
    )
    unused = tuple(key for key in overlay.file.results if key not in known)
    return Applied(reviewed, unused, tuple(dict.fromkeys(changed)))


def _evidence(result: ResultRecord) -> ResultRecord:
    """What a replay may rest on: a verdict shown to be wrong is no verdict, a repair no proof."""
    review = result.review
    if review and review.false_positive:
        return replace(result, outcome=Outcome.NOTCHECKED)
    if review and review.source and result.outcome is Outcome.PASS:
        return replace(result, outcome=Outcome.NOTAPPLICABLE)
    return result


def texts(told: Told | None) -> dict[str, str]:
    """A text by language; a missing language gets the first one that was written."""
    if not isinstance(told, ByLanguage):
        return dict.fromkeys(LANGUAGES, told) if told else {}
    first = told.fr or told.en or told.de
    return {name: getattr(told, name) or first for name in LANGUAGES}


def _reviewed(result: ResultRecord, overlay: Overlay, changed: list[str]) -> ResultRecord:
    entry = overlay.file.results.get(result.fingerprint)
    if entry is None:
        return result
    if entry.digest and entry.digest != result.digest:
        changed.append(result.fingerprint)
        return result if entry.answer is None else _answered(result, entry.answer)
    failed = result.outcome is Outcome.FAIL
    if entry.false_positive and failed:
        return _false(result, entry, overlay)
    review = Review(seen=texts(entry.seen), answer=_answer(entry.answer))
    if entry.rating is None or not failed:
        return replace(result, review=review) if entry.seen or entry.answer else result
    rating = entry.rating
    review = replace(
        review,
        by=rating.by,
        on=rating.on.isoformat(),
        reason=texts(rating.reason),
        severity=result.severity,
        impact=rating.impact,
        exploitability=rating.exploitability,
    )
    severity = _severity(rating.impact, rating.exploitability)
    return replace(result, severity=severity, review=review)


def _false(result: ResultRecord, entry: Entry, overlay: Overlay) -> ResultRecord:
    """No longer a failure, and no pass either: nothing was shown to be good."""
    wrong = entry.false_positive
    if wrong is None:
        return result
    review = Review(
        by=wrong.by,
        on=wrong.on.isoformat(),
        reason=texts(wrong.reason),
        outcome=result.outcome,
        proof=wrong.proof,
        proof_sha256=overlay.digests[wrong.proof],
        seen=texts(entry.seen),
        answer=_answer(entry.answer),
    )
    return replace(result, outcome=Outcome.NOTAPPLICABLE, review=review)


def _answered(result: ResultRecord, answer: Answered) -> ResultRecord:
    return replace(result, review=Review(answer=_answer(answer)))


def _answer(answer: Answered | None) -> Answer | None:
    if answer is None:
        return None
    due = answer.due.isoformat() if answer.due else ""
    return Answer(texts(answer.says), answer.by, answer.on.isoformat(), answer.decision, due)


def _own(own: Own, overlay: Overlay, *, unrepaired: bool) -> Iterator[ResultRecord]:
    """One result a subject; repaired ones are kept as such, seen by a person."""
    check, seen = OWN + own.id, texts(own.seen)
    text = seen["en"]
    fixed = None if unrepaired else own.fixed
    outcome = Outcome.PASS if fixed else Outcome.FAIL
    review = Review(
        by=own.by,
        on=(fixed or own.on).isoformat(),
        impact=own.impact,
        exploitability=own.exploitability,
        proof=own.evidence,
        proof_sha256=overlay.digests.get(own.evidence, ""),
        source=own.source,
        seen=seen,
        answer=_answer(own.answer),
    )
    for subject in own.about or (ESTATE,):
        yield ResultRecord(
            check=check,
            subject=subject,
            root="",
            instance=own.instance,
            authority=None,
            binding=True,
            vantage=Vantage.OBSERVED,
            outcome=outcome,
            severity=_severity(own.impact, own.exploitability),
            seen=text,
            facts={},
            where=Place(own.evidence),
            reason=None,
            fingerprint=fingerprint(check, None, Vantage.OBSERVED, subject, "", own.instance),
            digest=judged(outcome, {}, text),
            review=review,
        )


def _card(own: Own) -> CheckRecord:
    """The finding as a card; a missing language gets the first one that was written."""
    first = own.fr or own.en or own.de
    written = {name: getattr(own, name) or first for name in LANGUAGES}
    return CheckRecord(
        revision=1,
        severity=_severity(own.impact, own.exploitability),
        impact=own.impact,
        exploitability=own.exploitability,
        controls=own.controls,
        refs=(),
        words={
            name: Words(
                one.title,
                one.rationale,
                one.remediation,
                temporary=one.temporary,
                verify=one.verify,
            )
            for name, one in written.items()
            if one is not None
        },
        digest="",
        effort=own.effort,
        team=own.team,
    )


def _worded(card: CheckRecord, worded: Worded | None) -> CheckRecord:
    """The card with the words the reviewer wrote in place of its own."""
    if worded is None:
        return card
    words = dict(card.words)
    for language, old in card.words.items():
        new = getattr(worded, language, None)
        if new is not None:
            given = {name: getattr(new, name) for name in new.__struct_fields__}
            words[language] = replace(old, **{name: text for name, text in given.items() if text})
    return replace(card, words=words)


def _severity(impact: Impact, exploitability: Exploitability) -> Severity:
    return MATRIX[impact][list(Exploitability).index(exploitability)]


def _subjects(run: Run, results: tuple[ResultRecord, ...]) -> tuple[SubjectRecord, ...]:
    known = {subject.id for subject in run.subjects}
    estate = any(result.subject == ESTATE for result in results) and ESTATE not in known
    return (*run.subjects, *((SubjectRecord(ESTATE, ESTATE, ESTATE),) if estate else ()))


def _document(overlay: Overlay) -> DocumentRecord:
    cover = overlay.file.document
    return DocumentRecord(
        sha256=overlay.sha256,
        title=texts(cover.title),
        classification=texts(cover.classification),
        auditor=cover.auditor,
        team=cover.team,
        recipients=cover.recipients,
        reservations=texts(cover.reservations),
        editions=tuple(
            Edition(
                one.version,
                one.date.isoformat(),
                one.author,
                texts(one.changes),
                one.reviewer,
            )
            for one in cover.editions
        ),
    )


def _order(record: ResultRecord) -> tuple[str, ...]:
    return (record.subject, record.check, record.root, record.instance, record.fingerprint)
