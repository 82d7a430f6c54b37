"""A directory that people sign in through: OpenLDAP and its kin, FreeIPA, or Active Directory.

Asked over LDAP with the audit's account, or read from an LDIF file. Of accounts only counts leave
this package, of passwords only the scheme.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from rempart.check import Gap, Observation, Unknown
from rempart.collectors import Intensity, Probe, Wanted
from rempart.collectors.directory import active_directory, freeipa, ldif, members, openldap
from rempart.collectors.directory.entries import Directory, Entry, chosen
from rempart.collectors.text import clean
from rempart.errors import CollectError, Reason, Unreachable
from rempart.observations.directories import (
    AccountFlag,
    DirectoryAccess,
    DirectoryPolicies,
    MachineQuota,
    PolicyReach,
)
from rempart.observations.passwords import PasswordPolicy, PasswordStorage

if TYPE_CHECKING:
    from rempart.transport.access import Access
    from rempart.transport.ldap import Ldap

KIND = "directory"
BRINGS: tuple[type[Observation], ...] = (
    *(PasswordPolicy, PasswordStorage, DirectoryPolicies, DirectoryAccess),
    *(PolicyReach, AccountFlag, MachineQuota),
)
PROBES = (
    Probe(
        "entries",
        "Searches for password policies and for accounts with weakening flags, page by page.",
        tuple(kind for kind in BRINGS if kind is not DirectoryAccess),
        connections=1,
    ),
    Probe(
        "doors",
        "An anonymous search for one entry, on the same connection.",
        (DirectoryAccess,),
    ),
    Probe(
        "clear",
        "A sign-in without TLS by a name and a password that are nowhere.",
        (DirectoryAccess,),
        Intensity.ACTIVE,
        connections=1,
    ),
)
PART: TypeAlias = Callable[[], Iterator[Observation | Gap]]
DIRECTORY_ONLY: Final = (MachineQuota, PolicyReach, AccountFlag)


def collect(subject: Any, access: "Access", wanted: Wanted) -> Iterator[Observation | Gap]:  # noqa: ANN401
    """What the directory is seen to be, for the wanted types."""
    if getattr(subject, "ldif", None):
        found = ldif.read(Path(subject.ldif))
        base = subject.base or _top(found)
        yield from of_kinds(read(found, base, here=True), wanted)
        if DirectoryAccess in wanted:
            words = "a file shows nothing of the server's doors"
            yield Gap(DirectoryAccess.__name__, Reason.NO_COLLECTOR, words, source=found.source)
        return
    yield from _asked(subject, access, wanted)


def read(directory: Directory, base: str, *, here: bool) -> Iterator[Observation | Gap]:
    """The observations in a directory's entries, whatever brought them.

    `here` is whether password values may be looked at. A part that stops leaves a gap.
    """
    domain = active_directory.domain_of(directory, base)
    if domain is None:
        yield from _part(lambda: _policies(directory, base), PasswordPolicy, DirectoryPolicies)
        yield from _part(lambda: openldap.storage(directory, base, here=here), PasswordStorage)
        return
    name = clean(active_directory.short_domain(domain.dn), 80)
    settings = _settings(directory, base)
    yield from active_directory.policies(directory, domain, settings)
    yield from active_directory.default_policy(directory, domain)
    known = () if isinstance(settings, Unknown) else settings
    targets = active_directory.targets_of(directory, base, known)
    for one in known:
        yield from active_directory.settings_policy(directory, one, targets)
    if isinstance(settings, Unknown):
        for kind in (PasswordPolicy, PolicyReach):
            yield Gap(kind.__name__, settings.reason, settings.detail, key=f"{name} fine-grained")
    yield from _part(
        lambda: _accounts(directory, base, known, name, not isinstance(settings, Unknown)),
        *(AccountFlag, PolicyReach),
    )


def _policies(directory: Directory, base: str) -> Iterator[Observation | Gap]:
    """The policies of a directory that is no Active Directory."""
    found = freeipa.policies_of(directory, base)
    if found:
        yield from freeipa.policies(directory, base, found)
    else:
        yield from openldap.policies(directory, base)


def _accounts(
    directory: Directory,
    base: str,
    settings: tuple[Entry, ...],
    name: str,
    whole: bool,
) -> Iterator[Observation | Gap]:
    tally = members.counted(directory, base, settings)
    yield from members.flags(tally, name, directory.source)
    if tally.cut is not None:
        yield Gap(PolicyReach.__name__, tally.cut.reason, str(tally.cut), key=f"{name} accounts")
    elif whole:
        yield from members.reaches(tally, settings, name, directory.source)


def _settings(directory: Directory, base: str) -> tuple[Entry, ...] | Unknown:
    try:
        return active_directory.fine_grained(directory, base)
    except CollectError as error:
        return Unknown(error.reason, str(error))


def _part(part: PART, *kinds: type[Observation]) -> Iterator[Observation | Gap]:
    try:
        yield from part()
    except CollectError as error:
        for kind in kinds:
            yield Gap(kind.__name__, error.reason, str(error))


def of_kinds(found: Iterator[Observation | Gap], wanted: Wanted) -> Iterator[Observation | Gap]:
    """What was wanted of what was found."""
    names = {kind.__name__ for kind in wanted}
    for one in found:
        if (one.type if isinstance(one, Gap) else type(one).__name__) in names:
            yield one


def _asked(subject: Any, access: "Access", wanted: Wanted) -> Iterator[Observation | Gap]:  # noqa: ANN401
    from rempart.transport.ldap import opened, read_root

    with opened(access, subject.url, subject.ca) as line:
        if not line.secure:
            line.start_tls(subject.ca)
        read_root(line)
        base = subject.base or _context(line)
        if DirectoryAccess in wanted:
            yield from _doors(subject, access, line, base)
        if wanted == {DirectoryAccess}:
            return
        line.bind(subject.bind, subject.password.resolve() if subject.password else "")
        directory = Server(line)
        yield from of_kinds(read(directory, base, here=_values_may_come(access, line)), wanted)


def _doors(
    subject: Any,  # noqa: ANN401
    access: "Access",
    line: "Ldap",
    base: str,
) -> Iterator[Observation]:
    from rempart.collectors.directory.doors import shows_entries, takes_clear_password

    product = _product(line)
    yield DirectoryAccess(
        product,
        shows_entries(line, base),
        takes_clear_password(access, subject.url, base),
        key=clean(base, 80),
        source=line.where,
    )


def _product(line: "Ldap") -> str:
    if "isglobalcatalogready" in line.root or "rootdomainnamingcontext" in line.root:
        return active_directory.PRODUCT
    vendor = next(iter(line.root.get("vendorname", ())), b"").decode("utf-8", "replace")
    return clean(vendor, 60) or openldap.PRODUCT


def _context(line: "Ldap") -> str:
    """The naming context the server puts first. Raises Unreachable where it names none."""
    for name in ("defaultnamingcontext", "namingcontexts"):
        for value in line.root.get(name, ()):
            return value.decode("utf-8", "replace")
    raise Unreachable(f"{line.where}: the server names no naming context; write `base:`")


def _top(file: ldif.File) -> str:
    """The name above all others in a file, its configuration aside."""
    names = [one.dn for one in file.found if not one.dn.lower().endswith(openldap.CONFIG)]
    return min(names, key=lambda dn: (dn.count(","), len(dn)), default="")


def _values_may_come(access: "Access", line: "Ldap") -> bool:
    return line.local or getattr(access.authorisation, "transit", "") == "sample"


class Server:
    """A directory that is asked over the network."""

    offline = False

    def __init__(self, line: "Ldap") -> None:
        self._line = line
        self.root = Entry("", line.root)
        self.source = line.where

    def entries(
        self, base: str, classes: Sequence[str], attributes: Sequence[str], filter_: str = ""
    ) -> Iterator[Entry]:
        """Entries of these classes below a name, page by page."""
        for dn, values in self._line.entries(base, chosen(classes, filter_), attributes):
            yield Entry(dn, values)
