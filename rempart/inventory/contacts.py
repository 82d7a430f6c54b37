"""Where an audit of a subject would connect, said without sending a packet or resolving a name."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from rempart.inventory.addresses import DEFAULT_PORTS, Place, endpoint, ssh, url
from rempart.inventory.load import Inventory
from rempart.inventory.references import SERVERS, SQLITE
from rempart.inventory.subjects import (
    Backup,
    Database,
    Directory,
    Domain,
    Files,
    Host,
    Identity,
    Portal,
    ReadLog,
    Repository,
    Service,
    Subject,
)
from rempart.scope import Scope
from rempart.scope.addresses import literal
from rempart.scope.providers import is_identity_provider

HTTP_PORT = 80


@dataclass(frozen=True, slots=True)
class Contact:
    """One place an audit connects to, or none (`place`), and how it is reached."""

    words: str
    place: Place | None = None
    name: str = ""


def contacts(subject: Subject, inventory: Inventory) -> tuple[Contact, ...]:
    """Every place the subject is looked at from, in the order a person would name them."""
    return tuple(_contacts(subject, inventory))


def outside(contact: Contact, scope: Scope) -> str:
    """Why the mandate does not cover the place, in one clause; empty when it does.

    A name that the scope lists counts as covered; where it leads is checked when it is resolved.
    """
    if contact.place is None:
        return ""
    host, port = contact.place.host, contact.place.port
    address = literal(host)
    if address is not None:
        return scope.refusal(str(address), port, contact.name, scope.start) or ""
    if scope.lists(host, port):
        return ""
    if is_identity_provider(host):
        return f"{host} belongs to an identity provider, which no mandate covers"
    return f"{host} is not named by the scope: allowed only if it leads into one of its networks"


def _contacts(subject: Subject, inventory: Inventory) -> Iterator[Contact]:
    if isinstance(subject, Portal):
        yield from _portal(subject)
    elif isinstance(subject, Host):
        yield from _host(subject, inventory)
    elif isinstance(subject, Service):
        place = endpoint(subject.connect)
        yield Contact(f"{subject.protocol} at {place}", place)
    elif isinstance(subject, Database):
        yield _database(subject)
        yield from _beside(subject.on, inventory)
    elif isinstance(subject, Directory):
        yield from _directory(subject, inventory)
    elif isinstance(subject, Identity):
        yield _identity(subject)
    elif isinstance(subject, Domain):
        yield _domain(subject)
    elif isinstance(subject, ReadLog) and subject.database:
        yield from contacts(inventory.by_id[subject.database], inventory)
    elif isinstance(subject, ReadLog | Files | Backup):
        if subject.on:
            yield from _beside(subject.on, inventory)
        else:
            yield Contact(f"nothing: {subject.path} is read here")
    elif isinstance(subject, Repository):
        yield Contact(f"nothing: {subject.path} is read here")


def _portal(portal: Portal) -> Iterator[Contact]:
    named = url(portal.url, "https", "http")
    place = endpoint(portal.connect) if portal.connect else named
    yield Contact(f"{portal.url} at {place}", place, named.host if portal.connect else "")
    if portal.url.startswith("https:"):
        plain = endpoint(portal.plain) if portal.plain else Place(place.host, HTTP_PORT)
        yield Contact(f"its plain HTTP at {plain}", plain, named.host)


def _host(host: Host, inventory: Inventory) -> Iterator[Contact]:
    if host.bundle or host.captured:
        yield Contact(f"nothing: {host.bundle or host.captured} is read here")
    elif host.ssh == "local":
        yield Contact("nothing: this machine is asked without a connection")
    elif host.jump:
        bastion = inventory.by_id[host.jump]
        yield Contact(f"ssh {host.ssh}, dialled by the jump host {host.jump}", ssh(host.ssh))
        if isinstance(bastion, Host):
            yield from _host(bastion, inventory)
    else:
        place = ssh(host.ssh)
        client = ", by OpenSSH's client if need be" if host.client == "openssh" else ""
        yield Contact(f"ssh {f'{place.user}@' if place.user else ''}{place}{client}", place)


def _database(database: Database) -> Contact:
    if database.captured:
        return Contact(f"nothing: {database.captured} is read here")
    if database.url.startswith(SQLITE):
        return Contact(f"nothing: {database.url.removeprefix(SQLITE)} is read here")
    place = url(database.url, *SERVERS)
    return Contact(f"{urlsplit(database.url).scheme} at {place}", place)


def _directory(directory: Directory, inventory: Inventory) -> Iterator[Contact]:
    if directory.ldif:
        yield Contact(f"nothing: {directory.ldif} is read here")
        return
    place = url(directory.url, "ldaps", "ldap")
    yield Contact(f"{directory.url} ({place})", place)
    active = "active" in inventory.authorisation.allow
    if active and directory.url.startswith("ldaps:"):
        plain = Place(place.host, DEFAULT_PORTS["ldap"])
        yield Contact(f"its plain LDAP at {plain}", plain)


def _identity(identity: Identity) -> Contact:
    if identity.keycloak is None or not identity.keycloak.url:
        kept = identity.keycloak.path if identity.keycloak else None
        return Contact(
            f"nothing: {kept or identity.entra or identity.okta or identity.aws} is read here"
        )
    place = url(identity.keycloak.url, "https", "http")
    return Contact(f"{identity.keycloak.url} at {place}", place)


def _domain(domain: Domain) -> Contact:
    if not domain.resolver:
        return Contact(f"DNS of {domain.id} by this machine's resolver")
    place = endpoint(domain.resolver, 53)
    return Contact(f"DNS of {domain.id} at {place}", place)


def _beside(host: str, inventory: Inventory) -> Iterator[Contact]:
    """What a subject on a host adds: nothing, since it shares that host's one connection."""
    if host:
        for contact in contacts(inventory.by_id[host], inventory):
            yield Contact(f"by the host {host}: {contact.words}", contact.place, contact.name)
