"""A small stand-in for Keycloak's admin API: one realm, asked with a token, GET alone."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "admin-token-of-the-test"
REALM = {
    "realm": "pro",
    "passwordPolicy": "length(16) and passwordBlacklist(common.txt) and passwordHistory(5)",
    "bruteForceProtected": True,
    "failureFactor": 10,
    "sslRequired": "external",
    "browserFlow": "browser with code",
    "directGrantFlow": "direct grant",
    "resetCredentialsFlow": "reset credentials",
    "resetPasswordAllowed": True,
    "verifyEmail": True,
    "eventsEnabled": True,
    "adminEventsEnabled": False,
    "otpPolicyDigits": 6,
}


def execution(provider: str, word: str, level: int, *, flow: bool = False) -> dict[str, Any]:
    """One line of a flow as the API lists it."""
    if flow:
        return {
            "displayName": provider,
            "authenticationFlow": True,
            "requirement": word,
            "level": level,
        }
    return {"providerId": provider, "requirement": word, "level": level}


FLOWS = {
    "browser with code": [
        execution("auth-cookie", "ALTERNATIVE", 0),
        execution("forms", "ALTERNATIVE", 0, flow=True),
        execution("auth-username-password-form", "REQUIRED", 1),
        execution("code", "REQUIRED", 1, flow=True),
        execution("auth-otp-form", "REQUIRED", 2),
    ],
    "direct grant": [
        execution("direct-grant-validate-username", "REQUIRED", 0),
        execution("direct-grant-validate-password", "REQUIRED", 0),
        execution("otp", "CONDITIONAL", 0, flow=True),
        execution("conditional-user-configured", "REQUIRED", 1),
        execution("direct-grant-validate-otp", "REQUIRED", 1),
    ],
    "reset credentials": [
        execution("reset-credentials-choose-user", "REQUIRED", 0),
        execution("reset-credential-email", "REQUIRED", 0),
        execution("reset-password", "REQUIRED", 0),
    ],
}


@dataclass
class Served:
    """What it answers with, and what it was asked."""

    clients: list[dict[str, Any]] = field(default_factory=list)
    hidden: tuple[str, ...] = ()  # parts the token's account may not see
    garbled: bool = False
    port: int = 0
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/auth"

    def answer(self, path: str, query: dict[str, list[str]]) -> Any:
        """What stands at a path of the realm; None for what is not there."""
        if path == "/clients":
            first, most = int(query["first"][0]), int(query["max"][0])
            return self.clients[first : first + most]
        if path.startswith("/authentication/flows/") and path.endswith("/executions"):
            return FLOWS.get(path.split("/")[3])
        return PARTS.get(path)


CONFIG = {"connectionUrl": ["ldap://10.0.0.9"], "bindCredential": ["**********"]}
PARTS: dict[str, Any] = {
    "": REALM,
    "/components": [{"name": "ad", "providerId": "ldap", "config": CONFIG}],
    "/authentication/required-actions": [
        {"alias": "CONFIGURE_TOTP", "enabled": True, "defaultAction": False}
    ],
    "/authentication/flows": [{"alias": alias, "id": str(n)} for n, alias in enumerate(FLOWS)],
}


@contextmanager
def served(**options: Any) -> Iterator[Served]:
    """The API on loopback while the context lasts."""
    state = Served(**options)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            path = unquote(parts.path).removeprefix("/auth/admin/realms/pro")
            state.asked.append(f"{self.command} {parts.path}")
            found = state.answer(path, parse_qs(parts.query))
            status = 200 if found is not None else 404
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                status = 401
            elif any(path.startswith(one) for one in state.hidden):
                status = 403
            body = b"<html>" if state.garbled else json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
