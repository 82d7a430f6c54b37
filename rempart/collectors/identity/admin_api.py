"""A realm as Keycloak's admin API shows it, asked with GET alone.

Source: Keycloak 26 admin REST API. Flows come as a list with levels, which is made a tree again;
clients come a hundred at a time. Without the right to see a part, that part is left open.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

from rempart.check import Gap, Observation, Unknown
from rempart.collectors.identity.realm_file import Spot
from rempart.collectors.keycloak.federation import STORAGE
from rempart.collectors.keycloak.realm import WAYS, name_of, observations
from rempart.collectors.text import clean
from rempart.errors import CollectError, Limited, Privilege, Refused, Truncated
from rempart.observations.clients import LoginClient
from rempart.observations.identity import SignInFlow
from rempart.observations.passwords import PasswordPolicy
from rempart.scope.addresses import literal

if TYPE_CHECKING:
    from rempart.transport.access import Access
    from rempart.transport.http import Answer, Session

PAGE: Final = 100
MOST_CLIENTS: Final = 5_000
DEEPEST: Final = 12


@dataclass(frozen=True, slots=True)
class Admin:
    """One realm behind an admin API."""

    session: "Session"
    root: str
    token: str

    def get(self, path: str) -> Any:  # noqa: ANN401  (JSON)
        """The JSON of a part of the realm. Raises Refused, Privilege, Truncated or Limited."""
        answer = self.session.get(
            f"{self.root}{path}", headers={"Authorization": f"Bearer {self.token}"}
        )
        return _json(answer, path or "the realm")

    def maybe(self, path: str) -> Any:  # noqa: ANN401  (JSON, or None)
        """The same, None where the account may not see it."""
        try:
            return self.get(path)
        except Privilege:
            return None


def realm(subject: Any, access: "Access") -> Iterator[Observation | Gap]:  # noqa: ANN401
    """What the realm decides. Raises CollectError where it cannot be asked at all."""
    from rempart.transport.http import Session

    url = subject.keycloak.url
    if subject.token is None:
        raise Refused("the admin API wants a token: write `token: env:...`")
    _in_the_open(url)
    with Session(access, url, ca=subject.ca) as session:
        admin = Admin(session, root(url, subject.realm), subject.token.resolve())
        found = admin.get("")
        if not isinstance(found, dict) or not isinstance(found.get("realm"), str):
            raise Truncated("the admin API answered with something else than a realm")
        yield from _observed(admin, found)


def root(url: str, realm_: str) -> str:
    """The admin API's address of a realm, from that of the server, the realm or its API.

    Raises Refused where nothing names the realm.
    """
    base, _, rest = url.rstrip("/").partition("/realms/")
    base = base.removesuffix("/admin").rstrip("/")
    name = realm_ or rest.partition("/")[0]
    if not name:
        raise Refused("the URL names no realm: write `realm:`")
    return f"{base}/admin/realms/{quote(name, safe='%')}"


def _observed(admin: Admin, found: dict[str, Any]) -> Iterator[Observation | Gap]:
    actions = admin.maybe("/authentication/required-actions")
    flows, hidden = _flows(admin, found)
    clients, cut = _clients(admin)
    stores = admin.maybe(f"/components?type={STORAGE}")
    whole = {
        **found,
        "requiredActions": actions,
        "clients": clients,
        "components": {STORAGE: stores},
    }
    if flows:
        whole["authenticationFlows"] = flows

    def place(*_: Any) -> Spot:  # noqa: ANN401
        return Spot(f"GET {urlsplit(admin.root).path}", None)

    seen = tuple(observations(whole, place))
    for one in seen:
        if cut and isinstance(one, PasswordPolicy) and one.second_factor is True:
            yield replace(one, second_factor=Unknown(cut.reason, f"{cut}: one may do without"))
        elif not (cut and isinstance(one, SignInFlow) and one.way == "direct grant"):
            yield one
    if cut:
        for kind in (LoginClient, SignInFlow):
            yield Gap(kind.__name__, cut.reason, str(cut), key=f"{name_of(found)} clients")
    if hidden:
        yield Gap(SignInFlow.__name__, hidden.reason, str(hidden), key=f"{name_of(found)} flows")


def _flows(admin: Admin, found: Mapping[str, Any]) -> tuple[list[Any], CollectError | None]:
    """The bound flows of a realm and all below them; why they are missing, where they are."""
    wanted = {str(found.get("browserFlow") or "browser")}
    wanted |= {str(found.get(setting) or usual) for setting, usual in WAYS.values()}
    flows: dict[str, Any] = {}
    ids: dict[str, str] = {}
    try:
        listed = admin.get("/authentication/flows")
        for one in listed if isinstance(listed, list) else ():
            if isinstance(one, dict):
                ids[str(one.get("alias"))] = str(one.get("id") or "")
        for alias in sorted({*wanted, *_own(ids)} & ids.keys()):
            executions = admin.get(f"/authentication/flows/{quote(alias, safe='')}/executions")
            _grow(flows, alias, executions)
            flows[alias]["id"] = ids[alias]
    except CollectError as error:
        return list(flows.values()), error
    return list(flows.values()), None


def _own(ids: Mapping[str, str]) -> Iterator[str]:
    """Flows somebody made: clients may be bound to them."""
    built_in = {"browser", "direct grant", "registration", "reset credentials", "clients"}
    built_in |= {"first broker login", "docker auth", "http challenge"}
    return (alias for alias in list(ids)[:40] if alias not in built_in)


def _grow(flows: dict[str, Any], alias: str, executions: Any) -> None:  # noqa: ANN401
    """Make a tree of flows of a list of executions with levels."""
    open_: list[str] = [alias]
    flows[alias] = {"alias": alias, "authenticationExecutions": []}
    for one in executions if isinstance(executions, list) else ():
        if not isinstance(one, dict):
            continue
        level = one.get("level")
        depth = level if isinstance(level, int) and 0 <= level < DEEPEST else 0
        del open_[depth + 1 :]
        execution: dict[str, Any] = {"requirement": one.get("requirement")}
        if one.get("authenticationFlow") is True:
            inner = f"{alias} / {one.get('displayName')} {len(flows)}"
            flows[inner] = {"alias": inner, "authenticationExecutions": []}
            execution["flowAlias"] = inner
        else:
            inner = ""
            execution["authenticator"] = one.get("providerId")
        flows[open_[-1]]["authenticationExecutions"].append(execution)
        if inner:
            open_.append(inner)


def _clients(admin: Admin) -> tuple[list[Any], CollectError | None]:
    """The clients, as far as they came, and why they are not all."""
    found: list[Any] = []
    try:
        while len(found) < MOST_CLIENTS:
            page = admin.get(f"/clients?first={len(found)}&max={PAGE}")
            if not isinstance(page, list):
                return found, Truncated("the clients came as something else than a list")
            found += [_less(one) for one in page if isinstance(one, dict)]
            if len(page) < PAGE:
                return found, None
    except CollectError as error:
        return found, error
    return found, Limited(f"more than {MOST_CLIENTS} clients")


def _less(client: dict[str, Any]) -> dict[str, Any]:
    """A client without its secret, which the API shows to those who may manage it."""
    return {name: value for name, value in client.items() if "secret" not in name.lower()}


def _json(answer: "Answer", what: str) -> Any:  # noqa: ANN401  (JSON)
    if answer.status == 401:
        raise Refused("the admin API does not take this token: wrong, or out of date")
    if answer.status == 403:
        raise Privilege(f"the token's account may not see {clean(what, 80)}")
    if answer.status == 404:
        raise Privilege(f"the admin API shows no {clean(what, 80)}")
    if answer.status != 200:
        raise Refused(f"the admin API answered with status {answer.status}")
    if answer.truncated:
        raise Truncated(f"the answer about {clean(what, 80)} was cut")
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        raise Truncated(f"the answer about {clean(what, 80)} is no JSON") from None


def _in_the_open(url: str) -> None:
    """Raise Refused where the token would cross a network in clear."""
    parts = urlsplit(url)
    address = literal(parts.hostname or "")
    if parts.scheme == "http" and not (address is not None and address.is_loopback):
        raise Refused("the admin API is asked over TLS only: the token would be read on the way")
