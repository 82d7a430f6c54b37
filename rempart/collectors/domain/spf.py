"""SPF, read as a receiver evaluates it (RFC 7208): one record, ten look-ups, no faults."""

import ipaddress
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from rempart.check import Reason, Seen, Unknown
from rempart.errors import CollectError
from rempart.observations.dns import SpfPolicy

if TYPE_CHECKING:
    from rempart.transport.access import Access
    from rempart.transport.dns import Questions

MOST_ASKED: Final = 25  # look-ups followed; ten are allowed, so more only says how far beyond
MOST_VOID: Final = 2  # look-ups without an answer a receiver puts up with
MOST_EXCHANGERS: Final = 10
DEEPEST: Final = 12
WIDEST: Final = 8  # bits: no sender has shorter ranges
_TERM = re.compile(
    r"(?P<qualifier>[-+~?]?)(?P<name>[a-z][a-z0-9_.-]*)(?:(?P<sign>[:=/])(?P<value>.*))?",
    re.IGNORECASE | re.DOTALL,
)
_MECHANISMS: Final = frozenset({"all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"})
_NEEDS_VALUE: Final = frozenset({"include", "ip4", "ip6", "exists"})
_LOOK_UP: Final = frozenset({"include", "a", "mx", "ptr", "exists"})


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a record: a mechanism with its qualifier, or a modifier (`=`)."""

    text: str
    qualifier: str
    name: str
    value: str
    modifier: bool


def spf_policy(subject: Any, access: "Access", questions: "Questions") -> SpfPolicy:  # noqa: ANN401
    """The domain's own policy, its includes and redirects followed."""
    domain = subject.id.rstrip(".").lower()
    records = spf_records(questions.ask(domain, "TXT").texts())
    place = {"key": domain, "source": f"TXT {domain}"}
    if len(records) != 1:
        return SpfPolicy(len(records), **place)
    reading = _Reading(questions)
    ends = reading.record(domain, records[0], 0)
    return SpfPolicy(1, ends, reading.counted(), tuple(dict.fromkeys(reading.faults)), **place)


def spf_records(texts: tuple[str, ...]) -> list[str]:
    """The records that are SPF: `v=spf1` alone or followed by a space, in any case."""
    return [
        text for text in texts if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")
    ]


def terms(record: str) -> list[Term | str]:
    """The words after the version; a word that is no term comes as it stands."""
    found: list[Term | str] = []
    for word in record.split()[1:]:
        match = _TERM.fullmatch(word)
        if match is None:
            found.append(word)
            continue
        modifier = match["sign"] == "="
        value = match["value"] or ""
        if match["sign"] == "/":
            value = ""  # a prefix length: the mechanism asks for the domain itself
        name = match["name"].lower()
        found.append(Term(word, match["qualifier"] or "+", name, value, modifier))
    return found


@dataclass(slots=True)
class _Reading:
    """A record being evaluated for whoever fits no mechanism: that is the longest way through."""

    questions: "Questions"
    lookups: int = 0
    void: int = 0
    faults: list[str] = field(default_factory=list)
    unseen: Unknown | None = None
    open: set[str] = field(default_factory=set)

    def counted(self) -> Seen[int]:
        """The look-ups; not known where an included record was not seen and ten are not reached."""
        return self.unseen if self.unseen is not None and self.lookups <= 10 else self.lookups

    def record(self, domain: str, text: str, depth: int) -> Seen[str]:
        """What holds for everybody else in this record."""
        everybody, redirect = "", ""
        for term in terms(text):
            if isinstance(term, str):
                self.faults.append(f"{term} is no term of SPF")
            elif term.modifier:
                redirect = term.value if term.name == "redirect" else redirect
            elif not everybody:
                everybody = self._mechanism(domain, term, depth)
        if everybody or not redirect:
            return everybody or "?all"
        self.lookups += 1
        return self._other(domain, redirect, f"redirect={redirect}", depth)

    def _mechanism(self, domain: str, term: Term, depth: int) -> str:
        """Count what it asks for; the qualifier of `all`, else nothing."""
        if term.name not in _MECHANISMS or (term.name in _NEEDS_VALUE and not term.value):
            self.faults.append(f"{term.text} is no mechanism of SPF")
            return ""
        if term.name == "all":
            if term.text.lstrip("+-~?").lower() != "all":
                self.faults.append(f"{term.text} is no mechanism of SPF")
            return f"{term.qualifier}all"
        if term.name in ("ip4", "ip6"):
            return self._network(term)
        self.lookups += term.name in _LOOK_UP
        if term.name == "include":
            everybody = self._other(domain, term.value, term.text, depth)
            if isinstance(everybody, str) and everybody == "+all":  # it fits everybody then
                return f"{term.qualifier}all"
        elif term.name in ("a", "mx", "exists"):
            self._asked(term, term.value.partition("/")[0] or domain)
        return ""

    def _network(self, term: Term) -> str:
        """The qualifier of `all` where addresses are named that are everybody's; a fault if none.

        RFC 7208, 5.6: a receiver gives up on a record with an address it cannot read.
        """
        try:
            network = ipaddress.ip_network(term.value, strict=False)
        except ValueError:
            network = None
        if network is None or network.version != int(term.name[-1]):
            self.faults.append(f"{term.text} is no address range")
            return ""
        if term.qualifier == "+" and network.prefixlen == 0:
            return "+all"
        if term.qualifier == "+" and network.prefixlen < WIDEST:
            self.faults.append(f"{term.text} lets a large part of the internet send")
        return ""

    def _other(self, domain: str, target: str, said: str, depth: int) -> Seen[str]:
        """The record of an included or redirected domain; it must have one."""
        name = target.lower().rstrip(".")
        if "%" in target:
            return self._lost(Unknown(Reason.UNRESOLVED, f"{said} depends on the sender"))
        if name in self.open or name == domain or depth >= DEEPEST:
            self.faults.append(f"{said} leads back to itself")
            return "?all"
        if self.lookups > MOST_ASKED:
            return "?all"
        try:
            records = spf_records(self.questions.ask(name, "TXT").texts())
        except CollectError as error:
            return self._lost(Unknown(error.reason, f"{said}: {error}"))
        if len(records) != 1:
            self.faults.append(f"{said} has {len(records) or 'no'} SPF record{'s' * bool(records)}")
            return "?all"
        self.open.add(name)
        try:
            return self.record(name, records[0], depth + 1)
        finally:
            self.open.discard(name)

    def _asked(self, term: Term, name: str) -> None:
        """What `a`, `mx` and `exists` ask for; names that are not there count as void."""
        if "%" in name or self.lookups > MOST_ASKED:
            return
        try:
            reply = self.questions.ask(name, "MX" if term.name == "mx" else "A")
            if reply.status != "found" and term.name == "a":
                reply = self.questions.ask(name, "AAAA")
        except CollectError as error:
            self.unseen = self.unseen or Unknown(error.reason, f"{term.text}: {error}")
            return
        if term.name == "mx" and len(reply.texts()) > MOST_EXCHANGERS:
            self.faults.append(f"{term.text} has more than {MOST_EXCHANGERS} mail exchangers")
        self.void += reply.status != "found"
        if self.void == MOST_VOID + 1:
            self.faults.append(f"more than {MOST_VOID} look-ups find nothing")

    def _lost(self, why: Unknown) -> Unknown:
        self.unseen = self.unseen or why
        return why
