"""The chain of DNSSEC (RFC 4035), walked from the root's keys down to the domain, and verified.

A zone's DS record stands at its parent, signed by it, and names the key that signs the zone's own
keys. No DS at a parent that is signed itself means an unsigned zone: the resolver's word is taken
for that, since what is audited here is the domain and not the way to it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from rempart.errors import CollectError, Unresolved
from rempart.observations.dns import DnssecChain

if TYPE_CHECKING:
    import dns.rrset

    from rempart.transport.access import Access
    from rempart.transport.dns import Questions, Reply

# The root's key signing keys of 2017 and 2024 (IANA, root-anchors.xml, read 2026-11).
ROOT: Final = (
    "20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
    "38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16",
)
# RFC 8624, 3.1 and 3.3: must not, or not recommended, for signing and delegation.
WEAK: Final = {1: "RSAMD5", 3: "DSA", 5: "RSASHA1", 6: "DSA-NSEC3-SHA1", 7: "RSASHA1-NSEC3-SHA1"}
WEAK_DIGESTS: Final = {1: "a SHA-1 digest at the parent"}
SIGNED, UNSIGNED, BROKEN = "signed", "unsigned", "broken"


def dnssec_chain(subject: Any, access: "Access", questions: "Questions") -> DnssecChain:  # noqa: ANN401
    """Whether the domain's own records can be proved."""
    walk = Walk(questions, anchors(subject))
    domain = subject.id.rstrip(".").lower()
    zone = walk.zone(domain)
    state, link = walk.state(zone)
    if state == SIGNED and not walk.proved(walk.questions.ask(zone, "SOA"), zone):
        state, link = BROKEN, f"the records of {shown(zone)} do not carry its signature"
    weak = tuple(sorted(walk.weak))
    return DnssecChain(state, link, weak, key=domain, source=f"DS and DNSKEY of {shown(zone)}")


def shown(zone: str) -> str:
    """A zone as people write it."""
    return zone or "the root"


@dataclass(slots=True)
class Walk:
    """Zones met on the way, each judged once."""

    questions: "Questions"
    anchors: tuple[str, ...]
    weak: set[str] = field(default_factory=set)
    _states: dict[str, tuple[str, str]] = field(default_factory=dict)
    _keys: dict[str, "dns.rrset.RRset"] = field(default_factory=dict)

    def zone(self, name: str) -> str:
        """The zone a name lies in: the nearest name upwards that has an SOA record."""
        labels = name.split(".") if name else []
        for start in range(len(labels)):
            one = ".".join(labels[start:])
            if self.questions.ask(one, "SOA").status == "found":
                return one
        return ""

    def state(self, zone: str) -> tuple[str, str]:
        """signed, unsigned or broken, and the link at which it is so."""
        if zone not in self._states:
            self._states[zone] = self._judged(zone)
        return self._states[zone]

    def proved(self, reply: "Reply", zone: str) -> bool:
        """Whether records carry a signature that a key of their zone made."""
        return reply.status == "found" and self._verified(reply, self._keys[zone])

    def _judged(self, zone: str) -> tuple[str, str]:
        if not zone:
            return self._zone_keys(zone, self.anchors)
        parent = self.zone(zone.partition(".")[2])
        above, link = self.state(parent)
        if above != SIGNED:
            return above, link
        delegation = self.questions.ask(zone, "DS")
        if delegation.status != "found":
            return UNSIGNED, f"{shown(parent)} has no DS record for {zone}"
        if not self.proved(delegation, parent):
            return (
                BROKEN,
                f"the DS record of {zone} does not carry the signature of {shown(parent)}",
            )
        return self._zone_keys(zone, tuple(str(one) for one in delegation.records or ()))

    def _zone_keys(self, zone: str, digests: Iterable[str]) -> tuple[str, str]:
        """Whether one of the digests is that of a key which signs the zone's keys."""
        import dns.rrset

        reply = self.questions.ask(zone or ".", "DNSKEY")
        if reply.records is None:
            return BROKEN, f"{shown(zone)} publishes no key"
        trusted = list(_matching(reply.records, digests))
        if not trusted:
            return BROKEN, f"no key of {shown(zone)} fits the digests above it"
        entry = dns.rrset.from_rdata_list(reply.records.name, 0, [key for key, _ in trusted])
        if not self._verified(reply, entry):
            return BROKEN, f"the keys of {shown(zone)} do not carry a valid signature"
        self._keys[zone] = reply.records
        if zone:
            self._note(zone, trusted)
        return SIGNED, ""

    def _note(self, zone: str, trusted: list[tuple[Any, int]]) -> None:
        for key, digest in trusted:
            named = WEAK.get(int(key.algorithm))
            if named:
                self.weak.add(f"{named} in {zone}")
            if digest in WEAK_DIGESTS and all(other in WEAK_DIGESTS for _, other in trusted):
                self.weak.add(f"{WEAK_DIGESTS[digest]} of {zone}")

    def _verified(self, reply: "Reply", keys: "dns.rrset.RRset") -> bool:
        import dns.dnssec
        import dns.exception

        if reply.records is None or reply.signatures is None:
            return False
        try:
            dns.dnssec.validate(
                reply.records,
                reply.signatures,
                {keys.name: keys},
                policy=dns.dnssec.allow_all_policy,
            )
        except (dns.exception.DNSException, ValueError, NotImplementedError):
            return False
        return True


def _matching(keys: Iterable[Any], digests: Iterable[str]) -> Iterator[tuple[Any, int]]:
    """Keys of a zone that one of the digests above it names, with the kind of that digest."""
    import dns.dnssec
    import dns.exception
    import dns.rdata

    for text in digests:
        delegation: Any = dns.rdata.from_text("IN", "DS", text)
        for key in keys:
            if dns.dnssec.key_id(key) != delegation.key_tag:
                continue
            try:
                own = dns.dnssec.make_ds(
                    keys.name,  # type: ignore[attr-defined]
                    key,
                    delegation.digest_type,
                    policy=dns.dnssec.allow_all_policy,
                )
            except (dns.exception.DNSException, ValueError):
                continue  # a digest nobody here can compute
            if own.digest == delegation.digest:
                yield key, int(delegation.digest_type)


def anchors(subject: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Digests of the root's keys: IANA's, or those of the private root the inventory names.

    Its file holds DS records, as `dnssec-dsfromkey` prints them. Raises Unresolved.
    """
    import dns.exception
    import dns.rdata

    file = subject.anchor
    if file is None:
        return ROOT
    try:
        lines = file.read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        raise Unresolved(f"{file.name}: cannot be read as DS records") from None
    found = []
    for line in lines:
        words = line.partition(";")[0].split()
        if not words:
            continue
        text = " ".join(words[words.index("DS") + 1 :] if "DS" in words else words)
        try:
            dns.rdata.from_text("IN", "DS", text)
        except (dns.exception.DNSException, ValueError):
            raise Unresolved(f"{file.name}: {line.strip()[:60]!r} is no DS record") from None
        found.append(text)
    if not found:
        raise Unresolved(f"{file.name}: no DS record")
    return tuple(found)


def secure(walk: Walk, name: str, kind: str) -> bool:
    """Whether the records of a name exist and are proved; False too where that was not seen."""
    try:
        reply = walk.questions.ask(name, kind)
        if reply.status != "found" or reply.records is None:
            return False
        zone = walk.zone(str(reply.records.name).rstrip(".").lower())
        return walk.state(zone)[0] == SIGNED and walk.proved(reply, zone)
    except CollectError:
        return False
