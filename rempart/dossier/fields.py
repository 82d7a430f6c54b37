"""The fields of a dossier: what the audit knows, what a person typed, what is still open.

Every value says where it comes from: the audit, a person, still to be decided, or not known.
"""

from collections.abc import Callable, Mapping

from rempart.dossier.facts import Affected
from rempart.dossier.pieces import (
    STATES,
    counts,
    data,
    measures,
    population,
    protections,
    spared,
)
from rempart.dossier.sources import Origin, Sources, Value
from rempart.mandate import prose
from rempart.report.findings import Findings, control_title, words

SHOWN = 12  # findings named in a dossier


def value(key: str, sources: Sources) -> Value:
    """The value of a field; a field nobody here knows how to fill is to be decided."""
    make = FIELDS.get(key)
    return make(sources) if make else Value("decide")


def _organisation(sources: Sources) -> Value:
    facts, words = sources.facts, sources.words
    name = facts.organisation or sources.run.organisation
    role = words.texts.sentences[f"role.{facts.role}"]
    return Value("typed" if facts.organisation else "audit", (f"{prose(name)} ({role})",))


def _contact(sources: Sources) -> Value:
    contact = sources.facts.contact
    if contact is None:
        return Value("decide")
    parts = (contact.name, contact.email, contact.phone, contact.address)
    return Value("typed", (", ".join(prose(part) for part in parts if part),))


def _filing(sources: Sources) -> Value:
    return _typed(sources, sources.words.say(f"filing.{sources.facts.filing}"))


def _certain(sources: Sources) -> Value:
    return _typed(sources, sources.words.say("certain" if sources.facts.certain else "suspected"))


def _discovered(sources: Sources) -> Value:
    return _typed(sources, sources.words.moment(sources.facts.discovered))


def _started(sources: Sources) -> Value:
    return _moment(sources, "started")


def _ended(sources: Sources) -> Value:
    if sources.facts.ongoing:
        return _typed(sources, sources.words.say("ongoing"))
    return _moment(sources, "ended")


def _processor_told(sources: Sources) -> Value:
    return _moment(sources, "told_by_processor")


def _moment(sources: Sources, name: str) -> Value:
    moment = getattr(sources.facts, name)
    return _typed(sources, sources.words.moment(moment)) if moment else Value("unknown")


def _late(sources: Sources) -> Value:
    return _prose(sources.facts.late_because)


def _nature(sources: Sources) -> Value:
    say = sources.words.say
    lines = tuple(say(f"nature.{one}") for one in sources.facts.nature)
    return Value("typed", lines) if lines else Value("decide")


def _description(sources: Sources) -> Value:
    return _prose(sources.facts.description)


def _categories(sources: Sources) -> Value:
    found = tuple(f"- {population(one.population, sources.words)}" for one in sources.facts.people)
    if found:
        return Value("typed", found)
    declared = tuple(f"- {population(name, sources.words)}" for name in sources.run.populations)
    return Value("audit", declared) if declared else Value("decide")


def _people(sources: Sources) -> Value:
    words, people = sources.words, sources.facts.people
    if not people:
        people = tuple(Affected(population=name) for name in sources.run.populations)
    if not people:
        return Value("unknown")
    head = "| " + " | ".join(words.say(f"count.{n}") for n in ("who", "in", "open", "out", "how"))
    rows = [
        "| " + " | ".join((population(one.population, words), *counts(one, sources), _how(one)))
        for one in people
    ]
    origin: Origin = "typed" if sources.facts.people else "audit"
    note = words.say("count.note")
    return Value(origin, (f"{head} |", "|" + " --- |" * 5, *(f"{row} |" for row in rows), "", note))


def _how(one: Affected) -> str:
    return prose(one.how) or "–"


def _taken(sources: Sources) -> Value:
    lines = tuple(f"- {text}" for text in data(sources.facts.people, sources.words))
    return Value("typed", lines) if lines else Value("decide")


def _spared(sources: Sources) -> Value:
    lines = tuple(f"- {text}" for text in spared(sources.facts.people, sources.words))
    return Value("typed", lines) if lines else Value("decide", (sources.words.say("spared.none"),))


def _records(sources: Sources) -> Value:
    n = sources.facts.records
    return Value("unknown") if n is None else _typed(sources, sources.words.number(n))


def _protections(sources: Sources) -> Value:
    words, run = sources.words, sources.run
    found = protections(run)
    start = sources.facts.started or sources.facts.discovered
    when = "protections" if run.started < start else "protections.after"
    lines = [words.say(when, date=words.told.date(run.started.date())), ""]
    for state in STATES:
        for control in found[state]:
            state_ = words.say(f"state.{state}")
            lines.append(f"- {words.pair(state_, prose(_title(control, sources)))}")
    return Value("audit", tuple(lines)) if any(found.values()) else Value("unknown")


