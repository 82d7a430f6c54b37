"""What the rows of a table say of declared resources: stores, endpoints, keys, ways to sign in."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from rempart.check import Gap, Observation, OneOf, Seen, Unknown
from rempart.collectors.repository.companions import Estate
from rempart.collectors.repository.passwords import password_policy
from rempart.collectors.repository.readers import VERSIONS
from rempart.collectors.repository.resource import Body, Resource, Written
from rempart.collectors.repository.rows import Row, Rows, Rules
from rempart.collectors.repository.rules import (
    Decided,
    Deciding,
    companions_of,
    fulfilled,
    place_of,
)
from rempart.collectors.repository.terraform.orphans import orphans
from rempart.collectors.repository.whose import (
    DOUBTFUL,
    Whose,
    key_holder,
    key_named,
    rotation_days,
)
from rempart.collectors.text import clean
from rempart.observations.datastores import DataStore
from rempart.observations.exposure import PublicEndpoint
from rempart.observations.keys import EncryptionKey
from rempart.observations.passwords import PasswordPolicy
from rempart.observations.sign_in import SignIn
from rempart.observations.tls import TlsVersion
from rempart.observations.transit import Transit
from rempart.observations.volumes import Volume

TLS: Final = {"ssl3": "SSLv3", "1.0": "TLSv1", "1.1": "TLSv1.1", "1.2": "TLSv1.2", "1.3": "TLSv1.3"}
ALWAYS: Final = Decided(True, "the provider always encrypts")
Seen_ = Observation | Gap


def observed(
    resources: Iterable[Resource] | Estate, rows: Mapping[str, tuple[Row, ...]]
) -> Iterator[Seen_]:
    """Everything the rows say of resources that may refer to each other."""
    estate = resources if isinstance(resources, Estate) else Estate(resources)
    for resource in estate.resources:
        for row in rows.get(resource.type, ()):
            for one in _parts(resource, row):
                if fulfilled(row.when, one.body, resource.body) is not False:
                    yield from _Looked(estate, resource, row, one).told()
    yield from orphans(estate, rows if isinstance(rows, Rows) else Rows(rows))


class _Part(msgspec.Struct, frozen=True):
    """The resource, or one of its blocks that is a thing of its own."""

    key: str
    body: Body
    line: int
    end_line: int


def _parts(resource: Resource, row: Row) -> Iterator[_Part]:
    if not row.blocks:
        yield _Part(resource.address, resource.body, resource.line, resource.end_line)
        return
    for name in row.blocks:
        count = 0
        for label, body, line, end_line in resource.body.parts(name):
            count += 1
            key = f"{resource.address}.{name}[{label}]" if label else f"{resource.address}.{name}"
            yield _Part(key, body, line, end_line)
        if name == row.implied and not count:
            empty = Written({}, lambda _: 0)
            key = f"{resource.address}.{name}"
            yield _Part(key, empty, resource.line, resource.end_line)


class _Looked:
    """One thing and what its row says of it."""

    def __init__(self, estate: Estate, resource: Resource, row: Row, part: _Part) -> None:
        self._estate = estate
        self._resource = resource
        self._row = row
        self._part = part

    def told(self) -> Iterator[Seen_]:
        """The observations of each topic the row has."""
        row = self._row
        if row.encrypted and self._known("encrypted"):
            yield self._store()
        if row.public and self._knows(row.public):
            found = self._decided("public", row.public)
            yield PublicEndpoint(row.kind, found.value, found.words, **self._where(found))
        if row.transit and self._knows(row.transit):
            found = self._decided("transit", row.transit)
            yield Transit(row.kind, found.value, found.words, **self._where(found))
        if row.tls and self._knows(row.tls):
            yield from self._versions(self._decided("tls", row.tls))
        if row.rotation and self._knows(row.rotation):
            found = self._decided("rotation", row.rotation)
            days = rotation_days(self._part.body, row.days)
            yield EncryptionKey(found.value, days, found.words, **self._where(found))
        for kind, rules in row.sign_in.items():
            if self._knows(rules):
                found = self._decided("sign_in", rules)
                yield SignIn(kind, found.value, found.words, **self._where(found))
        if row.password_policy:
            policy = password_policy(self._estate, self._resource, row.password_policy)
            where = Decided(None, "", policy.setting, policy.file)
            yield PasswordPolicy(**policy.figures, **self._where(where))

    def _known(self, topic: str) -> bool:
        rules = self._row.encrypted
        return self._knows(rules) if isinstance(rules, tuple) and topic else True

    def _knows(self, rules: Rules) -> bool:
        """Whether the resource can say anything about the settings these rules look at."""
        paths = [path for rule in rules if not rule.companion for path in rule.paths]
        within = self._row.blocks
        paths = [f"{block}.{path}" for block in within for path in paths] if within else paths
        return not paths or any(self._resource.covers(path) for path in paths)

    def _decided(self, topic: str, rules: Rules) -> Decided:
        deciding = Deciding(self._estate, self._resource, self._part.body, topic)
        return deciding.decided(rules, self._row.copied if topic == "encrypted" else ())

    def _store(self) -> Observation:
        row = self._row
        rules = row.encrypted
        found = self._decided("encrypted", rules) if isinstance(rules, tuple) else ALWAYS
        key = self._key()
        holder = key_holder(found.value, key)
        name = key.name if key else None
        where = self._where(found)
        if row.kind == "volume":
            return Volume(found.value, None, holder, self._resource.type, name, **where)
        return DataStore(row.kind, found.value, holder, name, found.words, **where)

    def _key(self) -> Whose | None:
        """Whose key it is; None where none is named."""
        for look in self._row.named_keys():
            places: Iterable[tuple[Body, bool]] = ((self._part.body, True),)
            if look.companion:
                places = companions_of(self._estate, self._resource, look)
            for body, certain in places:
                named = key_named(body, look)
                if named is not None:
                    return named if certain else DOUBTFUL
        return None

    def _versions(self, found: Decided) -> Iterator[Seen_]:
        answers = found.value.values if isinstance(found.value, OneOf) else (found.value,)
        where = self._where(found)
        if isinstance(found.value, Unknown):
            key, source = where["key"], where["source"]
            detail = clean(found.value.detail or found.words, 200)
            yield Gap(TlsVersion.__name__, found.value.reason, detail, key=key, source=source)
            return
        lowest = [VERSIONS.index(one) for one in answers]
        for version, name in TLS.items():
            place = VERSIONS.index(version)
            if "none" in answers or place > max(*lowest, VERSIONS.index("1.2")):
                continue
            if version == "ssl3" and min(lowest) > 0:
                continue
            offered = {one <= place for one in lowest}
            value: Seen[bool] = offered.pop() if len(offered) == 1 else OneOf((True, False))
            yield TlsVersion(name, value, **{**where, "key": f"{where['key']} {name}"})

    def _where(self, found: Decided) -> dict[str, Any]:
        """The key of an observation, and where what decided stands."""
        part = self._part
        return place_of(found, self._resource, part.key, part.line, part.end_line)
