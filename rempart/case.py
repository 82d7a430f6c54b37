"""An audit read and validated, whole, before the first packet: who, against what, how judged."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from rempart import audit, documents, inventory, scenario, statements, waivers
from rempart.archive import Context, Tie
from rempart.audit import Audit
from rempart.catalogue import Entry, Layer, collectors, content, derivations, entries, layers
from rempart.derive import ESTATE
from rempart.documents.faults import suggestion
from rempart.errors import ContentErrors, UsageError
from rempart.frameworks import Frameworks
from rempart.inventory import Database, Inventory, Subject
from rempart.plan import Plan, plan, selection
from rempart.results import AuthorisationRecord, SubjectRecord, digest
from rempart.scenario import Scenario
from rempart.verdicts import Bench
from rempart.waivers import Waiver
from rempart.yardsticks import Yardsticks

if TYPE_CHECKING:
    from rempart.collectors.sca.policy import Policy


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person says beside the inventory: which audit, which part of it, which content."""

    audit: str = "payer"
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    content: Path | None = None
    trusted: bool = False
    language: str = ""
    policies: tuple[Path, ...] = ()
    policy_version: int | None = None
    policy_executed: bool = False
    policy_commands: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """Everything an audit needs, read; `pins` are digests a resumed audit must share."""

    context: Context
    audit: Audit
    entries: Mapping[str, Entry]  # the selected checks
    plan: Plan
    bench: Bench
    choices: Choices
    frameworks: Frameworks
    scenarios: tuple[Scenario, ...]
    waivers: tuple[Waiver, ...]
    inventory: Inventory | None = None
    weakened: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    policies: "tuple[Policy, ...]" = ()

    @property
    def pins(self) -> dict[str, str]:
        """What may not change between an interruption and its resumption."""
        checks = {id_: entry.digest for id_, entry in self.entries.items()}
        return {
            "inventory": self.context.inventory,
            "audit": digest(
                *(self.audit.digest, self.choices.only, self.choices.skip),
                self.choices.policy_commands,
            ),
            "checks": digest(checks),
        }


def case(source: Inventory | Context, choices: Choices, accepted: tuple[Waiver, ...] = ()) -> Case:
    """The case of an inventory, or of the context that was saved with observations.

    `accepted` are the waivers beside such a context; an inventory names its own.
    Raises ContentErrors for everything wrong in the audit file, cards, yardsticks, frameworks,
    scenarios and waivers; UsageError for an audit nobody knows and a pattern that fits nothing.
    """
    chosen = layers(choices.content, trusted=choices.trusted)
    against = audit.load(audit_file(choices.audit, chosen))
    known = entries(chosen)
    picked = {entry.id: entry for entry in audit.selected(against, known.values())}
    settings, weakened = _settings(against, known.values())
    brought = _policies(against, choices)
    books = Yardsticks.load(_folders(chosen, "yardsticks"))
    controls = catalogues(chosen)
    if brought:
        from rempart import policies

        picked |= policies.entries(brought, controls.has)
    breaches = scenario.load(_folders(chosen, "scenarios"))
    audit.demand_known(against, "yardsticks", books.authorities)
    audit.demand_known(against, "frameworks", controls.frameworks)
    audit.demand_known(against, "scenarios", breaches)
    subjects = source.subjects
    chosen_checks = [entry.check for entry in picked.values()]
    names = [*(subject.id for subject in subjects), ESTATE]
    part = selection(choices.only, choices.skip, list(picked), names)
    kinds = frozenset(subject.kind for subject in subjects)
    planned = plan(subjects, chosen_checks, collectors(kinds), derivations(), part)
    _demand_something(planned, choices)
    live = source if isinstance(source, Inventory) else None
    demand_cited(picked.values(), controls)
    if live is not None:
        demand_controls(live, controls)
    return Case(
        context=context(source) if isinstance(source, Inventory) else source,
        audit=against,
        entries=picked,
        plan=planned,
        bench=Bench(books, against.yardsticks, settings),
        choices=choices,
        frameworks=controls,
        scenarios=tuple(breaches[name] for name in against.scenarios),
        waivers=waivers.load(live.waivers) if live and live.waivers else accepted,
        inventory=live,
        weakened=weakened,
        policies=brought,
    )


def _policies(against: Audit, choices: Choices) -> "tuple[Policy, ...]":
    """The policies the audit file names, relative to it, and those of the command line."""
    folder = against.file.parent
    named = [folder / Path(one).expanduser() for one in against.policies]
    files = dict.fromkeys((*named, *choices.policies))
    if not files:
        return ()
    from rempart import policies

    return policies.read(files, version=choices.policy_version, executed=choices.policy_executed)


def _settings(
    against: Audit, known: Iterable[Entry]
) -> tuple[audit.Values, dict[str, tuple[str, ...]]]:
    """The audit's settings; the code of checks is only read where it sets any."""
    if not against.settings:
        return {}, {}
    return audit.validated_settings(against, [entry.check for entry in known])


