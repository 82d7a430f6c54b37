"""Questions to DNS by type, asked of one resolver: counted, timed, remembered for one subject.

Names of addresses to connect to are `rempart.scope.pins`' affair; this is for records that are
themselves looked at. Signatures are asked for and checking is left to whoever asked, so that a
broken chain is seen instead of a resolver's bare failure.
"""

from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.rrset

from rempart.errors import NotAuthorised, Refused, Truncated, Unreachable
from rempart.scope.gate import asking
from rempart.scope.pins import named_resolver
from rempart.transport.access import Access, told

PATIENCE: Final = 4.0  # seconds for one answer
TRIES: Final = 2
Status: TypeAlias = Literal["found", "empty", "nonexistent"]


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered: the records of the name itself, aliases followed, with their signatures.

    `status` is `empty` for a name that has no record of the type, `nonexistent` for no such name.
    """

    status: Status
    records: dns.rrset.RRset | None = None
    signatures: dns.rrset.RRset | None = None

    def texts(self) -> tuple[str, ...]:
        """The records as text; TXT strings joined, undecodable bytes replaced."""
        return tuple(_text(record) for record in self.records or ())


@dataclass(slots=True)
class Questions:
    """One subject's questions; each counts as a request, an answer over TCP as a connection."""

    access: Access
    resolver: str = ""
    _known: dict[tuple[str, str], Reply] = field(default_factory=dict)

    def ask(self, name: str, kind: str) -> Reply:
        """The records of a type (`TXT`, `MX`, ...) a name has.

        Raises Unreachable, Refused (the resolver declines or fails), Truncated, Limited or
        NotAuthorised.
        """
        known = (name.lower().rstrip("."), kind)
        if known not in self._known:
            self._known[known] = self._asked(name, kind)
        return self._known[known]

    def _asked(self, name: str, kind: str) -> Reply:
        try:
            asked = dns.name.from_text(name)
        except dns.exception.DNSException:
            raise Refused(f"{name}: not a name DNS can be asked for") from None
        question = dns.message.make_query(asked, kind, want_dnssec=True)
        question.flags |= dns.flags.CD
        answer = self._answer(question, f"{kind} of {name}")
        if answer.rcode() == dns.rcode.NXDOMAIN:
            return Reply("nonexistent")
        if answer.rcode() != dns.rcode.NOERROR:
            raise Refused(
                f"{kind} of {name}: the resolver says {dns.rcode.to_text(answer.rcode())}"
            )
        return _read(answer, asked, kind)

    def _answer(self, question: dns.message.Message, what: str) -> dns.message.Message:
        resolver = named_resolver(self.resolver)
        places = [(str(server), resolver.port) for server in resolver.nameservers]
        self._inside(places)
        why = "no resolver"
        for _ in range(TRIES):
            for place in places:
                self.access.deadline.check(what)
                self.access.budget.request()
                try:
                    with asking(places):
                        return self._sent(question, place)
                except dns.exception.Timeout:
                    why = "no answer in time"
                except (dns.exception.DNSException, ValueError):
                    raise Truncated(f"{what}: an answer that cannot be read") from None
                except OSError as error:
                    why = told(error)
        raise Unreachable(f"{what}: {why}")

    def _inside(self, places: list[tuple[str, int]]) -> None:
        """A resolver the inventory names is held to the mandate; the system's own is our own."""
        if self.access.scope is None:
            raise NotAuthorised("no network for this subject")
        if not self.resolver:
            return
        for address, port in places:
            why = self.access.scope.refusal(address, port)
            if why is not None:
                raise NotAuthorised(why)

    def _sent(self, question: dns.message.Message, place: tuple[str, int]) -> dns.message.Message:
        address, port = place
        seconds = max(0.05, min(PATIENCE, self.access.deadline.remaining()))
        answer = dns.query.udp(question, address, seconds, port, ignore_unexpected=True)
        if not answer.flags & dns.flags.TC:
            return answer
        self.access.budget.connect(self.access.deadline.remaining())
        return dns.query.tcp(question, address, seconds, port)


def _read(answer: dns.message.Message, asked: dns.name.Name, kind: str) -> Reply:
    wanted = dns.rdatatype.from_text(kind)
    name, records = asked, None
    for _ in answer.answer:  # an alias a step, in whatever order they stand
        records = _rrset(answer, name, wanted)
        alias = _rrset(answer, name, dns.rdatatype.CNAME)
        if records is not None or alias is None:
            break
        name = alias[0].target
    if records is None:
        return Reply("empty")
    signed = _rrset(answer, name, dns.rdatatype.RRSIG, wanted)
    return Reply("found", records, signed)


def _rrset(
    answer: dns.message.Message,
    name: dns.name.Name,
    kind: dns.rdatatype.RdataType,
    covers: dns.rdatatype.RdataType = dns.rdatatype.NONE,
) -> dns.rrset.RRset | None:
    for each in answer.answer:
        if each.name == name and each.rdtype == kind and each.covers == covers:
            return each
    return None


def _text(record: Any) -> str:  # noqa: ANN401  (dnspython's classes are made as they are met)
    if record.rdtype == dns.rdatatype.TXT:
        return b"".join(record.strings).decode("utf-8", "replace")
    return str(record.to_text())
