"""Control catalogues, read from `audits/frameworks/`, and the neutral controls they map to.

Checks cite neutral controls; a framework's control names the neutral ones it asks for. So a new
framework touches no check, and one neutral control never proves an article of law: it is evidence.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

import msgspec

from rempart import documents
from rempart.background import ControlRecord, FrameworkRecord, RequirementRecord
from rempart.documents import Document
from rempart.documents.kept import kept
from rempart.errors import ContentError, ContentErrors
from rempart.titles import Titles

NEUTRAL = "_neutral.yaml"
BESIDE = {NEUTRAL, "notification.yaml"}  # files of the folder that are no catalogue


class Concern(StrEnum):
    """What a control is about."""

    PORTAL = "portal"
    CREDENTIALS = "credentials"
    ENCRYPTION = "encryption"
    EXPOSURE = "exposure"
    LOGGING = "logging"
    PROCESS = "process"


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of what stands in the files: frozen, strict."""


class NeutralControl(_Strict, frozen=True):
    """A requirement in words no framework owns. Ids are stable."""

    id: str
    title: Titles
    scope: tuple[Concern, ...]
    deprecated: str = ""


class Vocabulary(_Strict, frozen=True):
    """`_neutral.yaml`: the ids checks may cite."""

    schema: Literal["rempart.neutral/1"]
    controls: tuple[NeutralControl, ...]
    note: str = ""


class Verification(_Strict, frozen=True):
    """How well the numbering and meaning of a catalogue are known; reports print it."""

    state: Literal["verified", "verified_secondary", "partial"]
    how: str


class Control(_Strict, frozen=True):
    """One control of a catalogue, in our own words, and the neutral controls it asks for."""

    id: str
    title: str
    scope: tuple[Concern, ...]
    neutral: tuple[str, ...]
    hint: str = ""


class Framework(_Strict, frozen=True):
    """One catalogue: whose it is, which edition, how it was verified, what it asks."""

    schema: Literal["rempart.framework/1"]
    id: str
    name: str
    publisher: str
    version: str
    date: str
    url: str
    language: Literal["en", "fr", "de"]
    verification: Verification
    controls: tuple[Control, ...]
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class Frameworks:
    """The neutral controls and the catalogues of all layers."""

    neutral: Mapping[str, NeutralControl]
    frameworks: Mapping[str, Framework]

    @classmethod
    def load(cls, folders: Iterable[Path]) -> "Frameworks":
        """All catalogues of the folders, checked against the neutral controls of all of them.

        Raises ContentErrors for every unknown key, repeated id and mapping to nowhere, with lines.
        """
        neutral: dict[str, NeutralControl] = {}
        found: dict[str, Framework] = {}
        read: list[tuple[Document, Framework]] = []
        errors: list[ContentError] = []
        for path in (path for folder in folders for path in sorted(folder.glob("*.yaml"))):
            try:
                if path.name == NEUTRAL:
                    errors += _learn(path, neutral)
                elif path.name not in BESIDE:
                    document = kept(path)
                    read.append((document, documents.decode(document, Framework)))
            except ContentErrors as several:
                errors += several.errors
        for document, framework in read:
            errors += _faults(document, framework, neutral, found)
            found[framework.id] = framework
        if errors:
            raise ContentErrors(errors)
        return cls(neutral, found)

    def has(self, ref: str) -> bool:
        """Whether `anssi-tls:R3` names a control of a catalogue."""
        framework, _, control = ref.partition(":")
        return any(one.id == control for one in self._controls(framework))

    def asked_by(self, neutral: str, frameworks: Collection[str]) -> dict[str, tuple[str, ...]]:
        """The controls of those frameworks that ask for a neutral control, by framework."""
        asked = {
            name: tuple(one.id for one in self._controls(name) if neutral in one.neutral)
            for name in frameworks
        }
        return {name: controls for name, controls in asked.items() if controls}

    def records(
        self, neutral: Iterable[str], frameworks: Collection[str], language: str
    ) -> dict[str, ControlRecord]:
        """What a run keeps of the neutral controls it cites."""
        return {
            control: ControlRecord(
                title=self.neutral[control].title[language],
                asked_by=self.asked_by(control, frameworks),
                titles=self.neutral[control].title.every(),
            )
            for control in sorted(set(neutral))
            if control in self.neutral
        }

    def catalogues(self, names: Iterable[str]) -> dict[str, FrameworkRecord]:
        """What a run keeps of the frameworks of its audit, whole."""
        return {
            name: FrameworkRecord(
                name=one.name,
                publisher=one.publisher,
                version=one.version,
                url=one.url,
                verified=one.verification.state,
                controls=tuple(
                    RequirementRecord(asked.id, asked.title, asked.neutral)
                    for asked in one.controls
                ),
            )
            for name in names
            if (one := self.frameworks.get(name))
        }

    def asked(self, names: Iterable[str]) -> set[str]:
        """The neutral controls those frameworks ask for."""
        return {
            neutral
            for name in names
            for control in self._controls(name)
            for neutral in control.neutral
        }

    def titles(self) -> dict[str, Titles]:
        """The titles of all neutral controls."""
        return {name: control.title for name, control in self.neutral.items()}

    def _controls(self, framework: str) -> tuple[Control, ...]:
        return self.frameworks[framework].controls if framework in self.frameworks else ()


def _learn(path: Path, known: dict[str, NeutralControl]) -> Iterator[ContentError]:
    """Add the neutral controls of one layer; an id that exists is an error."""
    document = kept(path)
    for index, control in enumerate(documents.decode(document, Vocabulary).controls):
        if control.id in known:
            yield document.error(
                ("controls", index, "id"), f"expected a new id, found {control.id!r} again"
            )
        known[control.id] = control


def _faults(
    document: Document,
    framework: Framework,
    neutral: Mapping[str, NeutralControl],
    before: Mapping[str, Framework],
) -> Iterator[ContentError]:
    """What is wrong with a catalogue beyond its shape: its name, repeated ids, unknown mappings."""
    if framework.id != Path(document.file).stem:
        yield document.error(("id",), f"expected the file's name, found {framework.id!r}")
    if framework.id in before and not framework.replaces:
        yield document.error(
            ("id",),
            f"expected a new framework, found {framework.id!r} of an earlier layer; "
            "write `replaces: true` to replace it",
        )
    seen: set[str] = set()
    for index, control in enumerate(framework.controls):
        if control.id in seen:
            yield document.error(
                ("controls", index, "id"), f"expected a new id, found {control.id!r} again"
            )
        seen.add(control.id)
        for place, name in enumerate(control.neutral):
            if name not in neutral:
                yield document.error(
                    ("controls", index, "neutral", place),
                    f"expected a neutral control, found {name!r}",
                )
