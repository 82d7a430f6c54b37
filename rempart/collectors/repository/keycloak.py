"""Keycloak realms as they are exported: password rules, lock, second factor, TLS, clients.

Source: Keycloak 26 server administration guide and RealmRepresentation; an export leaves nothing
out, so that what is not there has the server's default: no password rule, no lock, TLS asked of
public addresses alone.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from rempart.check import Observation, Seen
from rempart.collectors.repository.places import Place, secret
from rempart.collectors.repository.secrets.given import written
from rempart.collectors.repository.terraform.values import unresolved
from rempart.collectors.text import clean
from rempart.documents import Document, Limits, every
from rempart.observations.clients import LoginClient
from rempart.observations.passwords import PasswordPolicy
from rempart.observations.sign_in import SignIn
from rempart.observations.transit import Transit

LIMITS = Limits(size=16_000_000, nodes=1_500_000)
MARKS: Final = (b'"realm"', b'"sslRequired"')
_RULE = re.compile(r"(\w+)(?:\(([^)]*)\))?")
_FACTORS: Final = ("otp", "webauthn", "conditional-user-configured", "recovery")
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
    key = f"realm {clean(str(realm['realm']), 80)}"

    def place(*more: Any) -> Place:  # noqa: ANN401
        return Place(path, document.line_of((*steps, *more)))

    yield _policy(realm, key, place("passwordPolicy") if "passwordPolicy" in realm else place())
    ssl = str(realm.get("sslRequired", "external"))
    enforced: Seen[bool] = {"all": True, "external": True, "none": False}.get(
        ssl.lower(), unresolved(ssl)
    )
    stamp = place("sslRequired").stamp(key)
    yield Transit("identity", enforced, f"sslRequired {clean(ssl, 40)}", **stamp)
    factor, words, where = _factor(realm)
    yield SignIn("factor", factor, words, **place(*where).stamp(key))
    clients = realm.get("clients")
    for number, client in enumerate(clients if isinstance(clients, list) else ()):
        if isinstance(client, dict) and client.get("enabled", True) is not False:
            yield from _client(client, key, lambda *more, n=number: place("clients", n, *more))
    yield from _secrets(realm, key, place, ("smtpServer", "identityProviders", "components"))


def _policy(realm: dict[str, Any], key: str, place: Place) -> PasswordPolicy:
    rules = dict(_RULE.findall(str(realm.get("passwordPolicy") or "")))
    locks = realm.get("bruteForceProtected") is True
    failures = realm.get("failureFactor", 30)
    permanent = realm.get("permanentLockout") is True
    wait = realm.get("waitIncrementSeconds", 60)
    age = _number(rules, "forceExpiredPasswordChange", 0)
    longest = _number(rules, "maxLength", 64)
    return PasswordPolicy(
        min_length=_number(rules, "length", 8) if "length" in rules else 0,
        max_length=longest if "maxLength" in rules else None,
        min_classes=0,
        lower=_number(rules, "lowerCase", 1) if "lowerCase" in rules else 0,
        upper=_number(rules, "upperCase", 1) if "upperCase" in rules else 0,
        digits=_number(rules, "digits", 1) if "digits" in rules else 0,
        specials=_number(rules, "specialChars", 1) if "specialChars" in rules else 0,
        dictionary="passwordBlacklist" in rules,
        max_failures=(failures if isinstance(failures, int) else 30) if locks else None,
        unlock_seconds=None if permanent or not locks else wait if isinstance(wait, int) else 60,
        max_age_days=age or None,
        binds_admins=True,
        second_factor=_factor(realm)[0],
        **place.stamp(key),
    )


def _number(rules: dict[str, str], name: str, default: int) -> int:
    value = rules.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 7 else default


def _factor(realm: dict[str, Any]) -> tuple[Seen[bool], str, tuple[Any, ...]]:
    """Whether everybody needs a second factor: a flow demands it, or setting one up is required."""
    actions = realm.get("requiredActions")
    for number, one in enumerate(actions if isinstance(actions, list) else ()):
        alias = str(one.get("alias")) if isinstance(one, dict) else ""
        if alias in ("CONFIGURE_TOTP", "webauthn-register") and one.get("defaultAction") is True:
            return True, f"{alias} is a default action", ("requiredActions", number)
    name = str(realm.get("browserFlow") or "browser")
    flows = realm.get("authenticationFlows")
    if not isinstance(flows, list):
        return unresolved("no authentication flow here"), f"browserFlow {clean(name, 40)}", ()
    known = {str(one.get("alias")): one for one in flows if isinstance(one, dict)}
    if name not in known:
        return unresolved(f"browserFlow {clean(name, 40)}"), f"browserFlow {clean(name, 40)}", ()
    demanded = _demands(known, name, 10)
    words = "demands a second factor" if demanded else "demands no second factor of everybody"
    return demanded, f"browserFlow {clean(name, 40)} {words}", ("browserFlow",)


def _demands(flows: dict[str, Any], name: str, depth: int) -> bool:
    done = flows[name].get("authenticationExecutions")
    for one in done if isinstance(done, list) and depth > 0 else ():
        if not isinstance(one, dict) or one.get("requirement") == "DISABLED":
            continue
        inner = str(one.get("flowAlias") or "")
        taken = inner in flows and one.get("requirement") in ("REQUIRED", "ALTERNATIVE")
        if taken and _demands(flows, inner, depth - 1):
            return True
        authenticator = str(one.get("authenticator") or "")
        factor = any(word in authenticator for word in _FACTORS[:2])
        if factor and one.get("requirement") == "REQUIRED":
            return True
    return False


def _client(client: dict[str, Any], key: str, place: Callable[..., Place]) -> Iterator[Observation]:
    name = clean(str(client.get("clientId") or ""), 80)
    attributes = client.get("attributes")
    challenge = attributes.get("pkce.code.challenge.method") if isinstance(attributes, dict) else ""
    given = client.get("redirectUris")
    redirects = tuple(clean(str(one), 200) for one in given) if isinstance(given, list) else ()
    line = "redirectUris" if "redirectUris" in client else "clientId"
    browser = client.get("standardFlowEnabled", True) is not False
    if browser and client.get("bearerOnly") is not True:
        yield LoginClient(
            redirects,
            client.get("publicClient") is True,
            challenge == "S256",
            client.get("directAccessGrantsEnabled") is True,
            client.get("implicitFlowEnabled") is True,
            **place(line).stamp(f"{key} client {name}"),
        )
    value = client.get("secret")
    if isinstance(value, str) and not MASKED.fullmatch(value):
        literal = written(value)
        if literal is not None:
            own = f"{key} client {name}.secret"
            yield secret("key", own, literal, place("secret"), value, "secret")


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
