"""One paper of the dossier as Markdown: for the authority, people, clients, NIS2 or DORA.

Every paper is a draft that a person completes and signs; what nobody knows stays visible.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias

from rempart.dossier import pieces
from rempart.dossier.clocks import Deadline, deadlines
from rempart.dossier.facts import Affected, Client, Filing
from rempart.dossier.fields import value
from rempart.dossier.sources import Sources, Value
from rempart.errors import UsageError
from rempart.mandate import filled, prose
from rempart.notification import Duties
from rempart.report.answer import audit_title

To: TypeAlias = Literal["authority", "people", "clients", "nis2", "dora"]
ADDRESSEES: tuple[To, ...] = ("authority", "people", "clients", "nis2", "dora")
REGIMES: Mapping[str, tuple[str, ...]] = {
    "authority": ("gdpr-33", "cnil-teleservice", "gdpr-34"),
    "people": ("gdpr-34",),
    "clients": ("gdpr-33-processor",),
    "nis2": ("nis2-23",),
    "dora": ("dora-19",),
}
# Fields of each stage of the two duties in stages.
EARLY = (
    "organisation",
    "dpo_contact",
    "is_certain",
    "time_discovered",
    "malicious",
    "cross_border",
)
MIDDLE = ("time_started", "time_ended", "description", "people_count", "consequences")
LAST = ("protections_before", "measures_taken", "other_filings", "evidence_index")


@dataclass(frozen=True, slots=True)
class Order:
    """Which paper, for whom, at which moment."""

    to: To
    now: datetime
    client: str = ""
    population: str = ""


def paper(order: Order, sources: Sources, duties: Duties) -> str:
    """The paper. Raises UsageError where it must be said which client or population is meant."""
    make = {
        "authority": _authority,
        "people": _people,
        "clients": _client,
        "nis2": _staged,
        "dora": _staged,
    }[order.to]
    values = _common(order, sources, duties) | make(order, sources, duties)
    return filled(getattr(sources.words.texts, order.to), values)


def _common(order: Order, sources: Sources, duties: Duties) -> dict[str, str]:
    words, run, facts = sources.words, sources.run, sources.facts
    title = audit_title(run, words.told)
    return {
        "draft": words.say("draft", audit=title, date=words.told.date(run.started.date())),
        "organisation": prose(facts.organisation or run.organisation),
        "clocks": _clocks(order, sources, duties),
        "description": prose(facts.description) or words.say("blank"),
        "consequences": prose(facts.consequences) or words.say("blank"),
        "contact": _first(value("dpo_contact", sources)) or words.say("blank"),
        "measures": words.listed(pieces.measures(facts, words)),
        "when": _when(sources),
        "unverified": _unverified(order, sources),
    }


def _authority(order: Order, sources: Sources, duties: Duties) -> dict[str, str]:
    keys = [field.key for field in duties.dossier_fields]
    words = sources.words
    overdue = words.say("overdue") if _unexplained(order, sources, duties) else ""
    doubt = "\n\n".join(text for text in (overdue, words.say("doubt")) if text)
    return {"fields": _fields(keys, sources), "doubt": doubt}


def _people(order: Order, sources: Sources, _: Duties) -> dict[str, str]:
    facts, words = sources.facts, sources.words
    names = [one.population for one in facts.people]
    chosen = _one(order.population, names, "--population")
    here = tuple(one for one in facts.people if one.population == chosen)
    told = facts.filed("gdpr-33", 1)
    return {
        "population": pieces.population(chosen, words) if chosen else words.say("blank"),
        "taken": words.listed(prose(text) for one in here for text in one.taken),
        "spared": words.listed(prose(item.what) for one in here for item in one.spared),
        "advice": words.listed(map(prose, facts.advice)),
        "authority_told": words.say("authority.told", on=words.told.moment(told.on))
        if told
        else words.say("authority.untold"),
    }


def _client(order: Order, sources: Sources, _: Duties) -> dict[str, str]:
    """A letter with one client's own figures: none of another client's."""
    facts, words = sources.facts, sources.words
    name = _one(order.client, [one.name for one in facts.clients], "--client")
    client = next((one for one in facts.clients if one.name == name), None)
    people = client.people if client else ()
    nature = ", ".join(words.say(f"nature.{one}") for one in facts.nature)
    return {
        "client": prose(name) or words.say("blank"),
        "client_contact": f" ({prose(client.contact)})" if client and client.contact else "",
        "discovered": words.moment(facts.discovered),
        "nature": nature or words.say("blank"),
        "counts": _counts(client, sources),
        "taken": words.listed(pieces.data(people, words)),
        "spared": words.listed(pieces.spared(people, words)),
    }


def _staged(order: Order, sources: Sources, _: Duties) -> dict[str, str]:
    words, facts = sources.words, sources.facts
    return {
        "legal": words.say(f"legal.{order.to}"),
        "early": _fields(EARLY, sources),
        "notification": _fields(MIDDLE, sources),
        "final": _fields(LAST, sources),
        "interruptions": _interruptions(sources),
        "indicators": words.listed(f"`{one.replace('`', chr(39))}`" for one in facts.indicators),
    }


def _one(chosen: str, names: Sequence[str], option: str) -> str:
    """The one meant: named, or the only one. Papers of several are never put together."""
    if chosen and chosen not in names:
        raise UsageError(
            f'expected {option} {" | ".join(names) or "in the facts"}, found "{chosen}"'
        )
    if not chosen and len(names) > 1:
        raise UsageError(f"each has a paper of its own: {option} {' | '.join(names)}")
    return chosen or (names[0] if names else "")


def _clocks(order: Order, sources: Sources, duties: Duties) -> str:
    words = sources.words
    known = {regime.id: regime for regime in duties.regimes}
    aware = _awareness(order, sources)
    start = words.say("clock.start", start=words.told.moment(aware))
    if order.to in ("authority", "dora") and sources.facts.role == "processor":
        start = f"{start} {words.say(f'processor.{order.to}')}"
    head = "| " + " | ".join(words.say(f"clock.{n}") for n in ("duty", "stage", "until", "state"))
    told = _told(order, sources)
    rows = [
        "| " + " | ".join(_row(replace(one, filed=told or one.filed), order, sources)) + " |"
        for name in REGIMES[order.to]
        if name in known
        for one in deadlines(known[name], sources.facts, aware)
    ]
    return "\n".join((start, "", f"{head} |", "|" + " --- |" * 4, *rows))


def _told(order: Order, sources: Sources) -> Filing | None:
    """In the letter to one client: when that client was told, if it was."""
    if order.to != "clients":
        return None
    clients = sources.facts.clients
    name = _one(order.client, [one.name for one in clients], "--client")
    told = next((one.told for one in clients if one.name == name), None)
    return Filing(regime=REGIMES["clients"][0], on=told) if told else None


def _awareness(order: Order, sources: Sources) -> datetime:
    """When whoever has the duty knew: under DORA the insurer, once the payer told it."""
    if order.to == "dora":
        for client in sources.facts.clients:
            if client.name == order.client and client.told:
                return client.told
    return sources.facts.discovered


def _row(deadline: Deadline, order: Order, sources: Sources) -> tuple[str, ...]:
    words, regime = sources.words, deadline.regime
    duty = words.texts.duties[regime.id]
    if regime.state != "verified":
        duty = f"{duty} – {words.say('secondary')}"
    until = words.say("clock.undated")
    if deadline.until:
        until = words.moment(deadline.until)
        if deadline.waiting:
            until = filled(words.texts.sentences["clock.waiting"], {"until": until})
    on = words.told.moment(deadline.filed.on) if deadline.filed else ""
    state = words.say(f"deadline.{deadline.state(order.now)}", on=on)
    stage = words.texts.duties[f"{regime.id}.{deadline.number}"]
    return duty, stage, until, state


def _unexplained(order: Order, sources: Sources, duties: Duties) -> bool:
    """Whether the 72 hours are over and nobody said why."""
    regime = next((one for one in duties.regimes if one.id == "gdpr-33"), None)
    if regime is None or sources.facts.late_because:
        return False
    states = [one.state(order.now) for one in deadlines(regime, sources.facts)]
    return "overdue" in states or "late" in states


def _fields(keys: Iterable[str], sources: Sources) -> str:
    return "\n\n".join(_field(key, value(key, sources), sources) for key in keys)


def _field(key: str, found: Value, sources: Sources) -> str:
    words = sources.words
    head = f"**{words.texts.fields[key]}** – *{words.say(f'origin.{found.origin}')}*"
    body = "\n".join(found.lines) or words.say("blank")
    return f"{head}\n\n{body}"


def _counts(client: Client | None, sources: Sources) -> str:
    """The three numbers of one client; the payer's own totals say nothing of them."""
    words = sources.words
    people = client.people if client else ()
    if not people:
        return words.say("unknown_number")
    head = "| " + " | ".join(words.say(f"count.{n}") for n in ("who", "in", "open", "out"))
    rows = [
        "| " + " | ".join((pieces.population(one.population, words), *_own(one, sources))) + " |"
        for one in people
    ]
    return "\n".join((f"{head} |", "|" + " --- |" * 4, *rows, "", words.say("count.note")))


