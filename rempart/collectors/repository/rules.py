"""How a rule of a table decides a fact about a resource; the first rule that decides wins.

What nobody decided stays unknown, and a companion of which nobody knows whether it is there changes
nothing, or leaves the answer open.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

import msgspec

from rempart.check import OneOf, Unknown, Vantage, unseen
from rempart.collectors.repository.companions import Estate
from rempart.collectors.repository.readers import (
    LOWEST,
    UNLISTED,
    combined,
    flat,
    negated_all,
    read,
    word,
)
from rempart.collectors.repository.resource import STANDS, Body, Resource, Setting
from rempart.collectors.repository.rows import Conditions, Look, Rule
from rempart.collectors.repository.terraform.values import shown, unresolved
from rempart.collectors.text import clean

Answer: TypeAlias = Any  # bool, a version word, Unknown or OneOf
OF: Final = {  # readers that combine in one way whatever the topic
    "any": "any",
    "all": "all",
    "set": "any",
    "open": "any",
    "policy": "any",
    "tls_only": "any",
}
SHOWN: Final = 60  # characters of a value in the words of a result


class Decided(msgspec.Struct, frozen=True):
    """A fact, the words that decided it, and where these stand (None: nowhere)."""

    value: Answer
    words: str
    setting: Setting | None = None
    file: str = ""
    resource: Resource | None = None  # the companion that decided


class Deciding:
    """One thing looked at by the rules of its row: a resource, or a block of it."""

    def __init__(self, estate: Estate, resource: Resource, body: Body, topic: str) -> None:
        self._estate = estate
        self._resource = resource
        self._body = body
        self._topic = topic
        self._unlisted: dict[str, Decided] = {}

    def decided(self, rules: Sequence[Rule], copied: Sequence[str] = ()) -> Decided:
        """The first rule that decides, or the default of the last one that holds."""
        doubtful: list[Decided] = []
        for rule in rules:
            found = self._companions(rule, doubtful) if rule.companion else self._own(rule)
            holds = self._holds(rule, self._body, self._resource)
            if holds is False:
                continue
            if found is None and rule.default is not None:
                found = self._default(rule, copied)
            if found is None:
                continue
            if holds is True:
                return _settled(found, doubtful)
            doubtful.append(found)
        words = "what decides here is itself not decided"
        return _settled(doubtful.pop() if doubtful else Decided(unresolved(words), words), doubtful)

    def alone(self, rule: Rule) -> Decided | None:
        """What this resource says by itself as the companion a rule looks for."""
        asked = {path[1:]: words for path, words in rule.when.items()}
        if fulfilled(asked, self._body, self._body) is not True:
            return None
        found = self._answer(rule, self._body, "")
        if found is None and rule.absent is not None:
            found = _absent(rule, self._resource)
        return found

    def _holds(self, rule: Rule, body: Body, resource: Resource) -> bool | Unknown:
        own = {path: words for path, words in rule.when.items() if not path.startswith("~")}
        return fulfilled(own, body, resource.body)

    def _own(self, rule: Rule) -> Decided | None:
        return self._answer(rule, self._body, "")

    def _companions(self, rule: Rule, doubtful: list[Decided]) -> Decided | None:
        """What all companions of the rule come to; those not surely there go to `doubtful`."""
        asked = {path[1:]: words for path, words in rule.when.items() if path.startswith("~")}
        sure: list[Decided] = []
        for one, certain in self._estate.beside(self._resource, rule):
            holds = fulfilled(asked, one.body, one.body)
            if holds is False:
                continue
            found = self._answer(rule, one.body, one.file)
            if found is None and rule.absent is not None:
                found = _absent(rule, one)
            if found is not None:
                found = msgspec.structs.replace(found, resource=one)
                (sure if certain and holds is True else doubtful).append(found)
        if not sure:
            return None
        value = combined([one.value for one in sure], self._combining(rule))
        fitting = (one for one in sure if not unseen(one.value) and one.value == value)
        best = next(fitting, next((one for one in sure if unseen(one.value)), sure[0]))
        return msgspec.structs.replace(best, value=value)

    def _combining(self, rule: Rule) -> str:
        if self._topic == "tls":
            return LOWEST
        return rule.of or ("any" if self._topic == "public" else "all")

    def _answer(self, rule: Rule, body: Body, file: str) -> Decided | None:
        by_path = [(path, body.at(path)) for path in rule.paths]
        written = [one for _, found in by_path for one in found if one.value is not None]
        if rule.reader == "all" and any(not found for _, found in by_path):
            return None
        if not written:
            return None
        answers = [read(rule, one, written) for one in flat(written, rule.reader)]
        told = [self._said(one) for one in answers if one is not None and one is not UNLISTED]
        if not told:
            if UNLISTED in answers:
                self._note(rule, written)
            return None
        value = combined(told, OF.get(rule.reader) or self._combining(rule))
        if rule.reader == "set" and value is False:
            return None
        if rule.negate:
            value = negated_all(value)
        if rule.only is not None and value is not rule.only:
            return None
        return Decided(value, _words(written), _deciding(rule, written, value), file)

    def _said(self, answer: Answer) -> Answer:
        """An answer of this topic; a sentence in its place says what decides elsewhere."""
        if isinstance(answer, str) and not (self._topic == "tls" and is_version(answer)):
            return unresolved(answer)
        return answer

    def _note(self, rule: Rule, written: list[Setting]) -> None:
        """Remember a word that the table does not know: no default may speak over it."""
        if rule.companion:
            return
        words = _words(written)
        for path in rule.paths:
            self._unlisted.setdefault(path, Decided(unresolved(words), words, written[0]))

    def _default(self, rule: Rule, copied: Sequence[str]) -> Decided:
        for path in rule.paths:
            if path in self._unlisted:
                return self._unlisted[path]
        for name in copied:
            for setting in self._resource.body.at(name):
                if setting.value is not None:
                    words = f"{name}: what it is made from decides"
                    return Decided(unresolved(words), words)
        value = rule.default
        for version, earlier in rule.before.items():
            if self._resource.older(version):
                value = earlier
                break
        if isinstance(value, str) and self._topic != "tls":
            return Decided(unresolved(value), value)
        if isinstance(value, str) and not is_version(value):
            return Decided(unresolved(value), value)
        return Decided(value, _absence(rule, value))


def fulfilled(conditions: Conditions, body: Body, whole: Body) -> bool | Unknown:
    """Whether every setting named has one of the words given for it."""
    doubt: Unknown | None = None
    for path, words in conditions.items():
        found = body.at(path)
        if not found and whole is not body:
            found = whole.at(path)
        met = _met(words, [one for one in found if one.value is not None])
        if met is False:
            return False
        if isinstance(met, Unknown):
            doubt = met
    return True if doubt is None else doubt


def _met(words: Sequence[Any], found: list[Setting]) -> bool | Unknown:
    given = [shown(one) if not isinstance(one, str) else one for one in words]
    refused = [one[1:] for one in given if one.startswith("!")]
    wanted = [one for one in given if not one.startswith("!")]
    if not found:
        return "absent" in wanted if wanted else "absent" not in refused
    doubt: Unknown | None = None
    for setting in flat(found, "words"):
        value = setting.value
        if isinstance(value, Unknown | OneOf):
            doubt = value if isinstance(value, Unknown) else unresolved(shown(value)[:SHOWN])
            continue
        if any(word(one, value) for one in refused):
            continue
        if not wanted or any(word(one, value) for one in wanted):
            return True
    return False if doubt is None else doubt


def companions_of(estate: Estate, resource: Resource, look: Look) -> Iterator[tuple[Body, bool]]:
    """Where settings are looked for: the companions, or the resource itself."""
    if not look.companion:
        yield resource.body, True
        return
    for one, certain in estate.beside(resource, look):
        yield one.body, certain


def place_of(
    found: Decided, resource: Resource, key: str, line: int, end_line: int
) -> dict[str, Any]:
    """The key of an observation, and where what decided stands: lines of the thing else."""
    if found.resource is not None:
        line, end_line = found.resource.line, found.resource.end_line
    if found.setting is not None and found.setting.line:
        line, end_line = found.setting.line, found.setting.end_line
    return {
        "key": clean(key, 300),
        "vantage": Vantage.DECLARED,
        "source": found.file or (found.resource or resource).file,
        "line": line,
        "end_line": max(line, end_line),
        "root": resource.root,
    }


def is_version(text: object) -> bool:
    """Whether a word is a version of TLS, as the tables write it."""
    return text in ("none", "ssl3", "1.0", "1.1", "1.2", "1.3")


def _settled(found: Decided, doubtful: Sequence[Decided]) -> Decided:
    """What was found, unless something that may be there says otherwise."""
    for one in doubtful:
        if unseen(one.value) or unseen(found.value) or one.value is not found.value:
            words = f"{one.words}, but whether that holds is not decided"
            return Decided(unresolved(words), words, one.setting, one.file, one.resource)
    return found


def _absent(rule: Rule, companion: Resource) -> Decided:
    name = rule.paths[-1] if rule.paths else ""
    words = f"{name} is absent in {companion.address}" if name else f"{companion.address} is there"
    value: Answer = rule.absent
    if isinstance(value, str) and not is_version(value):
        return Decided(unresolved(value), value)
    return Decided(value, words, None, companion.file)


def _absence(rule: Rule, value: Answer) -> str:
    if not rule.paths:
        return "the provider always does it" if value is True else "nothing here does it"
    name = rule.paths[0] if "[" in rule.paths[0] else rule.paths[0].rpartition(".")[2]
    if isinstance(value, bool):  # what the setting is by default, not what that answers
        if rule.reader not in ("boolean", "all", "any"):
            return f"{name} is absent"
        value = value is not rule.negate
    return f"{name} is absent: {shown(value)} by default"


def _words(written: list[Setting]) -> str:
    return ", ".join(dict.fromkeys(_said(one) for one in written))[:300]


def _said(setting: Setting) -> str:
    if setting.value is STANDS:
        return f"{setting.name} is there"
    if isinstance(setting.value, Unknown):
        return f"{setting.name} = {setting.value.detail[:SHOWN]}"
    value = shown(setting.value)
    if isinstance(setting.value, tuple):
        value = f"[{', '.join(shown(one) for one in setting.value)}]"
    return f"{setting.name} = {value[:SHOWN]}"


def _deciding(rule: Rule, written: list[Setting], value: Answer) -> Setting:
    """The setting that decided, where one can be told."""
    for one in written:
        for each in flat([one], rule.reader):
            answer = read(rule, each, [each])
            if rule.negate and isinstance(answer, bool):
                answer = not answer
            if not unseen(answer) and not unseen(value) and answer == value:
                return one
    return written[0]
