"""The tables that say what declared settings mean, type by type; grammar at the head of each row.

A row names the settings that decide a topic; a rule is one way of deciding. What is written here is
data with its source, never code.
"""

from collections.abc import Iterable
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from rempart.documents import decode
from rempart.documents.kept import kept

TABLES = Path(__file__).parent / "tables"
CLOUDS = (
    *("aws", "google", "ovh", "scaleway", "outscale", "openstack", "alicloud", "digitalocean"),
    *("hcloud", "exoscale", "oci", "yandex", "ibm", "tencentcloud", "github", "gitlab", "vault"),
    "kubernetes",
    *("mongodbatlas", "cloudflare", "keycloak", "okta", "elasticstack", "confluent", "aiven"),
)
# The table of a Terraform provider, by the first word of its resources.
PROVIDERS = {"azurerm": "azure", "azuread": "azure", **{name: name for name in CLOUDS}}

ALONE = ("public", "transit", "sign_in")  # topics on which a companion speaks by itself

Word: TypeAlias = bool | int | str
Conditions: TypeAlias = dict[str, tuple[Word, ...]]
Reader: TypeAlias = Literal[
    "boolean", "all", "any", "set", "open", "range", "words", "number", "policy", "tls_only"
]


class Look(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where settings are looked for: in the resource, or in companions of it."""

    paths: tuple[str, ...] = ()
    companion: str | tuple[str, ...] = ()
    by: str | tuple[str, ...] = ()
    through: str = ""
    anywhere: bool = False

    def companions(self) -> tuple[str, ...]:
        """The types of the companions; empty where the resource itself is looked at."""
        return (self.companion,) if isinstance(self.companion, str) else self.companion


class Rule(Look, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How one fact is decided."""

    reader: Reader = "boolean"
    words: dict[str, Word] = {}
    at_least: int | str | None = None
    at_most: int | str | None = None
    of: Literal["any", "all", ""] = ""
    negate: bool = False
    only: bool | None = None
    when: Conditions = {}
    absent: bool | str | None = None
    default: bool | str | None = None
    before: dict[str, bool | str] = {}


class Key(Look, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a customer's key is named; `words` of which somebody's key follows."""

    words: dict[str, Literal["customer", "provider"]] = {}


class Figure(Look, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One rule of a password policy."""

    words: dict[str, int | bool | None] = {}
    default: int | bool | None = None


Rules: TypeAlias = tuple[Rule, ...]
Guarded: TypeAlias = Literal["anonymous", "shared", "password", "factor", "long_lived"]


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is known of one resource type, or of several that are alike."""

    type: str | tuple[str, ...]
    kind: str
    source: str
    when: Conditions = {}
    encrypted: Rules | Literal["svc", ""] = ""
    key: str | tuple[str | Key, ...] = ()
    copied: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    implied: str = ""
    public: Rules = ()
    transit: Rules = ()
    tls: Rules = ()
    rotation: Rules = ()
    days: str = ""
    sign_in: dict[Guarded, Rules] = {}
    password_policy: dict[str, Figure] = {}

    def __post_init__(self) -> None:
        for topic, rules in self.topics():
            if not rules or rules[-1].default is None:
                raise ValueError(f"{topic}: the last rule must have a default")

    def topics(self) -> list[tuple[str, Rules]]:
        """The topics that rules decide, with their rules."""
        named = {
            "encrypted": self.encrypted if isinstance(self.encrypted, tuple) else (),
            "public": self.public,
            "transit": self.transit,
            "tls": self.tls,
            "rotation": self.rotation,
        }
        found = [(topic, rules) for topic, rules in named.items() if rules]
        return found + [(f"sign_in {kind}", rules) for kind, rules in self.sign_in.items()]

    def types(self) -> tuple[str, ...]:
        """The resource types it is about."""
        return (self.type,) if isinstance(self.type, str) else self.type

    def named_keys(self) -> tuple[Key, ...]:
        """Where the key may be named, in order."""
        named = (self.key,) if isinstance(self.key, str) else self.key
        return tuple(Key(paths=(one,)) if isinstance(one, str) else one for one in named if one)


class Rows(dict[str, tuple[Row, ...]]):
    """Rows by type, and what companions say in them."""

    @cached_property
    def _spoken(self) -> dict[str, dict[str, tuple[tuple[Row, Rule], ...]]]:
        found: dict[str, dict[str, tuple[tuple[Row, Rule], ...]]] = {}
        for row in {id(one): one for listed in self.values() for one in listed}.values():
            for topic, rules in row.topics():
                for rule in rules:
                    if rule.anywhere or any(not path.startswith("~") for path in rule.when):
                        continue
                    if rule.companion:
                        for type_ in rule.companions():
                            topics = found.setdefault(type_, {})
                            topics[topic] = (*topics.get(topic, ()), (row, rule))
        return found

    def spoken_by(self, type_: str) -> dict[str, tuple[tuple[Row, Rule], ...]]:
        """By topic, the rules in which resources of a type speak for others, with their rows.

        A topic that the type has rows for itself, and what no companion says alone, is left out.
        """
        own = {topic for row in self.get(type_, ()) for topic, _ in row.topics()}
        named = self._spoken.get(type_, {})
        kept = {topic: one for topic, one in named.items() if topic not in own}
        return {topic: one for topic, one in kept.items() if topic.startswith(ALONE)}


@lru_cache(maxsize=32)
def rows(name: str) -> dict[str, tuple[Row, ...]]:
    """The rows of one table by type; none where there is no such table."""
    file = TABLES / f"{name}.yaml"
    found: dict[str, tuple[Row, ...]] = {}
    for row in decode(kept(file), list[Row]) if file.exists() else ():
        for type_ in row.types():
            found[type_] = (*found.get(type_, ()), row)
    return found


def of_terraform(types: Iterable[str]) -> Rows:
    """The rows of the providers that resource types of Terraform belong to."""
    providers = {type_.partition("_")[0] for type_ in types}
    return table(*sorted({PROVIDERS[one] for one in providers if one in PROVIDERS}))


@lru_cache(maxsize=64)
def table(*names: str) -> Rows:
    """The rows of several tables by type."""
    return Rows({type_: row for name in names for type_, row in rows(name).items()})