def _own(one: Affected, sources: Sources) -> tuple[str, ...]:
    return tuple(map(sources.words.number, (one.referenced, one.exposed, one.copied)))


def _interruptions(sources: Sources) -> str:
    words, told = sources.words, sources.words.told
    lines = [
        words.say(
            "interruption" if one.until else "interruption.running",
            service=one.service,
            since=told.moment(one.since),
            until=told.moment(one.until) if one.until else "",
            effect=one.effect,
        )
        for one in sources.facts.interruptions
    ]
    return words.listed(lines or [words.say("interruption.none")])


def _when(sources: Sources) -> str:
    words, facts = sources.words, sources.facts
    if facts.started is None:
        return words.say("period.unknown", found=words.told.moment(facts.discovered))
    start = words.told.moment(facts.started)
    if facts.ongoing:
        return words.say("period.running", start=start)
    period = words.texts.sentences["period"]
    return filled(period, {"start": prose(start), "end": words.moment(facts.ended)})


def _unverified(order: Order, sources: Sources) -> str:
    """What the paper cites without its source having been read."""
    key = f"unverified.{order.to}"
    if key not in sources.words.texts.sentences:
        return ""
    return f"{sources.words.say('unverified')}\n\n- {sources.words.say(key)}"


def _first(found: Value) -> str:
    return found.lines[0] if found.lines else ""