def known_frameworks() -> Frameworks:
    """The frameworks of all layers but a workspace."""
    return Frameworks.load(_folders(layers(), "frameworks"))


def audit_file(name: str, chosen: tuple[Layer, ...]) -> Path:
    """The audit file of that name in the strongest layer, or the file at that path."""
    if name.endswith((".yaml", ".yml")):
        return Path(name)
    path = content("audits", f"{name}.yaml", chosen)
    if path is None:
        names = {file.stem for layer in chosen for file in (layer.folder / "audits").glob("*.yaml")}
        known = ", ".join(sorted(names))
        raise UsageError(f'expected an audit ({known}) or a .yaml file, found "{name}"')
    return path


def opened(file: Path, now: datetime | None = None) -> Inventory:
    """The inventory of a file, its mandate in force; raises ContentErrors otherwise."""
    found = inventory.load(file)
    found.demand(now or datetime.now(UTC))
    return found


def context(source: Inventory) -> Context:
    """What a run keeps of an inventory: no address, no secret."""
    return Context(
        organisation=source.organisation,
        language=source.language,
        authorisation=_authorisation(source),
        subjects=tuple(_subjects(source)),
        populations=dict(source.populations),
        statements=statements.records(source),
        started=datetime.now(UTC).replace(microsecond=0),
        inventory=source.digest,
        ties=tuple(map(tie, source.subjects)),
    )


def tie(subject: Subject) -> Tie:
    """What a subject's entry says of others, for derivations now and when judged again."""
    place = getattr(subject, "path", None) or getattr(subject, "data_directory", "")
    if isinstance(subject, Database) and not place:
        place = _sqlite_folder(subject.url)
    of = getattr(subject, "of", ())
    return Tie(
        subject.id,
        subject.kind,
        getattr(subject, "on", ""),
        (of,) if isinstance(of, str) and of else tuple(of),
        str(place),
        getattr(subject, "declares", {}),
        subject.population,
        getattr(subject, "environment", ""),
    )


def _sqlite_folder(url: str) -> str:
    path = url.removeprefix("sqlite:///")
    return str(PurePosixPath(path).parent) if path != url and path.startswith("/") else ""


def _authorisation(source: Inventory) -> AuthorisationRecord:
    mandate = source.authorisation
    return AuthorisationRecord(
        reference=mandate.reference,
        granted_by=mandate.granted_by,
        contact=mandate.contact,
        valid_from=mandate.valid.from_,
        valid_until=mandate.valid.until,
        scope=mandate.scope,
        exclude=mandate.exclude,
        allow=tuple(mandate.allow),
        transit=mandate.transit,
        document=mandate.document.name if mandate.document else "",
        document_sha256=source.document_sha256,
    )


def _subjects(source: Inventory) -> Iterator[SubjectRecord]:
    for one in source.subjects:
        name = one.name or one.id
        of = getattr(one, "of", ())
        yield SubjectRecord(
            id=one.id,
            kind=one.kind,
            name=name,
            owner=one.owner,
            criticality=one.criticality,
            population=one.population,
            zone=one.zone,
            of=tuple(filter(None, (of,) if isinstance(of, str) else of)),
        )


def catalogues(chosen: tuple[Layer, ...]) -> Frameworks:
    """The frameworks and neutral controls of all layers."""
    return Frameworks.load(_folders(chosen, "frameworks"))


def demand_cited(cited: Iterable[Entry], known: Frameworks) -> None:
    """Raise ContentErrors for each control or reference a card cites and no catalogue has."""
    errors = []
    for entry in cited:
        wrong = [
            (
                ("controls", place),
                f'expected a neutral control, found "{control}"'
                f"{suggestion(control, known.neutral)}",
            )
            for place, control in enumerate(entry.card.controls)
            if control not in known.neutral
        ]
        wrong += [
            (
                ("refs", place),
                f'expected a rule such as anssi-tls:R3, found "{ref}"',
            )
            for place, ref in enumerate(entry.card.refs)
            if not known.has(ref)
        ]
        if wrong:
            document = documents.read(entry.folder / "check.yaml")
            errors += [document.error(path, message) for path, message in wrong]
    if errors:
        raise ContentErrors(errors)


def demand_controls(source: Inventory, known: Frameworks) -> None:
    """Raise ContentErrors for each statement about a control nobody knows."""
    errors = [
        source.document.error(
            ("statements", place, "control"),
            f'expected a neutral control, found "{one.control}"'
            f"{suggestion(one.control, known.neutral)}",
        )
        for place, one in enumerate(source.statements)
        if one.control not in known.neutral
    ]
    if errors:
        raise ContentErrors(errors)


def _folders(chosen: tuple[Layer, ...], kind: str) -> list[Path]:
    return [layer.folder / "audits" / kind for layer in chosen]


def _demand_something(planned: Plan, choices: Choices) -> None:
    """Refuse an `--only` that leaves nothing: an audit of nothing would look like a clean one."""
    if (choices.only or choices.skip) and not planned.checks:
        raise UsageError("--only and --skip leave no pair of a check and a subject")