def _title(control: str, sources: Sources) -> str:
    return control_title(sources.run, control, sources.words.told)


def _consequences(sources: Sources) -> Value:
    facts, words = sources.facts, sources.words
    lines = [prose(facts.consequences)] if facts.consequences else []
    lines += [words.say(f"severity.{facts.severity}")] if facts.severity else []
    return Value("typed", tuple(lines)) if lines else Value("decide")


def _measures(sources: Sources) -> Value:
    facts, told, run = sources.facts, sources.words, sources.run
    lines = [f"- {text}" for text in measures(facts, told)]
    found = Findings(run).open
    if found:
        lines += ["", told.say("measures.open", n=told.told.number(len(found))), ""]
    for one in found[:SHOWN]:
        lines.append(f"- {prose(words(run, one.check, sources.words.told).title)}")
    origin: Origin = "typed" if facts.measures else "audit" if found else "decide"
    return Value(origin, tuple(lines))


def _mitigation(sources: Sources) -> Value:
    return _items(sources.facts.mitigation)


def _informed(sources: Sources) -> Value:
    told, words = sources.facts.informed, sources.words
    if told is None:
        return Value("decide", (words.say("informed.exempt"),))
    on = words.told.date(told.on) if told.on else words.texts.sentences["undated"]
    return Value("typed", (", ".join(prose(part) for part in (told.how, on, told.by) if part),))


def _advice(sources: Sources) -> Value:
    return _items(sources.facts.advice)


def _countries(sources: Sources) -> Value:
    found = sources.facts.countries
    if found is None:
        return Value("unknown")
    return _items(found) if found else _typed(sources, sources.words.say("none"))


def _malicious(sources: Sources) -> Value:
    answer = sources.facts.malicious
    if answer is None:
        return Value("unknown")
    return _typed(sources, sources.words.say("malicious" if answer else "not_malicious"))


def _complaint(sources: Sources) -> Value:
    found = sources.facts.complaint
    if found is None:
        return Value("decide")
    on = sources.words.told.date(found.on)
    return Value("typed", (", ".join(prose(p) for p in (found.to, on, found.reference) if p),))


def _filings(sources: Sources) -> Value:
    words = sources.words
    lines = tuple(
        words.say(
            "filed",
            duty=words.texts.duties.get(one.regime, one.regime),
            on=words.told.moment(one.on),
            reference=one.reference or words.texts.sentences["none"],
        )
        for one in sources.facts.filings
    )
    return Value("typed", tuple(f"- {text}" for text in lines)) if lines else Value("decide")


def _clients(sources: Sources) -> Value:
    words = sources.words
    lines = tuple(
        words.say("client", name=one.name, told=words.told.moment(one.told))
        if one.told
        else words.say("client.untold", name=one.name)
        for one in sources.facts.clients
    )
    return Value("typed", tuple(f"- {text}" for text in lines)) if lines else Value("decide")


def _evidence(sources: Sources) -> Value:
    words, run = sources.words, sources.run
    lines = [f"- `{name}` SHA-256 {digest}" for name, digest in sorted(_digests(sources).items())]
    head = words.say(
        "evidence", run=run.id, results=words.told.number(len(run.results)), tool=run.tool.version
    )
    return Value("audit", (head, "", *lines))


def _digests(sources: Sources) -> dict[str, str]:
    found = {_coded(name): digest for name, digest in sources.typed.digests.items()}
    if sources.run_sha256:
        found["run.json"] = sources.run_sha256
    return found


def _coded(text: str) -> str:
    return text.replace("`", "'")


def _typed(_: Sources, text: str) -> Value:
    return Value("typed", (text,))


def _prose(text: str) -> Value:
    return Value("typed", (prose(text),)) if text else Value("decide")


def _items(items: tuple[str, ...]) -> Value:
    return Value("typed", tuple(f"- {prose(one)}" for one in items)) if items else Value("decide")


FIELDS: Mapping[str, Callable[[Sources], Value]] = {
    "organisation": _organisation,
    "dpo_contact": _contact,
    "filing_kind": _filing,
    "is_certain": _certain,
    "time_discovered": _discovered,
    "time_started": _started,
    "time_ended": _ended,
    "time_processor_told": _processor_told,
    "delay_reason": _late,
    "nature": _nature,
    "description": _description,
    "people_categories": _categories,
    "people_count": _people,
    "record_categories": _taken,
    "record_categories_spared": _spared,
    "record_count": _records,
    "protections_before": _protections,
    "consequences": _consequences,
    "measures_taken": _measures,
    "measures_mitigation": _mitigation,
    "people_informed": _informed,
    "people_advice": _advice,
    "cross_border": _countries,
    "malicious": _malicious,
    "complaint": _complaint,
    "other_filings": _filings,
    "controllers_list": _clients,
    "evidence_index": _evidence,
}
