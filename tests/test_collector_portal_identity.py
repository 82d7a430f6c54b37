"""Who may sign in at a portal and how: ways, requests to providers, and what providers publish."""

import http.server
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from rempart.check import Reason, Unknown
from rempart.collectors import Seen, portal
from rempart.collectors.portal.identity import authorization, sign_in_ways
from rempart.demo.authority import Issued
from rempart.observations.http import PageForm
from rempart.observations.identity_surface import (
    OidcProvider,
    OidcRequest,
    RedirectProof,
    SignInWays,
)
from rempart.transport.http import Answer
from tests.portals import NAME, Reply, access, certificate, gaps, look, of, site

HTML = ("Content-Type", "text/html; charset=utf-8")
FORM = '<form method="post"><input name="user"><input type="password" name="p"></form>'
PSC = "https://auth.esw.esante.gouv.fr/auth/realms/esante-wallet/protocol/openid-connect/auth"
KINDS = (SignInWays, OidcRequest, OidcProvider, RedirectProof, PageForm)


def ways(body: str, *, code: str = "", declared: bool = False) -> SignInWays | None:
    answer = Answer(f"https://{NAME}/login", "GET", 200, (HTML,), body.encode(), truncated=False)
    return sign_in_ways([answer], [code], NAME, declared=declared)


@pytest.mark.parametrize(
    ("body", "providers", "sector"),
    [
        ('<a href="/psc"><img src="/x.svg" alt="Pro Santé Connect"></a>', True, True),
        ('<a href="/oauth2/go">S’identifier avec Pro Sant&eacute; Connect</a>', True, True),
        (f'<a href="{PSC}?client_id=x&amp;response_type=code">Professionnels</a>', True, True),
        ('<button class="fc">S’identifier avec FranceConnect</button>', True, False),
        ('<a href="https://login.microsoftonline.com/t/oauth2/authorize">x</a>', True, False),
        ('<a href="https://esante.gouv.fr/">Agence du Numérique en Santé</a>', False, False),
        ('<p>Pro Santé Connect arrive bientôt.</p>', False, False),
        ('<a href="https://twitter.example/">Suivez-nous</a>', False, False),
    ],
)  # fmt: skip
def test_providers_are_known_by_what_can_be_pressed(
    body: str, providers: bool, sector: bool
) -> None:
    found = ways(FORM + body)
    assert found is not None
    assert (bool(found.providers), bool(found.sector)) == (providers, sector)
    assert found.password


@pytest.mark.parametrize(
    ("body", "code", "passkeys", "certificate"),
    [
        ('<input autocomplete="username webauthn">', "", True, False),
        ("<button>Se connecter avec une clé d’accès</button>", "", True, False),
        (FORM, "x=await navigator.credentials.get({publicKey:o})", True, False),
        ('<a href="/cps">Carte CPS</a>', "", False, True),
        (FORM, "fetch('/api')", False, False),
    ],
)
def test_passkeys_and_cards_are_seen(
    body: str, code: str, passkeys: bool, certificate: bool
) -> None:
    found = ways(FORM + body, code=code)
    assert found is not None
    assert (found.passkeys, found.certificate) == (passkeys, certificate)


def test_a_page_without_any_way_in_is_not_one() -> None:
    assert ways("<p>Bienvenue</p>") is None
    declared = ways('<div id="app"></div>', declared=True)
    assert declared is not None
    assert declared.password


@pytest.mark.parametrize(
    ("query", "challenge", "state", "context"),
    [
        ({"code_challenge": "x", "code_challenge_method": "S256", "state": "s"}, "S256", True, ""),
        ({"code_challenge": "x"}, "plain", False, ""),
        ({"acr_values": "eidas1", "state": "s"}, "", True, "eidas1"),
    ],
)
def test_an_authorization_request_is_read(
    query: dict[str, str], challenge: str, state: bool, context: str
) -> None:
    asked = {"client_id": "x", "response_type": "code", "redirect_uri": f"https://{NAME}/cb"}
    found = authorization(f"{PSC}?{urlencode(asked | query)}", "s")
    assert found is not None
    assert (found.challenge, found.state, found.context) == (challenge, state, context)
    assert (found.provider, found.returns_to) == ("Pro Santé Connect", "https")
    assert "client_id" not in found.url


def test_other_addresses_are_no_authorization_request() -> None:
    for target in (
        "",
        "/x",
        f"{PSC}?client_id=x",
        "https://[",
        "https://x.example/?a=" + "b" * 9000,
    ):
        assert authorization(target, "s") is None


def observed(folder: Path, routes: dict[str, Reply], **keys: str) -> list[Seen]:
    issued = certificate(folder)
    with site(routes, issued) as server:
        way = access(folder, connect=f"127.0.0.1:{server.port}", ca=f"file:{issued.ca}", **keys)
        return look(portal, way, *KINDS)


def test_a_provider_of_somebody_else_is_named_and_never_asked(tmp_path: Path) -> None:
    target = f"{PSC}?{urlencode({'client_id': 'x', 'response_type': 'code', 'state': 's'})}"
    routes = {
        "/": Reply(200, f'{FORM}<a href="/psc/go">Pro Santé Connect</a>'.encode(), [HTML]),
        "/psc/go": Reply(302, headers=[("Location", target)]),
    }
    found = observed(tmp_path, routes)
    (request,) = of(found, OidcRequest)
    assert (request.provider, request.challenge) == ("Pro Santé Connect", "")
    told = {gap.type: gap.reason for gap in gaps(found)}
    assert told == dict.fromkeys(("OidcProvider", "RedirectProof"), Reason.NOT_AUTHORISED)
    assert not of(found, OidcProvider)


