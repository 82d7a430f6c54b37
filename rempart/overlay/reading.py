"""An overlay read from its file, with every fault and its line."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from rempart import documents
from rempart.card import LANGUAGES
from rempart.documents import Document
from rempart.documents.faults import suggestion
from rempart.errors import ContentError, ContentErrors
from rempart.evidence import sha256
from rempart.overlay.keys import SCHEMA, Entry, File
from rempart.results import Run


@dataclass(frozen=True, slots=True)
class Overlay:
    """An overlay read and checked: its keys, where they stand, and the digests of its files."""

    file: File
    document: Document
    sha256: str
    digests: Mapping[str, str]  # by reference, as in "file:evidence/mfa.png"

    def demand(self, run: Run, controls: Mapping[str, object]) -> None:
        """Raise ContentErrors for subjects, checks and controls that nobody knows."""
        errors = [self.document.error(path, text) for path, text in _strange(self, run, controls)]
        if errors:
            raise ContentErrors(errors)


def load(path: Path) -> Overlay:
    """The overlay in a file; raises ContentErrors with every fault and its line."""
    raw = documents.contents(path, documents.Limits().size)
    document = documents.parse(raw, str(path))
    file = documents.decode(document, File)
    errors = [document.error(place, text) for place, text in _faults(file)]
    digests: dict[str, str] = {}
    for place, reference in _references(file):
        try:
            digests[reference] = sha256(reference, path.absolute().parent)
        except ContentError as error:
            errors.append(document.error(place, error.message))
    if errors:
        raise ContentErrors(errors)
    return Overlay(file, document, hashlib.sha256(raw).hexdigest(), digests)


def schema() -> dict[str, Any]:
    """The JSON Schema of an overlay, for editors."""
    title = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": SCHEMA}
    return {**title, **msgspec.json.schema(File)}


Place: TypeAlias = tuple[str | int, ...]
Fault: TypeAlias = tuple[Place, str]


def _faults(file: File) -> Iterator[Fault]:
    for key, entry in file.results.items():
        yield from _entry_faults(("results", key), entry)
    ids: set[str] = set()
    for place, own in enumerate(file.findings):
        at: Place = ("findings", place)
        if own.id in ids:
            yield (*at, "id"), f'expected each id once, found "{own.id}" again'
        ids.add(own.id)
        if not any(getattr(own, name) for name in LANGUAGES):
            yield at, "expected words in one of the languages fr, en, de, found none"
        if own.fixed and own.fixed < own.on:
            yield (*at, "fixed"), f"expected a day after {own.on}, found {own.fixed}"
    versions: set[str] = set()
    for place, edition in enumerate(file.document.editions):
        at = ("document", "editions", place)
        if edition.version in versions:
            yield (*at, "version"), f'expected each version once, found "{edition.version}" again'
        versions.add(edition.version)
        if _same(edition.reviewer, edition.author):
            message = f'expected a reviewer other than the author, found "{edition.reviewer}"'
            yield (*at, "reviewer"), message


def _entry_faults(at: Place, entry: Entry) -> Iterator[Fault]:
    if entry.rating and entry.false_positive:
        message = "expected a rating or a false positive, found both"
        yield (*at, "rating"), message
    if entry.false_positive and not entry.digest:
        message = 'expected the key "digest" beside a false positive, found none'
        yield (*at, "false_positive"), message


def _references(file: File) -> Iterator[tuple[Place, str]]:
    for key, entry in file.results.items():
        if entry.false_positive:
            yield ("results", key, "false_positive", "proof"), entry.false_positive.proof
    for place, own in enumerate(file.findings):
        if own.evidence:
            yield ("findings", place, "evidence"), own.evidence


def _strange(overlay: Overlay, run: Run, controls: Mapping[str, object]) -> Iterator[Fault]:
    subjects = {subject.id for subject in run.subjects}
    for place, own in enumerate(overlay.file.findings):
        for number, subject in enumerate(own.about):
            if subject not in subjects:
                close = suggestion(subject, subjects)
                message = f'expected a subject of the run, found "{subject}"{close}'
                yield ("findings", place, "about", number), message
        for number, control in enumerate(own.controls):
            if control not in controls:
                close = suggestion(control, controls)
                message = f'expected a neutral control, found "{control}"{close}'
                yield ("findings", place, "controls", number), message
    for check in overlay.file.checks:
        if check not in run.checks:
            close = suggestion(check, run.checks)
            yield ("checks", check), f'expected a check of the run, found "{check}"{close}'


def _same(one: str, other: str) -> bool:
    return bool(one) and " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
