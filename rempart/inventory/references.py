"""What one subject alone cannot show: names that must exist, ways to reach it, addresses."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, TypeAlias

from rempart.documents import Step
from rempart.documents.faults import suggestion
from rempart.errors import ContentError
from rempart.inventory import addresses
from rempart.inventory.log_fields import mapping_faults
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
from rempart.scope.targets import target

Fault: TypeAlias = tuple[tuple[Step, ...], str]
Located: TypeAlias = tuple[tuple[Step, ...], Subject]
ESTATE = "estate"  # the subject of what is derived from all others
SQLITE = "sqlite:///"  # then an absolute path, once the inventory is read
_SQLITE = re.compile(r"sqlite:(?:///)?([^/].*|/[^/].*)")
SERVERS = ("postgresql", "mysql")
_ID = re.compile(r"[^\s/\\*?\[\]!,]+")


def faults(located: Iterable[Located]) -> Iterator[Fault]:
    """Everything wrong between and within the subjects, with the path of each fault."""
    pairs = list(located)
    known: dict[str, Subject] = {}
    places: dict[str, tuple[Step, ...]] = {}
    for path, subject in pairs:
        if not _ID.fullmatch(subject.id) or not subject.id.isprintable() or subject.id == ESTATE:
            found = f'found "{subject.id}"' if subject.id.isprintable() else "found another"
            yield (*path, "id"), f"expected an id without blanks or / * ? [ ] ! , {found}"
        if subject.id in known:
            yield (
                (*path, "id"),
                f'expected each id once, found "{subject.id}" again '
                f"({_dotted(places[subject.id])} has it)",
            )
        else:
            known[subject.id], places[subject.id] = subject, path
    for path, subject in pairs:
        for key, message in _RULES[type(subject)](subject, known):
            yield (*path, *key), message


def sqlite_path(url: str) -> str | None:
    """The file of `sqlite:path` or `sqlite:///path`, relative or absolute; None for another URL."""
    found = _SQLITE.fullmatch(url)
    return found[1] if found else None


def _dotted(path: tuple[Step, ...]) -> str:
    return f"{path[1]}[{path[2]}]"


Fields: TypeAlias = Iterator[tuple[tuple[Step, ...], str]]
Known: TypeAlias = Mapping[str, Subject]


def _named(key: tuple[Step, ...], id_: str, known: Known, kind: str = "") -> Fields:
    """The id must be there, and be of that kind."""
    found = known.get(id_)
    if found is None or (kind and found.kind != kind):
        ids = [one for one, subject in known.items() if not kind or subject.kind == kind]
        close = suggestion(id_, ids[:2000])
        yield key, f'expected the id of a {kind or "subject"}, found "{id_}"{close}'


def _address(key: Step, read: Callable[[], object]) -> Fields:
    try:
        read()
    except ValueError as error:
        yield (key,), str(error)


def _portal(portal: Portal, _: Known) -> Fields:
    yield from _address("url", lambda: addresses.url(portal.url, "https", "http"))
    for key, text in (("connect", portal.connect), ("plain", portal.plain)):
        if text:
            yield from _address(key, partial(addresses.endpoint, text))
    if portal.canaries and portal.login is None:
        yield ("canaries",), 'expected the key "login" beside canaries, found none'
    seen: set[str] = set()
    for place, canary in enumerate(portal.canaries):
        if canary.account in seen:
            message = f'expected each account once, found "{canary.account}" again'
            yield ("canaries", place, "account"), message
        seen.add(canary.account)
        if canary.password is None and canary.session is None:
            message = 'expected the key "password" or "session", found neither'
            yield ("canaries", place), message


def _host(host: Host, known: Known) -> Fields:
    ways = [key for key in ("ssh", "bundle", "captured") if getattr(host, key)]
    if len(ways) != 1:
        found = " and ".join(ways) if ways else "none"
        yield (), f'expected exactly one of the keys "ssh", "bundle", "captured", found {found}'
    if host.ssh and host.ssh != "local":
        yield from _address("ssh", lambda: addresses.ssh(host.ssh))
    if host.jump:
        yield from _named(("jump",), host.jump, known, "host")
        yield from _jumps(host, known)


def _jumps(host: Host, known: Known) -> Fields:
    passed, bastion = {host.id}, known.get(host.jump)
    while isinstance(bastion, Host):
        if bastion.id in passed:
            yield ("jump",), f'expected a jump host that does not lead back, found "{host.jump}"'
            return
        if not bastion.ssh or bastion.ssh == "local":
            yield ("jump",), f'expected a host with an ssh address, found "{bastion.id}"'
            return
        passed.add(bastion.id)
        bastion = known.get(bastion.jump)


def _service(service: Service, known: Known) -> Fields:
    yield from _address("connect", lambda: addresses.endpoint(service.connect))
    yield from _on(service, known)


def _on(subject: ReadLog | Database | Files | Backup | Service, known: Known) -> Fields:
    if subject.on:
        yield from _named(("on",), subject.on, known, "host")


def _one_way(subject: Subject, *keys: str) -> Fields:
    """Exactly one of these keys says where to look."""
    ways = [key for key in keys if getattr(subject, key)]
    if len(ways) != 1:
        found = " and ".join(ways) or ("neither" if len(keys) == 2 else "none")
        named = ", ".join(f'"{key}"' for key in keys)
        yield (), f"expected exactly one of the keys {named}, found {found}"


def _read_log(log: ReadLog, known: Known) -> Fields:
    yield from _on(log, known)
    yield from _one_way(log, "path", "table")
    if log.table or log.database:
        yield from _named(("database",), log.database, known, "database")
    if log.format == "regex" and not log.layout:
        yield ("format",), 'expected the key "layout" with named groups beside regex, found none'
    for key, message in mapping_faults(log):
        yield (key,), message
    if log.of:
        yield from _named(("of",), log.of, known, "portal")


def _database(database: Database, known: Known) -> Fields:
    if bool(database.url) == bool(database.captured):
        found = "both" if database.url else "neither"
        yield (), f'expected exactly one of the keys "url" and "captured", found {found}'
    elif database.url and sqlite_path(database.url) is None:
        yield from _address("url", lambda: addresses.url(database.url, *SERVERS))
    yield from _on(database, known)
    for place, id_ in enumerate(database.of):
        yield from _named(("of", place), id_, known, "database")


def _directory(directory: Directory, _: Known) -> Fields:
    yield from _one_way(directory, "url", "ldif")
    if directory.url:
        yield from _address("url", lambda: addresses.url(directory.url, "ldaps", "ldap"))


def _identity(identity: Identity, _: Known) -> Fields:
    yield from _one_way(identity, "keycloak", "entra", "okta", "aws")
    where = identity.keycloak
    if where is not None and where.url:
        yield from _address("keycloak", lambda: addresses.url(where.url, "https", "http"))


def _domain(domain: Domain, _: Known) -> Fields:
    yield from _address("id", lambda: target(domain.id).name or addresses.endpoint(domain.id))
    if domain.resolver:
        yield from _address("resolver", lambda: addresses.endpoint(domain.resolver, 53))


def _files(files: Files, known: Known) -> Fields:
    yield from _on(files, known)


def _backup(backup: Backup, known: Known) -> Fields:
    yield from _on(backup, known)
    for place, id_ in enumerate(backup.of):
        yield from _named(("of", place), id_, known)


def _repository(repository: Repository, known: Known) -> Fields:
    for id_ in repository.declares:
        yield from _named(("declares", id_), id_, known)


_RULES: dict[type[Subject], Callable[[Any, Known], Fields]] = {
    Portal: _portal,
    Host: _host,
    Service: _service,
    ReadLog: _read_log,
    Database: _database,
    Directory: _directory,
    Identity: _identity,
    Domain: _domain,
    Files: _files,
    Backup: _backup,
    Repository: _repository,
}


def scope_faults(key: str, entries: Iterable[str]) -> Iterator[Fault]:
    """What is wrong with addresses, networks and names of the mandate."""
    for place, text in enumerate(entries):
        try:
            target(text)
        except ContentError as error:
            yield ("authorisation", key, place), error.message