def test_what_is_not_recognised_says_how_to_describe_it(tmp_path: Path) -> None:
    found = observed(tmp_path, {"/": Reply(200, b"<p>Bienvenue</p>", [HTML])})
    (gap,) = [gap for gap in gaps(found) if gap.type == "SignInWays"]
    assert gap.reason is Reason.UNRESOLVED
    assert "/ 200" in gap.detail
    assert "login: {kind: form, url: /PATH}" in gap.detail


def test_the_page_that_resets_a_password_is_read(tmp_path: Path) -> None:
    reset = "<form method=post><input name=login><label>Question secrète</label></form>"
    routes = {
        "/": Reply(200, f'{FORM}<a href="/mdp">Mot de passe oublié ?</a>'.encode(), [HTML]),
        "/mdp": Reply(200, reset.encode(), [HTML]),
    }
    found = observed(tmp_path, routes)
    (ways_in,) = of(found, SignInWays)
    assert ways_in.reset == f"https://{NAME}/mdp"
    questions = {one.page: one.questions for one in of(found, PageForm)}
    assert questions == {"/": (), "/mdp": ("question secrète",)}


@contextmanager
def provider(issued: Issued, *, exact: bool, **metadata: object) -> Iterator[int]:
    """A portal that signs in through a provider on its own name; nothing else is there."""
    base = f"https://{NAME}/realms/pro"
    told = {
        "issuer": base,
        "authorization_endpoint": f"{base}/protocol/openid-connect/auth",
        "token_endpoint": f"{base}/token",
        "jwks_uri": f"{base}/certs",
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        **metadata,
    }
    asked = {"client_id": "portal", "response_type": "code", "state": "s"}
    callback = f"https://{NAME}/callback"
    start = f"{base}/protocol/openid-connect/auth?{urlencode(asked | {'redirect_uri': callback})}"

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            status, body = 404, b""
            if parts.path == "/":
                status, body = 200, f'<a href="{start.replace("&", "&amp;")}">Entrer</a>'.encode()
            elif (
                parts.path.endswith("/.well-known/openid-configuration") and "realms" in parts.path
            ):
                status, body = 200, json.dumps(told).encode()
            elif parts.path.endswith("/certs"):
                status, body = 200, b'{"keys": [{}, {}]}'
            elif parts.path.endswith("/auth"):
                known = parse_qs(parts.query)["redirect_uri"] == [callback]
                status, body = (200, FORM.encode()) if known or not exact else (400, b"invalid")
            self.send_response_only(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(issued.certificate, issued.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("exact", [True, False])
def test_a_provider_inside_the_mandate_is_read_and_tried_once(tmp_path: Path, exact: bool) -> None:
    issued = certificate(tmp_path)
    with provider(issued, exact=exact, dpop_signing_alg_values_supported=["ES256"]) as port:
        way = access(tmp_path, connect=f"127.0.0.1:{port}", ca=f"file:{issued.ca}")
        found = look(portal, way, *KINDS)
    (told,), (proof,) = of(found, OidcProvider), of(found, RedirectProof)
    assert told.matches
    assert (told.clear, told.challenges, told.keys, told.bound) == ((), ("S256",), 2, ("dpop",))
    assert proof.accepted is not exact
    assert proof.status == (400 if exact else 200)


@pytest.mark.parametrize(
    ("metadata", "field", "value"),
    [
        ({"issuer": "https://other.example"}, "matches", False),
        ({"token_endpoint": f"http://{NAME}/token"}, "clear", ("token_endpoint",)),
        ({"jwks_uri": f"https://{NAME}/none"}, "keys", 0),
        ({"jwks_uri": 7, "grant_types_supported": {"a": 1}}, "grants", ()),
        ({"response_types_supported": ["code", 3, "token"]}, "responses", ("code", "token")),
        ({"code_challenge_methods_supported": None}, "challenges", ()),
    ],
)
def test_metadata_are_kept_as_they_stand(
    tmp_path: Path, metadata: dict[str, object], field: str, value: object
) -> None:
    issued = certificate(tmp_path)
    with provider(issued, exact=True, **metadata) as port:
        way = access(tmp_path, connect=f"127.0.0.1:{port}", ca=f"file:{issued.ca}")
        (told,) = of(look(portal, way, OidcProvider), OidcProvider)
    assert getattr(told, field) == value


def test_keys_outside_the_mandate_are_not_counted(tmp_path: Path) -> None:
    issued = certificate(tmp_path)
    with provider(issued, exact=True, jwks_uri="https://keys.other.example/") as port:
        way = access(tmp_path, connect=f"127.0.0.1:{port}", ca=f"file:{issued.ca}")
        (told,) = of(look(portal, way, OidcProvider), OidcProvider)
    assert isinstance(told.keys, Unknown)


def test_a_challenge_is_a_way_in_by_password(tmp_path: Path) -> None:
    asked = Reply(401, b"", [("WWW-Authenticate", 'Basic realm="pro"')])
    (found,) = of(observed(tmp_path, {"/": asked}), SignInWays)
    assert found.password


def test_a_hostile_reset_link_is_kept_harmless() -> None:
    found = ways(FORM + '<a href="/oubli?t=abc\x1b[31m&n=185057800000163">Oublié</a>')
    assert found is not None
    assert found.reset == f"https://{NAME}/oubli?t=…&n=…"
