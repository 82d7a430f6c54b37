"""Which accounts of an Active Directory domain are weakened, and which policy decides for each.

Sources: MS-ADTS 2.2.16 (userAccountControl), 3.1.1.4.5.36: a settings object linked to the account
wins over those linked to its groups; among several the lowest precedence, then the lowest GUID.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from rempart.check import Observation, Seen, Unknown
from rempart.collectors.directory.entries import Directory, Entry, folded, short
from rempart.collectors.text import clean
from rempart.errors import CollectError, Unresolved
from rempart.observations.directories import AccountFlag, PolicyReach

ATTRIBUTES: Final = (
    *("objectClass", "userAccountControl", "adminCount", "servicePrincipalName", "memberOf"),
    *("primaryGroupID", "sAMAccountName"),
)
DISABLED, SERVER_TRUST = 0x2, 0x2000
BIT: Final = "userAccountControl:1.2.840.113556.1.4.803:"
FLAGS: Final = {
    "no_password_needed": 0x20,
    "reversible": 0x80,
    "never_expires": 0x10000,
    "delegation": 0x80000,
    "des_only": 0x200000,
    "no_preauth": 0x400000,
}
SERVICE: Final = "(&(adminCount=1)(servicePrincipalName=*))"
# Administrators, Domain Admins, Schema Admins, Enterprise Admins, Protected Users and their like.
PRIVILEGED: Final = frozenset({500, 512, 516, 518, 519, 544, 548, 549, 550, 551})
NO_PERSON: Final = frozenset({"krbtgt"})  # has a service name and is no account one signs in to


@dataclass(slots=True)
class Tally:
    """What is counted while the accounts pass by, once."""

    accounts: dict[str, int] = field(default_factory=dict)
    admins: dict[str, int] = field(default_factory=dict)
    reached: dict[str, int] = field(default_factory=dict)
    reached_admins: dict[str, int] = field(default_factory=dict)
    cut: CollectError | None = None  # why not all of them passed

    def flag(self, name: str, admin: bool) -> None:
        self.accounts[name] = self.accounts.get(name, 0) + 1
        self.admins[name] = self.admins.get(name, 0) + admin

    def reach(self, policy: str, admin: bool) -> None:
        self.reached[policy] = self.reached.get(policy, 0) + 1
        self.reached_admins[policy] = self.reached_admins.get(policy, 0) + admin


def counted(directory: Directory, base: str, settings: tuple[Entry, ...]) -> Tally:
    """Every enabled account looked at once, as far as they came."""
    tally = Tally()
    try:
        _count(tally, directory, base, settings)
    except CollectError as error:
        tally.cut = error
    return tally


def _count(tally: Tally, directory: Directory, base: str, settings: tuple[Entry, ...]) -> None:
    groups = _Groups(directory, base) if settings else None
    seen = unsaid = 0
    for account in directory.entries(base, ("user",), ATTRIBUTES, "(objectCategory=person)"):
        control = account.number("useraccountcontrol")
        if account.is_a("computer"):
            continue
        seen, unsaid = seen + 1, unsaid + (control is None)
        if control is None or control & DISABLED:
            continue
        admin = account.number("admincount") == 1
        for name, bit in FLAGS.items():
            if control & bit and not (name == "delegation" and control & SERVER_TRUST):
                tally.flag(name, admin)
        named = account.text("samaccountname").lower()
        if admin and account.text("serviceprincipalname") and named not in NO_PERSON:
            tally.flag("service_admin", admin)
        winner = groups.winner(account, settings) if groups else None
        tally.reach(winner.dn if winner else "", admin)
    if not seen or unsaid:  # every domain has an administrator: a file may leave people out
        raise Unresolved(f"{seen} accounts were seen, {unsaid} of them without userAccountControl")


def flags(tally: Tally, domain: str, source: str) -> Iterator[Observation]:
    """One observation a flag, none left out: none is what should be.

    Where not all accounts passed by, a flag that was seen is told, and the others are not known.
    """
    cut = tally.cut
    rest: Seen[int] = 0 if cut is None else Unknown(cut.reason, str(cut))
    for name in (*FLAGS, "service_admin"):
        filter_ = SERVICE if name == "service_admin" else f"({BIT}={FLAGS[name]})"
        yield AccountFlag(
            name,
            tally.accounts.get(name) or rest,
            tally.admins.get(name) or rest,
            key=f"{domain} {name}",
            source=f"{source}: {filter_}",
        )


def reaches(
    tally: Tally, settings: tuple[Entry, ...], domain: str, source: str
) -> Iterator[Observation]:
    """Whom each policy binds: the settings objects by their claim, then the default."""
    claims = [one.number("msds-passwordsettingsprecedence") or 0 for one in settings]
    names = [f"PSO {clean(one.text('cn') or short(one.dn), 80)}" for one in settings]
    for number, one in enumerate(settings):
        same = (n for other, n in enumerate(names) if other != number)
        ties = tuple(n for n, claim in zip(same, _without(claims, number), strict=True)
                     if claim == claims[number])  # fmt: skip
        yield PolicyReach(
            claims[number],
            tuple(clean(short(name), 80) for name in one.texts("msds-psoappliesto")),
            tally.reached.get(one.dn, 0),
            tally.reached_admins.get(one.dn, 0),
            ties,
            len(settings),
            key=names[number],
            source=f"{source}: {clean(one.dn, 120)}",
            line=one.line,
        )
    yield PolicyReach(
        None,
        (),
        tally.reached.get("", 0),
        tally.reached_admins.get("", 0),
        (),
        len(settings),
        key=f"{domain} default",
        source=source,
    )


def rid(entry: Entry) -> int | None:
    """The last part of a security identifier."""
    sid = next(iter(entry.values.get("objectsid", ())), b"")
    if sid[:2].upper() == b"S-":  # as text, in some exports
        last = sid.rpartition(b"-")[2]
        return int(last) if last.isdigit() else None
    return int.from_bytes(sid[-4:], "little") if len(sid) >= 12 else None


class _Groups:
    """Groups of the domain: what each is a member of, and which one has which identifier."""

    def __init__(self, directory: Directory, base: str) -> None:
        self.parents: dict[str, tuple[str, ...]] = {}
        self.by_rid: dict[int, str] = {}
        self.known: dict[str, frozenset[str]] = {}
        self.held: dict[tuple[str, ...], frozenset[str]] = {}
        attributes = ("objectClass", "memberOf", "objectSid")
        for group in directory.entries(base, ("group",), attributes):
            name = folded(group.dn)
            self.parents[name] = tuple(folded(one) for one in group.texts("memberof"))
            number = rid(group)
            if number is not None:
                self.by_rid[number] = name

    def winner(self, account: Entry, settings: tuple[Entry, ...]) -> Entry | None:
        """The settings object that decides for an account; None for the domain's default."""
        own = folded(account.dn)
        direct = [one for one in settings if own in self._given(one)]
        if direct:
            return direct[0]
        held = self._held(account)
        return next((one for one in settings if held & self._given(one)), None)

    def _given(self, settings: Entry) -> frozenset[str]:
        if settings.dn not in self.known:
            names = settings.texts("msds-psoappliesto")
            self.known[settings.dn] = frozenset(folded(name) for name in names)
        return self.known[settings.dn]

    def _held(self, account: Entry) -> frozenset[str]:
        """Every group an account belongs to, however deep, its primary group among them."""
        waiting = [folded(one) for one in account.texts("memberof")]
        primary = self.by_rid.get(account.number("primarygroupid") or -1)
        waiting += [primary] if primary else []
        same = tuple(sorted(waiting))
        if same not in self.held:
            self.held[same] = self._all(waiting)
        return self.held[same]

    def _all(self, waiting: list[str]) -> frozenset[str]:
        held: set[str] = set()
        while waiting:
            one = waiting.pop()
            if one not in held:
                held.add(one)
                waiting += self.parents.get(one, ())
        return frozenset(held)


def _without(values: list[int], place: int) -> list[int]:
    return values[:place] + values[place + 1 :]
