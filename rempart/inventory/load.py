"""An inventory file read whole: strict, written out, cross-checked; all errors at once."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from rempart import documents
from rempart.documents import Document, Step
from rempart.errors import ContentError, ContentErrors
from rempart.inventory.authorisation import Authorisation
from rempart.inventory.expansion import expand
from rempart.inventory.references import ESTATE, SQLITE, Located, faults, scope_faults, sqlite_path
from rempart.inventory.subjects import Database, Subject, Subjects, Text
from rempart.inventory.values import Period, hook, schema_hook
from rempart.secrets import NoSecret, Redactor, Reference

SCHEMA = "rempart.inventory/1"
NEEDS_DOCUMENT = ("intrusive", "canary")
DOCUMENT = 50_000_000  # bytes of a mandate or of a piece of evidence


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What no machine can see: who says so, when, on which evidence, how long it holds."""

    control: Text
    about: Annotated[tuple[str, ...], Meta(min_length=1)]
    says: Text
    by: Text
    on: date
    evidence: Path
    meets: bool
    valid: Period


class Defaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every subject of a family has unless it says otherwise; the keys of that family."""

    portals: dict[str, Any] = {}
    hosts: dict[str, Any] = {}
    services: dict[str, Any] = {}
    read_logs: dict[str, Any] = {}
    databases: dict[str, Any] = {}
    directories: dict[str, Any] = {}
    identity: dict[str, Any] = {}
    domains: dict[str, Any] = {}
    files: dict[str, Any] = {}
    backups: dict[str, Any] = {}
    repositories: dict[str, Any] = {}


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The keys of an inventory file."""

    schema: Literal["rempart.inventory/1"]
    organisation: Text
    authorisation: Authorisation
    subjects: Subjects
    language: Literal["fr", "en", "de"] = "en"
    populations: dict[str, Annotated[int, Meta(ge=0)]] = {}
    defaults: Defaults = Defaults()
    statements: tuple[Statement, ...] = ()
    waivers: Path | None = None


@dataclass(frozen=True)
class Inventory:
    """What is audited and under which mandate; subjects are in the order of the file."""

    organisation: str
    language: str
    authorisation: Authorisation
    populations: Mapping[str, int]
    subjects: tuple[Subject, ...]
    statements: tuple[Statement, ...]
    waivers: Path | None
    file: Path
    digest: str  # SHA-256 of the file
    document_sha256: str  # of the mandate's document, empty without one
    evidence_sha256: Mapping[Path, str]
    document: Document
    redactor: Redactor

    @cached_property
    def by_id(self) -> Mapping[str, Subject]:
        """The subjects by id."""
        return {subject.id: subject for subject in self.subjects}

    def in_force(self, now: datetime) -> bool:
        """Whether the mandate's window is open at that moment."""
        return self.authorisation.in_force(now)

    def demand(self, now: datetime) -> None:
        """Raise ContentError, with the line, unless the mandate's window is open."""
        if not self.in_force(now):
            ended = now > self.authorisation.valid.until
            key, moment = (
                ("until", self.authorisation.valid.until)
                if ended
                else ("from", self.authorisation.valid.from_)
            )
            raise self.document.error(
                ("authorisation", "valid", key),
                f"expected a mandate in force on {now.isoformat(timespec='minutes')}, "
                f"found one that {'ended' if ended else 'begins'} on "
                f"{moment.isoformat(timespec='minutes')}",
            )

    def references(self) -> Iterator[tuple[str, str, Reference]]:
        """Every secret the inventory refers to, with its subject and the key that holds it."""
        for subject in self.subjects:
            for key, value in _parts(subject):
                if isinstance(value, Reference):
                    yield subject.id, key, value

    def unlock(self) -> None:
        """Ask every password manager now: no program is started once the audit has begun.

        What cannot be had is not an error here; the subject that needs it will say so.
        """
        for _, _, reference in self.references():
            if reference.kind == "command":
                with suppress(NoSecret):
                    reference.resolve()

    def missing(self) -> Iterator[tuple[str, str, Path]]:
        """Files beside the inventory that are not there: subject, key, path."""
        known: dict[Path, bool] = {}
        for subject in self.subjects:
            remote = getattr(subject, "on", "")
            for key, value in (*_parts(subject), *_sqlite(subject)):
                path = getattr(value, "path", value) if not isinstance(value, str) else None
                if (
                    not isinstance(path, Path)
                    or str(path) == "agent:"
                    or (remote and key == "path")
                ):
                    continue
                if path not in known:
                    known[path] = path.exists() or _fits(path)
                if not known[path]:
                    yield subject.id, key, path


def _sqlite(subject: Subject) -> Iterator[tuple[str, Path]]:
    """The file of a SQLite database, which is read here."""
    if isinstance(subject, Database) and subject.url.startswith("sqlite:///"):
        yield "url", Path(subject.url.removeprefix("sqlite:///"))


