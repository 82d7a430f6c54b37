"""What an OpenID provider inside the mandate publishes, and what it does with a strange address."""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from rempart.check import Gap, Reason, Unknown
from rempart.collectors import Seen
from rempart.collectors.portal.identity import location
from rempart.collectors.portal.markup import markup
from rempart.collectors.portal.pages import BUSY, text
from rempart.collectors.text import clean
from rempart.errors import CollectError, NotAuthorised
from rempart.observations.identity_surface import OidcProvider, RedirectProof
from rempart.scope.providers import is_identity_provider

if TYPE_CHECKING:
    from rempart.transport.http import Answer, Session

PLACE: Final = "/.well-known/openid-configuration"
_ENDINGS: Final = (
    *("/protocol/openid-connect/auth", "/oauth2/v2.0/authorize", "/oauth2/authorize"),
    *("/oauth2/auth", "/connect/authorize", "/oidc/authorize", "/oidc/auth", "/authorize", "/auth"),
)
_ENDPOINTS: Final = (
    *("issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"),
    *("end_session_endpoint", "introspection_endpoint", "revocation_endpoint"),
)
_ALTERED: Final = "rempart-altered"
_TIMES: Final = 40


def provider(session: "Session", origin: str, request: str) -> Iterator[Seen]:
    """The metadata of the provider a request goes to, or of one on the portal's own name.

    Only what the mandate covers is asked; a provider of somebody else gives a gap.
    """
    for issuer in _issuers(origin, request):
        url = issuer + PLACE
        host = urlsplit(url).hostname or ""
        try:
            if is_identity_provider(host):
                raise NotAuthorised(f"{host} is a provider of another party")
            answer = session.get(url)
        except CollectError as error:
            if request:
                detail = clean(str(error))
                yield Gap(
                    "OidcProvider", error.reason, detail, key=clean(issuer), source=clean(url)
                )
            continue
        told = _document(answer)
        if told is not None:
            yield _provider(session, told, issuer, url)
            return


def redirect_proof(session: "Session", request: str) -> Iterator[Seen]:
    """What the provider does when the return address of a portal's own request has one step more.

    The true request is sent first, so that both answers can be compared. Nobody is signed in.
    """
    parsed = urlsplit(request)
    host = parsed.hostname or ""
    try:
        if is_identity_provider(host):
            raise NotAuthorised(f"{host} is a provider of another party")
        true = session.get(request)
        query = [
            (name, f"{value.rstrip('/')}/{_ALTERED}" if name == "redirect_uri" else value)
            for name, value in parse_qsl(parsed.query, keep_blank_values=True)
        ]
        altered = session.get(parsed._replace(query=urlencode(query)).geturl())
    except CollectError as error:
        yield Gap("RedirectProof", error.reason, clean(str(error)), key=clean(host))
        return
    url = clean(f"{parsed.scheme}://{parsed.netloc}{parsed.path}")
    accepted = _accepted(true, altered)
    yield RedirectProof(url, accepted, altered.status, key=clean(host), source=url)


def _accepted(true: "Answer", altered: "Answer") -> bool | Unknown:
    if true.status >= 400 or altered.status in BUSY:
        status = true.status if true.status >= 400 else altered.status
        return Unknown(Reason.REFUSED, f"answered {status}")
    if altered.status >= 400:
        return False
    where = location(altered)
    if where:
        if f"/{_ALTERED}" in urlsplit(where).path:
            return True  # it would have sent the answer, or its error, there
        kept = urlsplit(where).path == urlsplit(location(true)).path
        return Unknown(Reason.UNRESOLVED, "redirects elsewhere") if not kept else True
    form = markup(text(altered)).password_field
    if form and markup(text(true)).password_field:
        return True
    return False if not form and markup(text(true)).password_field else _untold(altered)


def _untold(altered: "Answer") -> Unknown:
    return Unknown(Reason.UNRESOLVED, f"answers {altered.status} with no sign-in form to compare")


def _issuers(origin: str, request: str) -> list[str]:
    parsed = urlsplit(request)
    found = []
    if parsed.hostname:
        base = f"{parsed.scheme}://{parsed.netloc.rpartition('@')[2]}"
        ending = next((one for one in _ENDINGS if parsed.path.endswith(one)), "")
        found += [base + parsed.path.removesuffix(ending)] if ending else []
        found.append(base)
    return list(dict.fromkeys([*found, origin]))


def _document(answer: "Answer") -> Mapping[str, Any] | None:
    if answer.status != 200 or answer.truncated:
        return None
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    known = isinstance(told, dict) and isinstance(told.get("issuer"), str)
    return told if known and "authorization_endpoint" in told else None


def _provider(session: "Session", told: Mapping[str, Any], issuer: str, url: str) -> OidcProvider:
    challenges = _words(told, "code_challenge_methods_supported")
    bound = []
    if told.get("tls_client_certificate_bound_access_tokens") is True:
        bound.append("mtls")
    if _words(told, "dpop_signing_alg_values_supported"):
        bound.append("dpop")
    clear = [name for name in _ENDPOINTS if _is_clear(told.get(name))]
    return OidcProvider(
        url=clean(url),
        matches=str(told["issuer"]).rstrip("/") == issuer.rstrip("/"),
        clear=tuple(clear),
        algorithms=_words(told, "id_token_signing_alg_values_supported"),
        responses=_words(told, "response_types_supported"),
        grants=_words(told, "grant_types_supported"),
        challenges=challenges if "code_challenge_methods_supported" in told else None,
        keys=_keys(session, told.get("jwks_uri")),
        bound=tuple(bound),
        key=clean(str(told["issuer"])),
        source=clean(url),
    )


def _is_clear(value: object) -> bool:
    return isinstance(value, str) and value.lower().startswith("http:")


def _words(told: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = told.get(name)
    listed = value[:_TIMES] if isinstance(value, list) else []
    return tuple(clean(one, 80) for one in listed if isinstance(one, str))


def _keys(session: "Session", where: object) -> int | Unknown:
    if not isinstance(where, str):
        return 0
    try:
        answer = session.get(where)
    except CollectError as error:
        return Unknown(error.reason, clean(str(error)))
    if answer.status in BUSY:
        return Unknown(Reason.REFUSED, f"answered {answer.status}")
    try:
        listed = json.loads(answer.body)["keys"] if answer.status == 200 else []
    except (ValueError, KeyError, TypeError, RecursionError):
        return 0
    return len(listed) if isinstance(listed, list) else 0
