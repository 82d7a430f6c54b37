"""Keycloak realms as a repository holds them: what they decide, and the secrets in them."""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from rempart.check import Observation
from rempart.collectors.keycloak.realm import clients_of, name_of, observations
from rempart.collectors.repository.places import Place, secret
from rempart.collectors.repository.secrets.given import written
from rempart.collectors.text import clean
from rempart.documents import Document, Limits, every

LIMITS = Limits(size=16_000_000, nodes=1_500_000)
MARKS: Final = (b'"realm"', b'"sslRequired"')
SECRETS: Final = ("secret", "clientSecret", "bindCredential", "password", "registrationAccessToken")
MASKED: Final = re.compile(r"\*+|\$\{.*\}|<.*>")


def keycloak(path: str, content: bytes) -> Iterator[Observation]:
    """What the realms of an export decide; nothing for any other JSON.

    Raises ContentErrors for JSON that cannot be read.
    """
    if not all(mark in content for mark in MARKS):
        return
    for document in every(content, path, limits=LIMITS):
        realms = document.value if isinstance(document.value, list) else [document.value]
        for place, realm in enumerate(realms):
            steps = (place,) if isinstance(document.value, list) else ()
            if isinstance(realm, dict) and "realm" in realm and "sslRequired" in realm:
                yield from _realm(path, document, realm, steps)


def _realm(
    path: str, document: Document, realm: dict[str, Any], steps: tuple[int, ...]
) -> Iterator[Observation]:
    def place(*more: Any) -> Place:  # noqa: ANN401
        return Place(path, document.line_of((*steps, *more)))

    yield from observations(realm, place)
    key = name_of(realm)
    for number, client in clients_of(realm):
        value = client.get("secret")
        literal = written(value) if isinstance(value, str) and not MASKED.fullmatch(value) else None
        if isinstance(value, str) and literal is not None:
            own = f"{key} client {clean(str(client.get('clientId') or ''), 80)}.secret"
            yield secret("key", own, literal, place("clients", number, "secret"), value, "secret")
    yield from _secrets(realm, key, place, ("smtpServer", "identityProviders", "components"))


def _secrets(
    realm: dict[str, Any],
    key: str,
    place: Callable[..., Place],
    parts: tuple[str, ...],
) -> Iterator[Observation]:
    """Secrets of mail servers, identity providers and directories; an export masks them by `*`."""
    stack: list[tuple[tuple[Any, ...], Any]] = [((part,), realm.get(part)) for part in parts]
    while stack:
        steps, value = stack.pop()
        if isinstance(value, dict):
            stack += [((*steps, name), one) for name, one in value.items()]
        elif isinstance(value, list):
            stack += [((*steps, number), one) for number, one in enumerate(value)]
        elif isinstance(value, str) and not MASKED.fullmatch(value):
            named = next((str(one) for one in reversed(steps) if isinstance(one, str)), "")
            literal = written(value) if named in SECRETS else None
            if literal is not None:
                own = f"{key}.{'.'.join(map(str, steps))}"
                yield secret("password", own, literal, place(*steps), value, named)