def load(path: Path, *, signed: bool = True) -> Inventory:
    """The inventory of a file; raises ContentErrors with every fault and its line.

    Without `signed` the mandate's document may still be missing, for what must be signed first.
    """
    raw = documents.contents(path, documents.Limits().size)
    document = documents.parse(raw, str(path))
    expand(document)
    folder, redactor = path.absolute().parent, Redactor()
    file = documents.decode(document, File, hook=hook(folder, redactor))
    located = tuple(_located(file.subjects, document))
    errors = [
        document.error(where, message) for where, message in _faults(file, located, signed=signed)
    ]
    digests = dict(_digests(file, document, errors, signed=signed))
    if errors:
        raise ContentErrors(errors)
    mandate = file.authorisation.document
    return Inventory(
        file.organisation,
        file.language,
        file.authorisation,
        file.populations,
        tuple(_settled(subject, folder) for _, subject in located),
        file.statements,
        file.waivers,
        path,
        hashlib.sha256(raw).hexdigest(),
        digests.get(mandate, "") if mandate else "",
        digests,
        document,
        redactor,
    )


def schema() -> dict[str, Any]:
    """The JSON Schema of an inventory file, for editors."""
    found = msgspec.json.schema(File, schema_hook=schema_hook)
    title = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": SCHEMA}
    return {**title, **found}


def _located(subjects: Subjects, document: Document) -> Iterator[Located]:
    """Every subject with its path, families in the order of the file."""
    for family in document.value["subjects"]:
        for place, subject in enumerate(getattr(subjects, family)):
            yield ("subjects", family, place), subject


def _faults(
    file: File, located: tuple[Located, ...], *, signed: bool
) -> Iterator[tuple[tuple[Step, ...], str]]:
    authorisation = file.authorisation
    if authorisation.valid.until <= authorisation.valid.from_:
        yield (
            ("authorisation", "valid", "until"),
            f"expected a moment after {authorisation.valid.from_.isoformat()}, "
            f"found {authorisation.valid.until.isoformat()}",
        )
    yield from scope_faults("scope", authorisation.scope)
    yield from scope_faults("exclude", authorisation.exclude)
    for place, intensity in enumerate(authorisation.allow):
        if signed and intensity in NEEDS_DOCUMENT and authorisation.document is None:
            yield (
                ("authorisation", "allow", place),
                f'expected the key "document" (the signed mandate) to allow {intensity}, '
                "found none",
            )
    yield from faults(located)
    known = {subject.id for _, subject in located} | {ESTATE}
    for number, statement in enumerate(file.statements):
        for place, id_ in enumerate(statement.about):
            if id_ not in known:
                yield (
                    ("statements", number, "about", place),
                    f'expected the id of a subject, found "{id_}"',
                )


def _digests(
    file: File, document: Document, errors: list[ContentError], *, signed: bool
) -> Iterator[tuple[Path, str]]:
    """The SHA-256 of every document a reader of the report must be able to recognise."""
    wanted: list[tuple[tuple[Step, ...], Path | None]] = [
        (("authorisation", "document"), file.authorisation.document if signed else None)
    ]
    wanted += [
        (("statements", n, "evidence"), one.evidence) for n, one in enumerate(file.statements)
    ]
    for where, path in wanted:
        if path is not None:
            try:
                yield path, hashlib.sha256(documents.contents(path, DOCUMENT)).hexdigest()
            except ContentErrors as problem:
                errors.append(document.error(where, f"{problem.errors[0].message} ({path})"))


def _settled(subject: Subject, folder: Path) -> Subject:
    """An SQLite URL with its path made absolute: `sqlite:////srv/claims.sqlite`."""
    file = sqlite_path(subject.url) if isinstance(subject, Database) else None
    if file is not None:
        path = folder / Path(file).expanduser()
        return msgspec.structs.replace(subject, url=f"{SQLITE}{path.as_posix()}")
    return subject


def _fits(path: Path) -> bool:
    """Whether files have the names a path with * stands for (rotated logs)."""
    return "*" in path.name and any(path.parent.glob(path.name))


def _parts(subject: Subject) -> Iterator[tuple[str, Any]]:
    """Every key of a subject that may hold a path or a secret, those of canaries included."""
    for key in subject.__struct_fields__:
        value = getattr(subject, key)
        if value.__class__ is str or value is None:
            continue
        if key == "rules":
            yield from ((key, path) for path in value)
            continue
        yield key, value
        if key == "canaries":
            for place, canary in enumerate(value):
                for name in ("password", "totp", "session", "beneficiaries"):
                    if (held := getattr(canary, name)) is not None:
                        yield f"canaries[{place}].{name}", held
