"""Policies the user brings, as checks beside our own: `wazuh.<policy>.<id>`.

Each has the words of its file in every language, and the requirements it says it answers. What a
file leaves out of its benchmark is listed, never silently passed over.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from rempart.card import Card, Exploitability, Impact, Words
from rempart.catalogue import Entry, Layer
from rempart.check import (
    Figure,
    Outcome,
    Reason,
    Result,
    notapplicable,
    notchecked,
    unseen,
    verdict,
)
from rempart.collectors.sca.policy import Item, Policy, load
from rempart.declared import Check
from rempart.errors import ContentError, ContentErrors
from rempart.judge.conditions import together
from rempart.observations.policies import PolicyRules
from rempart.results import digest
from rempart.signature import Need, Signature

DOMAIN = "wazuh"
# Catalogues a policy names otherwise than ours do.
CATALOGUES: Final = {
    "cis_csc_v8": "cis-v8.1",
    "hipaa": "hipaa",
}
_HIPAA: Final = re.compile(r"\.([A-Za-z]+|[0-9])(?![0-9])")  # 164.312.a.1 is 164.312(a)(1)
_SIGNATURE = Signature((Need("seen", PolicyRules, every=True),), (), None)
Judge = Callable[[tuple[PolicyRules, ...]], Iterable[Result]]


@dataclass(frozen=True)
class PolicyEntry(Entry):
    """A check of a policy: its card and its judgement are made of the file."""

    judge: Judge
    policy_digest: str

    @cached_property
    def check(self) -> Check:
        """The check, as one that was loaded from a folder."""
        return Check(self.id, self.card, _SIGNATURE, self.judge)

    @cached_property
    def digest(self) -> str:
        """A digest over the policy file and the card."""
        return digest(self.policy_digest, self.card)[:20]


def read(
    files: Iterable[Path], *, version: int | None = None, executed: bool = False
) -> tuple[Policy, ...]:
    """The policies in files. Raises ContentErrors for one that is none, or has another's id."""
    found: dict[str, Policy] = {}
    errors: list[ContentError] = []
    for file in files:
        try:
            policy = load(file, version=version, executed=executed)
        except ContentErrors as several:
            errors += several.errors
            continue
        if policy.id in found:
            message = f"the policy {policy.id} is there already, in {found[policy.id].file}"
            errors.append(ContentError(message, file=file, line=1))
        found[policy.id] = policy
    if errors:
        raise ContentErrors(errors)
    return tuple(found.values())


def entries(
    policies: Iterable[Policy], known: Callable[[str], bool] = lambda ref: False
) -> Mapping[str, Entry]:
    """The checks of policies by id; `known` says which requirements our own catalogues have."""
    return {entry.id: entry for policy in policies for entry in _entries(policy, known)}


def _entries(policy: Policy, known: Callable[[str], bool]) -> Iterator[PolicyEntry]:
    layer = Layer(f"{DOMAIN}.{policy.id}", Path(policy.file).parent, code=False)
    for item in policy.items:
        id_ = f"{DOMAIN}.{policy.id}.{item.id}"
        judge = _judge(f"{policy.id}.{item.id}", item)
        card = _card(policy, item, tuple(filter(known, _references(item))))
        yield PolicyEntry(id_, Path(policy.file), layer, card, judge, policy.digest)
    if policy.left_out:
        id_ = f"{DOMAIN}.{policy.id}.left_out"
        card, judge = _carded(*_LEFT_OUT), _left_out(policy)
        yield PolicyEntry(id_, Path(policy.file), layer, card, judge, policy.digest)


def _references(item: Item) -> Iterator[str]:
    """Requirements a check says it answers, as our catalogues write them."""
    for requirement in item.compliance:
        name, _, number = requirement.partition(" ")
        framework = CATALOGUES.get(name)
        if framework:
            yield f"{framework}:{_HIPAA.sub(_bracketed, number) if name == 'hipaa' else number}"


def _bracketed(found: re.Match[str]) -> str:
    roman = set(found[1]) <= set("IVX")
    return f"({found[1].lower() if roman else found[1]})"


def _card(policy: Policy, item: Item, refs: tuple[str, ...]) -> Card:
    answers = f" [{', '.join(item.compliance[:40])}]" if item.compliance else ""
    return _carded(
        Words(
            title=item.title[:160] or f"{policy.name}: {item.id}",
            rationale=f"{item.rationale or item.description or policy.name}{answers}",
            remediation=item.remediation or "The policy says nothing.",
        ),
        refs=refs,
    )


_LEFT_OUT: Final = (
    Words(
        title="Items of the benchmark this policy has no check for",
        rationale="The policy names them in comments only; nobody looked at them.",
        remediation="Look at them by hand, or take a policy that has them.",
    ),
    Words(
        title="Points du référentiel que cette politique ne contrôle pas",
        rationale="La politique ne les nomme qu’en commentaire ; personne ne les a regardés.",
        remediation="Les contrôler à la main, ou prendre une politique qui les contient.",
    ),
    Words(
        title="Punkte des Benchmarks, die diese Richtlinie nicht prüft",
        rationale="Die Richtlinie nennt sie nur in Kommentaren; niemand hat sie angesehen.",
        remediation="Von Hand prüfen oder eine Richtlinie nehmen, die sie enthält.",
    ),
)


def _carded(
    words: Words,
    fr: Words | None = None,
    de: Words | None = None,
    refs: tuple[str, ...] = (),
) -> Card:
    """A policy's own words in every language: they are not ours to translate."""
    return Card(
        impact=Impact.IMPORTANT,
        exploitability=Exploitability.HIGH,
        since="0.2",
        controls=("exp.os.hardening",),
        en=words,
        fr=fr or words,
        de=de or words,
        refs=refs,
    )


def _judge(key: str, item: Item) -> Judge:
    def judge(seen: tuple[PolicyRules, ...]) -> Iterator[Result]:
        for one in seen:
            if one.key == key:
                yield _result(one, item)

    return judge


def _result(seen: PolicyRules, item: Item) -> Result:
    if unseen(seen.required):
        return verdict(seen.required == True, "its requirements were not seen", seen)  # noqa: E712
    if not seen.required:
        return notapplicable("the policy is not meant for this host", seen)
    outcome, rule, reason = together(seen.condition, seen.rules)
    text = f"{rule.rule}: {_told(rule.found, rule.detail)}" if rule else "no rules"
    if seen.notes:
        text += f" ({seen.notes})"
    if outcome is Outcome.NOTAPPLICABLE:
        return notapplicable(text, seen)
    if outcome is Outcome.NOTCHECKED:
        return notchecked(reason or Reason.UNRESOLVED, text, seen)
    facts: dict[str, Figure] = {"condition": seen.condition, "rule": rule.rule if rule else ""}
    if item.compliance:
        facts["compliance"] = ", ".join(item.compliance)
    return verdict(outcome is Outcome.PASS, text, seen, facts=facts)


def _told(found: bool | None, detail: str) -> str:
    return detail if found is None else "found" if found else "not found"


def _left_out(policy: Policy) -> Judge:
    def judge(seen: tuple[PolicyRules, ...]) -> Iterator[Result]:
        for item in policy.left_out:
            words = "the policy has no check for it"
            yield notchecked(Reason.NO_COLLECTOR, words, seen[0], of=item)

    return judge
