"""The password policy of a realm: one text, `rule(value) and rule(value)`.

Source: PasswordPolicy.java of Keycloak 26. The text is split at " and ", a rule at its first and
last bracket; a text that is not written so is refused by the server, and decides nothing here.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from rempart.check import Seen, Unknown
from rempart.collectors.text import clean
from rempart.errors import Reason

# Rules, and the figure of each where the text gives none.
RULES: Final = {
    "length": 8,
    "maxLength": 64,
    "digits": 1,
    "lowerCase": 1,
    "upperCase": 1,
    "specialChars": 1,
    "passwordHistory": 3,
    "forceExpiredPasswordChange": 365,
    "hashIterations": 0,
    "passwordAge": 30,
    "maxAuthAge": 300,
    "recoveryCodesWarningThreshold": 4,
    "maxDeltaTimeSeconds": 0,
}
FLAGS: Final = ("notUsername", "notEmail", "notContainsUsername", "hashAlgorithm", "regexPattern")
LISTS: Final = ("passwordBlacklist", "passwordDenylist")
KNOWN: Final = frozenset({*RULES, *FLAGS, *LISTS})
LONGEST: Final = 20_000
_RULE: Final = re.compile(r"\s*(\w+)\s*(\()?")
_AFTER: Final = re.compile(r"\)\s*(?: and (?=\s*\w)|$)")
# Since this major version the server hashes so where the policy says nothing.
HASHES: Final = ((25, "argon2id", 5), (24, "pbkdf2-sha512", 210_000), (1, "pbkdf2-sha256", 27_500))
NAMES: Final = {"argon2": "argon2id", "pbkdf2": "pbkdf2-sha1", "pbkdf2-sha1": "pbkdf2-sha1"}
ITERATIONS: Final = {
    "pbkdf2-sha1": 1_300_000,
    "pbkdf2-sha256": 600_000,
    "pbkdf2-sha512": 210_000,
    "argon2id": 5,
}


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a policy by name; `fault` says why a text decides nothing."""

    given: dict[str, str] = field(default_factory=dict)
    fault: str = ""

    def number(self, name: str, absent: int | None = 0) -> Any:  # noqa: ANN401  (Seen[int | None])
        """The figure of a rule; `absent` where the policy does not have it."""
        if self.fault:
            return self.unknown
        if name not in self.given:
            return absent
        text = self.given[name].strip()
        digits = text.isascii() and text.isdecimal() and len(text) < 10
        return int(text) if digits else RULES[name]

    def has(self, *names: str) -> Seen[bool]:
        """Whether the policy has one of these rules."""
        return self.unknown if self.fault else any(name in self.given for name in names)

    @property
    def unknown(self) -> Unknown:
        """Why nothing is known of the rules."""
        return Unknown(Reason.UNRESOLVED, f"passwordPolicy {self.fault}")


def parsed(text: object) -> Rules:
    """The rules a text writes; none where it is empty or absent."""
    if not isinstance(text, str) or not text:
        return Rules()
    if len(text) > LONGEST:
        return Rules(fault="is too long")
    given: dict[str, str] = {}
    place = 0
    while place < len(text):
        found = _RULE.match(text, place)
        if found is None:
            return Rules(fault=f'has no rule at "{clean(text[place : place + 20], 30)}"')
        name, place = found[1], found.end()
        value, place, fault = _value(text, place, name, bracket=bool(found[2]))
        if fault:
            return Rules(fault=f'is malformed after "{clean(name, 40)}": the server refuses it')
        given[name] = value
    return Rules(given)


def _value(text: str, place: int, name: str, *, bracket: bool) -> tuple[str, int, bool]:
    """The value in brackets, where the next rule begins, and whether it is malformed."""
    if not bracket:
        if text[place:].strip() == "":
            return "", len(text), False
        follows = text[place : place + 5] == " and " or text[place:].lstrip().startswith("and ")
        skipped = len(text[place:]) - len(text[place:].lstrip()) + len("and ")
        return "", place + skipped, not follows
    if name == "regexPattern":  # may hold brackets and " and " itself: up to a rule that is known
        ends = [one for one in _AFTER.finditer(text, place) if _continues(text, one.end())]
        end = ends[0] if ends else None
    else:
        end = _AFTER.match(text, text.find(")", place)) if ")" in text[place:] else None
    if end is None:
        return "", place, True
    return text[place : end.start()], end.end(), False


def _continues(text: str, place: int) -> bool:
    if place >= len(text):
        return True
    found = _RULE.match(text, place)
    return found is not None and found[1] in KNOWN


def hashing(rules: Rules, version: object) -> tuple[Seen[str], Seen[int | None]]:
    """Scheme and cost of new passwords: the policy's, or the server's own by its version."""
    if rules.fault:
        return rules.unknown, None
    named = rules.given.get("hashAlgorithm", "").strip().lower()
    rounds = rules.number("hashIterations") or None
    if named:
        scheme = NAMES.get(named, clean(named, 40))
        return scheme, rounds or ITERATIONS.get(scheme)
    major = _major(version)
    if major is None:
        why = "the export does not say its version, which decides the hash"
        return Unknown(Reason.UNRESOLVED, why), None
    scheme, cost = next((name, cost) for since, name, cost in HASHES if major >= since)
    return scheme, rounds or cost


def _major(version: object) -> int | None:
    text = str(version or "").partition(".")[0]
    return int(text) if text.isascii() and text.isdecimal() and int(text[:4]) > 0 else None
