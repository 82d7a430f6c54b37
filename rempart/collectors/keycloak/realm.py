"""What one realm decides, as observations; whoever brought the realm says where things stand."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rempart.check import Evidence, Fact, Observation, Seen, Unknown, all_of, any_of
from rempart.collectors.keycloak import federation
from rempart.collectors.keycloak.federation import Place, Stamp
from rempart.collectors.keycloak.flows import closed, demands, flows_of, offers, uses
from rempart.collectors.keycloak.policy import Rules, hashing, parsed
from rempart.collectors.text import clean
from rempart.errors import Reason
from rempart.observations.clients import LoginClient
from rempart.observations.identity import (
    OtpPolicy,
    SecurityKeys,
    SelfService,
    SignInEvents,
    SignInFlow,
)
from rempart.observations.passwords import PasswordPolicy, PasswordStorage
from rempart.observations.sign_in import SignIn
from rempart.observations.transit import Transit

BRINGS: Final = (
    *(PasswordPolicy, PasswordStorage, Transit, SignIn, SignInFlow, OtpPolicy),
    *(SecurityKeys, SelfService, SignInEvents, LoginClient),
)
ACTIONS: Final = ("CONFIGURE_TOTP", "webauthn-register", "webauthn-register-passwordless")
PASSWORDLESS: Final = "webauthn-authenticator-passwordless"
VERIFICATION: Final = "webAuthnPolicyPasswordlessUserVerificationRequirement"
WAYS: Final = {
    "direct grant": ("directGrantFlow", "direct grant"),
    "reset": ("resetCredentialsFlow", "reset credentials"),
}
Realm = Mapping[str, Any]


def observations(realm: Realm, place: Place) -> Iterator[Observation]:
    """Password rules, lock, second factor, codes, TLS, self-service, events and clients."""
    key = name_of(realm)
    rules = parsed(realm.get("passwordPolicy"))
    where = place("passwordPolicy") if "passwordPolicy" in realm else place()
    factor, words, decided = second_factor(realm)
    ways = tuple(_flows(realm, key, place))
    alone = all_of(factor, *(_guarded(way) for way in ways if way.way != "reset"))
    yield _policy(realm, rules, alone, key, (where, place))
    scheme, cost = hashing(rules, realm.get("keycloakVersion"))
    yield PasswordStorage(scheme, cost, **where.stamp(f"{key} new passwords"))
    yield _transit(realm, place("sslRequired").stamp(key))
    yield from federation.transits(realm, key, place)
    yield SignIn("factor", factor, words, **place(*decided).stamp(key))
    yield from ways
    yield _codes(realm, place("otpPolicyType").stamp(key))
    yield SecurityKeys(
        uses(flows_of(realm), str(realm.get("browserFlow") or "browser"), PASSWORDLESS),
        clean(str(realm.get(VERIFICATION) or "not specified"), 40),
        **place(VERIFICATION).stamp(key),
    )
    yield SelfService(
        _flag(realm, "registrationAllowed"),
        _flag(realm, "resetPasswordAllowed"),
        _flag(realm, "verifyEmail"),
        **place("registrationAllowed").stamp(key),
    )
    yield _events(realm, place("eventsEnabled").stamp(key))
    for number, client in clients_of(realm):
        yield from _client(client, key, lambda *more, n=number: place("clients", n, *more))


def name_of(realm: Realm) -> str:
    """What a realm is called in results."""
    return f"realm {clean(str(realm.get('realm') or ''), 80)}"


def clients_of(realm: Realm) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The clients that are enabled, with their place in the list."""
    given = realm.get("clients")
    for number, client in enumerate(given if isinstance(given, list) else ()):
        if isinstance(client, dict) and client.get("enabled", True) is not False:
            yield number, client


def second_factor(realm: Realm) -> tuple[Fact, str, tuple[Any, ...]]:
    """Whether everybody needs a second factor, in which words, and the steps to what decided.

    A factor everybody must set up is as good as demanded where those who have one are asked.
    """
    flows = flows_of(realm)
    alias = str(realm.get("browserFlow") or "browser")
    demanded = demands(flows, alias)
    shown = f"browserFlow {clean(alias, 40)}"
    if demanded is True:
        return True, f"{shown} demands a second factor", ("browserFlow",)
    action = _set_up_by_all(realm)
    if action is not None and (flows is None or offers(flows, alias)):
        return True, f"{action[1]} is a default action", ("requiredActions", action[0])
    if isinstance(demanded, Unknown):
        return demanded, shown, ()
    return False, f"{shown} demands no second factor of everybody", ("browserFlow",)


def _set_up_by_all(realm: Realm) -> tuple[int, str] | None:
    """The place and name of an action by which everybody sets up a factor, if there is one."""
    actions = realm.get("requiredActions")
    for number, one in enumerate(actions if isinstance(actions, list) else ()):
        if isinstance(one, dict) and one.get("enabled", True) is not False:
            name = str(one.get("alias"))
            if name in ACTIONS and one.get("defaultAction") is True:
                return number, name
    return None


def _way_demands(realm: Realm, alias: str) -> Fact:
    """Whether a way demands a factor, or asks everybody for the one they had to set up."""
    flows = flows_of(realm)
    if _set_up_by_all(realm) is not None and offers(flows, alias):
        return True
    return demands(flows, alias)


