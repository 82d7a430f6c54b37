"""What rules of several makes have in common: fields, spans of time, what is refused and why."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_SPAN = re.compile(r"(\d{1,6})\s*(s|m|h|d|w|second|minute|hour|day|week)s?")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_FAILED = re.compile(r"fail|denied|refused|invalid|error|4625|\b401\b|\b403\b", re.IGNORECASE)
_SIGN_IN = re.compile(
    r"log-?in|log-?on|sign-?in|auth|connect|4624|4625|\b401\b|\b403\b", re.IGNORECASE
)
ACCOUNTS = frozenset(
    {
        "user", "username", "user_name", "user.name", "user.id", "usr", "account", "login", "uid",
        "userid", "user_id", "subjectusername", "targetusername", "cs-username", "principal",
        "remote_user", "source.user.name", "useridentity.arn",
    }
)  # fmt: skip
PEOPLE = frozenset(
    {
        "person", "patient", "patient.id", "patient_id", "beneficiary", "beneficiary_id", "insured",
        "insured_id", "member", "member_id", "nir", "ssn", "kvnr", "nss",
    }
)  # fmt: skip
ACTIONS = frozenset(
    {
        "action", "event.action", "event.category", "event.type", "event.outcome", "event.dataset",
        "operation", "category", "type", "eventid", "event_id", "eventtype", "status", "outcome",
        "result",
    }
)  # fmt: skip


class Refused(Exception):
    """The rule says more than a count per account and window; the message names the construct."""


@dataclass(frozen=True, slots=True)
class Words:
    """The fields of the log that name account and person, beside those usual for them."""

    account: str = ""
    person: str = ""

    def is_account(self, field: object) -> bool:
        """Whether a rule's field is the account."""
        return _bare(field) in {_bare(self.account), *ACCOUNTS} - {""}

    def is_person(self, field: object) -> bool:
        """Whether a rule's field is the person."""
        return _bare(field) in {_bare(self.person), *PEOPLE} - {""}


def _bare(field: object) -> str:
    text = str(field).partition(" ~ ")[0].strip().lower()
    return text.removeprefix("$").removeprefix(".").removesuffix(".keyword")


def seconds(span: object) -> int:
    """A span such as `1h`, `15m` or `1 hour`, in seconds."""
    found = _SPAN.fullmatch(str(span).strip().lower())
    if found is None or not int(found[1]):
        raise Refused(f"a time span of {span}")
    return int(found[1]) * _UNITS[found[2][0]]


def whole(number: Any) -> int:  # noqa: ANN401
    """A threshold: a whole number of at least one."""
    text = str(number)
    if isinstance(number, bool) or not text.isdecimal() or not 0 < int(text) < 10**9:
        raise Refused(f"a threshold of {number}")
    return int(text)


def counted(selected: Iterable[tuple[str, object]]) -> str:
    """What lines selected by these fields and values are: `requests`, or failed sign-ins."""
    values = []
    for field, value in selected:
        if _bare(field) not in ACTIONS:
            raise Refused(f"a selection by {field}")
        values.append(str(value))
    text = " ".join(values)
    if not _SIGN_IN.search(text):
        if _FAILED.search(text):
            raise Refused("a selection of refused reads")
        return "requests"
    if _FAILED.search(text):
        return "failures"
    raise Refused("a selection of sign-ins that succeeded")
