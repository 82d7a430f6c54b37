"""Papers for the payer: the letter to sign, the notice to operations, the sheet for canaries.

The words stand in `reports/mandate/<language>.yaml`, whole sentences, with `$names` from the
inventory. What is filled in is data: it is made harmless, and never read as a template.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Literal, TypeAlias

import msgspec

from rempart import documents
from rempart.inventory import Canary, Inventory, Portal, Subject
from rempart.inventory.contacts import contacts
from rempart.plain import line
from rempart.report.language import language

Part: TypeAlias = Literal["letter", "notice", "canaries"]
PARTS: tuple[Part, ...] = ("letter", "notice", "canaries")
PLACES = 200  # more of them are counted, not listed
NAMES = 4
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#$])")


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One language: three papers, the paragraph of one account, and single sentences."""

    letter: str
    notice: str
    canaries: str
    account: str
    sentences: dict[str, str]

    def say(self, key: str, **values: object) -> str:
        """A sentence with its values, each made harmless."""
        return filled(self.sentences[key], {name: code(str(v)) for name, v in values.items()})


def words(folder: Path, lang: str) -> Words:
    """The words of one language, from the folder that holds `mandate/`."""
    return documents.load(folder / "mandate" / f"{lang}.yaml", Words)


def paper(
    part: Part,
    inventory: Inventory,
    spoken: Words,
    lang: str,
    *,
    auditor: str = "",
    sources: Sequence[str] = (),
    threads: int,
) -> str:
    """One paper as Markdown. `sources` are the addresses the audit comes from."""
    mandate, told = inventory.authorisation, language(lang)
    budgets = [subject.budget for subject in inventory.subjects] or [mandate.budget]
    values = {
        "organisation": prose(inventory.organisation),
        "reference": prose(mandate.reference),
        "granted_by": prose(mandate.granted_by),
        "contact": prose(mandate.contact),
        "auditor": prose(auditor) or spoken.say("unnamed"),
        "from": told.moment(mandate.valid.from_),
        "until": told.moment(mandate.valid.until),
        "connections": told.number(max(budget.connections for budget in budgets)),
        "requests": told.number(max(budget.requests for budget in budgets)),
        "per_second": told.number(max(budget.per_second for budget in budgets)),
        "seconds": told.number(max(budget.seconds for budget in budgets)),
        "threads": told.number(threads),
        "scope": _listed(map(_quoted, mandate.scope), spoken),
        "exclude": _listed(map(_quoted, mandate.exclude), spoken),
        "allowed": _listed(map(spoken.say, ("passive", *mandate.allow)), spoken),
        "transit": spoken.say(mandate.transit),
        "sources": _listed(_sources(sources, spoken), spoken),
        "places": _listed(_places(inventory, spoken), spoken),
        "accounts": _accounts(inventory, spoken),
        "absent": _absent(inventory, spoken),
    }
    return filled(getattr(spoken, part), values)


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its `$names` replaced, in one pass: what is filled in is not read again."""
    return Template(text).substitute(values)


def prose(text: str) -> str:
    """Text on one line with Markdown's own characters made plain."""
    return _SPECIAL.sub(r"\\\1", line(text))


def code(text: str) -> str:
    """Text for between backticks: on one line, without a backtick."""
    return line(text).replace("`", "'")


def _quoted(text: str) -> str:
    return f"`{code(text)}`"


def _listed(items: Iterator[str] | Sequence[str], spoken: Words) -> str:
    return "\n".join(f"- {item}" for item in items) or f"- {spoken.say('nothing')}"


def _sources(sources: Sequence[str], spoken: Words) -> Iterator[str]:
    for address in sources:
        yield spoken.say("source", address=address)
    if not sources:
        yield spoken.say("no_source")


def _places(inventory: Inventory, spoken: Words) -> Iterator[str]:
    """Every address that will see a connection, once, with the subjects that stand behind it."""
    found: dict[str, list[str]] = {}
    for subject in inventory.subjects:
        for contact in contacts(subject, inventory):
            if contact.place is not None:
                found.setdefault(str(contact.place), []).append(_named(subject))
    for place in list(found)[:PLACES]:
        names = list(dict.fromkeys(found[place]))
        yield f"{_quoted(place)} ({', '.join(names[:NAMES])}{', …' if names[NAMES:] else ''})"
    if len(found) > PLACES:
        yield spoken.say("more", count=len(found) - PLACES)
    if not found:
        yield spoken.say("no_places")


def _named(subject: Subject) -> str:
    return prose(subject.name or subject.id)


def _accounts(inventory: Inventory, spoken: Words) -> str:
    found = [
        _account(portal, canary, spoken)
        for portal in _portals(inventory)
        for canary in portal.canaries
    ]
    return "\n".join(found).rstrip() or spoken.say("no_canaries")


def _account(portal: Portal, canary: Canary, spoken: Words) -> str:
    failed = portal.canary_budget.failed_sign_ins
    locked = spoken.say("may_be_locked", failed=failed)
    values = {
        "account": prose(canary.account),
        "portal": _named(portal),
        "url": prose(portal.url),
        "password": _secret(canary, spoken),
        "totp": spoken.say("totp", totp=canary.totp) if canary.totp else spoken.say("no_totp"),
        "beneficiaries": spoken.say("beneficiaries", beneficiaries=canary.beneficiaries)
        if canary.beneficiaries
        else spoken.say("no_beneficiaries"),
        "objects": ", ".join(map(_quoted, canary.objects)) or spoken.say("nothing"),
        "lockout": locked if canary.may_be_locked else spoken.say("may_not_be_locked"),
        "lookups": str(portal.canary_budget.lookups),
        "requests": str(portal.canary_budget.requests),
    }
    return filled(spoken.account, values)


def _secret(canary: Canary, spoken: Words) -> str:
    if canary.password:
        return spoken.say("password", password=canary.password)
    return spoken.say("session", session=canary.session)


def _absent(inventory: Inventory, spoken: Words) -> str:
    names = [name for portal in _portals(inventory) for name in portal.absent_accounts]
    if not names:
        return spoken.say("no_absent")
    return filled(spoken.sentences["absent"], {"accounts": ", ".join(map(_quoted, names))})


def _portals(inventory: Inventory) -> Iterator[Portal]:
    return (subject for subject in inventory.subjects if isinstance(subject, Portal))