def _guarded(way: SignInFlow) -> Fact:
    """Whether a way beside the main one lets nobody pass with the password alone."""
    factor: Fact = way.factor == True  # noqa: E712  (three-valued)
    closed_: Fact = way.closed == True  # noqa: E712  (three-valued)
    return any_of(not way.clients, factor, closed_)


def _policy(
    realm: Realm, rules: Rules, factor: Fact, key: str, places: tuple[Stamp, Place]
) -> PasswordPolicy:
    where, place = places
    locks = realm.get("bruteForceProtected") is True
    permanent = realm.get("permanentLockout") is True
    failures = _whole(realm.get("failureFactor"), 30)
    lock = place("bruteForceProtected").stamp(key)
    classes: Seen[int] = rules.unknown if rules.fault else 0
    if rules.has("regexPattern") is True:
        classes = Unknown(Reason.UNRESOLVED, "a regexPattern decides which passwords are taken")
    return PasswordPolicy(
        min_length=rules.number("length"),
        max_length=rules.number("maxLength", None),
        min_classes=classes,
        lower=rules.number("lowerCase"),
        upper=rules.number("upperCase"),
        digits=rules.number("digits"),
        specials=rules.number("specialChars"),
        dictionary=rules.has("passwordBlacklist", "passwordDenylist"),
        max_failures=failures if locks else None,
        unlock_seconds=None
        if permanent or not locks
        else _whole(realm.get("waitIncrementSeconds"), 60),
        window_seconds=_whole(realm.get("maxDeltaTimeSeconds"), 43_200) if locks else None,
        max_age_days=rules.number("forceExpiredPasswordChange", None) or None
        if not rules.fault
        else rules.unknown,
        min_age_days=0,
        history=rules.number("passwordHistory"),
        forbids_username=rules.has("notUsername", "notContainsUsername"),
        binds_admins=True,
        second_factor=factor,
        bound="accounts of its own" if federation.elsewhere(realm) else "",
        decided={"max_failures": Evidence(lock["source"], lock["line"], lock["end_line"])},
        **where.stamp(key),
    )


def _transit(realm: Realm, stamp: dict[str, Any]) -> Transit:
    ssl = str(realm.get("sslRequired", "external"))
    unclear = Unknown(Reason.UNRESOLVED, clean(ssl, 40))
    enforced: Seen[bool] = {"all": True, "external": True, "none": False}.get(ssl.lower(), unclear)
    return Transit("identity", enforced, f"sslRequired {clean(ssl, 40)}", **stamp)


def _flows(realm: Realm, key: str, place: Place) -> Iterator[SignInFlow]:
    """The ways beside the main one, and the clients that take them."""
    flows = flows_of(realm)
    granted = tuple(
        clean(str(client.get("clientId") or ""), 80)
        for _, client in clients_of(realm)
        if client.get("directAccessGrantsEnabled") is True and client.get("bearerOnly") is not True
    )
    resets = ("everybody",) if realm.get("resetPasswordAllowed") is True else ()
    for way, (setting, usual) in WAYS.items():
        alias = str(realm.get(setting) or usual)
        yield SignInFlow(
            way,
            _way_demands(realm, alias),
            closed(flows, alias),
            granted if way == "direct grant" else resets,
            f"{setting} {clean(alias, 40)}",
            **place(setting).stamp(f"{key} {way}"),
        )
    yield from _own_flows(realm, key, place)


def _own_flows(realm: Realm, key: str, place: Place) -> Iterator[SignInFlow]:
    """Clients that leave the realm's flow for one of their own."""
    listed = realm.get("authenticationFlows")
    by_id = {
        str(one.get("id")): str(one.get("alias"))
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, dict)
    }
    flows = flows_of(realm)
    for number, client in clients_of(realm):
        own = client.get("authenticationFlowBindingOverrides")
        for kind, id_ in own.items() if isinstance(own, dict) else ():
            alias = by_id.get(str(id_), str(id_))
            if kind != "browser" or not id_:
                continue
            name = clean(str(client.get("clientId") or ""), 80)
            yield SignInFlow(
                "client",
                _way_demands(realm, alias),
                closed(flows, alias),
                (name,),
                f"browser flow {clean(alias, 40)}",
                **place("clients", number).stamp(f"{key} client {name} flow"),
            )


def _codes(realm: Realm, stamp: dict[str, Any]) -> OtpPolicy:
    timed = str(realm.get("otpPolicyType", "totp")).lower() != "hotp"
    return OtpPolicy(
        _whole(realm.get("otpPolicyDigits"), 6),
        clean(str(realm.get("otpPolicyAlgorithm") or "HmacSHA1"), 40),
        _flag(realm, "otpPolicyCodeReusable"),
        _whole(realm.get("otpPolicyPeriod"), 30) if timed else None,
        _whole(realm.get("otpPolicyLookAheadWindow"), 1),
        **stamp,
    )


def _events(realm: Realm, stamp: dict[str, Any]) -> SignInEvents:
    return SignInEvents(
        _flag(realm, "eventsEnabled"),
        _flag(realm, "adminEventsEnabled"),
        _flag(realm, "adminEventsDetailsEnabled"),
        _whole(realm.get("eventsExpiration"), 0) or None,
        **stamp,
    )


def _client(client: Mapping[str, Any], key: str, place: Place) -> Iterator[Observation]:
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


def _flag(realm: Realm, name: str) -> bool:
    return realm.get(name) is True


def _whole(value: object, default: int) -> int:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and isinstance(value, int) and abs(value) < 10**12 else default
