"""Spring Boot's application settings, as properties and as YAML.

Source: Spring Boot 3 reference, common application properties.
"""

import re
from collections.abc import Iterator

from rempart.check import Observation, Seen
from rempart.collectors.repository.places import secret
from rempart.collectors.repository.secrets.given import kind_of, written
from rempart.collectors.repository.servers.lines import TEMPLATED, Text, assigned
from rempart.collectors.repository.servers.trees import Leaf, Tree, plain, trees
from rempart.collectors.repository.servers.versions import listed, offered
from rempart.collectors.repository.terraform.values import unresolved
from rempart.collectors.text import clean
from rempart.observations.transit import Transit

_URL = re.compile(r"jdbc:(?:postgresql|mysql|mariadb|sqlserver)://([^/:?;]+)", re.I)
_CLEAR = re.compile(
    r"sslmode=(?:disable|allow|prefer|disabled|preferred)\b|usessl=false|encrypt=false|ssl=false|requiressl=false",
    re.I,
)
_SAFE = re.compile(
    r"sslmode=(?:require|verify-ca|verify-full|required|verify_ca|verify_identity|trust)\b|requiressl=true|encrypt=(?:true|strict)",
    re.I,
)
_SWITCH = re.compile(
    r"(?:spring\.(?:data\.)?(?:redis|mongodb|rabbitmq|elasticsearch|kafka)\.(?:ssl|ssl\.enabled)|server\.ssl\.enabled)",
    re.I,
)


def application(text: Text) -> Iterator[Observation]:
    """What the settings decide."""
    if text.name.endswith(".properties"):
        found = assigned(text, comments="#!", separator="=:", lower=False)
        leaves = {one.name.lower(): Leaf(one.name, one.value, one.line) for one in found}
        made: Iterator[Tree] = iter((Tree(text, leaves),))
    else:
        made = trees(text)
    for tree in made:
        yield from _settings(text, tree)


def _settings(text: Text, tree: Tree) -> Iterator[Observation]:
    for leaf in tree.leaves.values():
        said, place = plain(leaf.value), text.place(leaf.line)
        kind = kind_of(leaf.name.rpartition(".")[2])
        literal = written(said) if kind and not isinstance(leaf.value, bool) else None
        if literal is not None:
            yield secret(kind, f"{text.path} {leaf.name}", literal, place, said, leaf.name)
        elif match := _URL.match(said):
            yield from _url(text, leaf, said, match[1])
        elif _SWITCH.fullmatch(leaf.name):
            fact: Seen[bool] = unresolved(leaf.shown) if TEMPLATED.search(said) else said == "true"
            stamp = place.stamp(f"{text.path} {leaf.name}")
            yield Transit("client", fact, leaf.shown, **stamp)
        elif leaf.name.lower() == "server.ssl.enabled-protocols":
            yield from offered(text, listed(said.split(",")), leaf.line)


def _url(text: Text, leaf: Leaf, said: str, host: str) -> Iterator[Transit]:
    """A connection to another machine; without a word the driver takes clear text too."""
    if host in ("localhost", "127.0.0.1"):
        return
    found = _CLEAR.search(said) or _SAFE.search(said)
    if found is None:
        return
    shown = clean(f"{leaf.name}: {found[0]}", 100)
    stamp = text.place(leaf.line).stamp(f"{text.path} {leaf.name}")
    yield Transit("database", _SAFE.fullmatch(found[0]) is not None, shown, **stamp)
