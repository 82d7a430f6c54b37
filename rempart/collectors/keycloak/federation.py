"""Directories a realm takes people from: their passwords are ruled there, not by the realm.

Source: LDAPConfig of Keycloak 26: `connectionUrl` (several, blanks between), `startTls`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Protocol

from rempart.check import Observation
from rempart.collectors.text import clean
from rempart.observations.transit import Transit

STORAGE: Final = "org.keycloak.storage.UserStorageProvider"


class Stamp(Protocol):
    """Where something stands."""

    def stamp(self, key: str) -> dict[str, Any]:
        """The fields of an observation that say which thing it is about and where it stands."""


Place = Callable[..., Stamp]  # takes the steps that lead to a value


def elsewhere(realm: Mapping[str, Any]) -> bool:
    """Whether some people sign in with a password that another directory keeps."""
    return any(_providers(realm))


def transits(realm: Mapping[str, Any], key: str, place: Place) -> Iterator[Observation]:
    """Whether the realm speaks TLS with each of its directories."""
    for number, one in _providers(realm):
        if one.get("providerId") != "ldap":
            continue
        urls = _setting(one, "connectionUrl")
        secure = bool(urls) and all(url.lower().startswith("ldaps://") for url in urls.split())
        started = _setting(one, "startTls").lower() == "true"
        name = clean(str(one.get("name") or "ldap"), 80)
        words = "startTls" if started else clean(urls, 120) or "no connectionUrl"
        yield Transit(
            "directory",
            secure or started,
            words,
            **place("components", STORAGE, number).stamp(f"{key} federation {name}"),
        )


def _providers(realm: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    components = realm.get("components")
    listed = components.get(STORAGE) if isinstance(components, dict) else None
    for number, one in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(one, dict) and _setting(one, "enabled").lower() != "false":
            yield number, one


def _setting(provider: Mapping[str, Any], name: str) -> str:
    """The first value of a setting, which is a list of texts."""
    config = provider.get("config")
    values = config.get(name) if isinstance(config, dict) else None
    first = values[0] if isinstance(values, list) and values else values
    return first if isinstance(first, str) else ""
