"""Debian's nginx, configured in ways a payer might, and what the collectors say of it."""

import os
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from rempart.collectors import portal, tls
from rempart.collectors.portal.exposed import SIGNATURES
from rempart.demo.authority import Issued
from rempart.observations.http import Cookie, ExposedFile, Hsts, Page, PlainRedirect, SecurityTxt
from rempart.observations.tls import Certificate, TlsVersion
from tests.lab import need
from tests.portals import NAME, access, certificate, gaps, look, of

pytestmark = pytest.mark.lab

_CONFIGURATION = """
daemon off;
{user}
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  types {{ text/html html; text/plain txt; }}
  server {{
    listen 127.0.0.1:{plain};
    {plain_rules}
  }}
  server {{
    listen 127.0.0.1:{secure} ssl;
    server_name {name};
    ssl_certificate {issued.certificate};
    ssl_certificate_key {issued.key};
    ssl_protocols {protocols};
    ssl_ciphers ALL:@SECLEVEL=0;
    root {folder}/www;
    {rules}
  }}
}}
"""
REDIRECT = "return 308 https://$host$request_uri;"


@dataclass(frozen=True, slots=True)
class Nginx:
    """A running nginx: its two ports and the certificate it shows."""

    secure: int
    plain: int
    issued: Issued


@contextmanager
def nginx(
    folder: Path,
    *,
    protocols: Sequence[str] = ("TLSv1.2", "TLSv1.3"),
    rules: str = "",
    plain_rules: str = REDIRECT,
    days: int = 90,
) -> Iterator[Nginx]:
    """An nginx on loopback while the context lasts; files under `www` are served."""
    program = need("nginx", "nginx-light")
    (folder / "www").mkdir(exist_ok=True)
    with listening() as secure, listening() as plain:
        served = Nginx(
            secure.getsockname()[1], plain.getsockname()[1], certificate(folder, days=days)
        )
        configuration = folder / "nginx.conf"
        configuration.write_text(
            _CONFIGURATION.format(
                folder=folder,
                user="user root;" if os.geteuid() == 0 else "",
                plain=served.plain,
                secure=served.secure,
                plain_rules=plain_rules,
                name=NAME,
                issued=served.issued,
                protocols=" ".join(protocols),
                rules=rules,
            )
        )
        # Sockets that listen already, handed over as in an upgrade of its binary: who connects
        # before it is up waits in the queue, so nobody has to wait for it to be up.
        sockets = (secure.fileno(), plain.fileno())
        running = subprocess.Popen(
            [program, "-c", str(configuration), "-p", str(folder), "-e", str(folder / "error.log")],
            env={"NGINX": "".join(f"{number};" for number in sockets)},
            pass_fds=sockets,
            stderr=subprocess.DEVNULL,
        )
    try:
        yield served
    finally:
        running.terminate()
        running.wait(timeout=20)


def listening() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0), backlog=64)


def keys(server: Nginx) -> dict[str, str]:
    return {
        "connect": f"127.0.0.1:{server.secure}",
        "plain": f"127.0.0.1:{server.plain}",
        "ca": f"file:{server.issued.ca}",
    }


def publish(folder: Path, path: str, content: bytes) -> None:
    file = folder / "www" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


@pytest.mark.parametrize(
    "protocols",
    [
        ("TLSv1.2", "TLSv1.3"),
        ("TLSv1.3",),
        ("TLSv1.2",),
        ("TLSv1", "TLSv1.1", "TLSv1.2"),
        ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"),
        ("TLSv1",),
    ],
    ids=" ".join,
)
def test_the_versions_seen_are_those_configured(tmp_path: Path, protocols: tuple[str, ...]) -> None:
    with nginx(tmp_path, protocols=protocols) as server:
        way = access(tmp_path, **keys(server))
        found = look(tls, way, TlsVersion)
    assert gaps(found) == []
    assert {item.version for item in of(found, TlsVersion) if item.offered is True} == set(
        protocols
    )
    refused = {item.version for item in of(found, TlsVersion) if item.offered is False}
    assert refused == {"SSLv2", "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"} - set(protocols)
    assert way.connections == 6


def test_the_certificate_seen_is_the_one_configured(tmp_path: Path) -> None:
    with nginx(tmp_path, days=398) as server:
        (found,) = of(look(tls, access(tmp_path, **keys(server)), Certificate), Certificate)
    assert (found.trusted, found.public, found.lifetime_days) == (True, False, 398)
    assert (found.key_type, found.key_bits, found.names) == ("EC", 256, (NAME,))


def test_a_payers_front_end_is_seen_as_it_is(tmp_path: Path) -> None:
    rules = """
    add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always;
    add_header X-Frame-Options DENY;
    add_header Set-Cookie "PHPSESSID=4f2a; Path=/; Secure; HttpOnly; SameSite=Lax";
    location /prive { return 403; }
    """
    form = b"<form><input type='password' name='mdp'></form>"
    publish(tmp_path, "index.html", b'<a href="/connexion.html">Connexion</a>')
    publish(tmp_path, "connexion.html", form)
    publish(tmp_path, ".git/HEAD", b"ref: refs/heads/main\n")
    publish(tmp_path, "backup.sql", b"-- MariaDB dump 10.19\nCREATE TABLE `adherents` (\n")
    txt = b"Contact: mailto:soc@payer.example\nExpires: 2026-12-31T00:00:00Z\n"
    publish(tmp_path, ".well-known/security.txt", txt)
    with nginx(tmp_path, rules=rules) as server:
        way = access(tmp_path, **keys(server))
        found = look(portal, way)
    assert gaps(found) == []
    assert {(item.key, item.kind) for item in of(found, Page)} == {
        ("/", "page"),
        ("/connexion.html", "login form"),
    }
    assert {item.max_age for item in of(found, Hsts)} == {63072000}
    assert {item.status for item in of(found, Hsts)} == {200, 404}
    (cookie,) = of(found, Cookie)
    assert (cookie.name, cookie.secure, cookie.http_only) == ("PHPSESSID", True, True)
    redirects = of(found, PlainRedirect)
    assert {(item.key, item.statuses, item.final_scheme) for item in redirects} == {
        ("/", (308, 200), "https"),
        ("/connexion.html", (308, 200), "https"),
    }
    (contact,) = of(found, SecurityTxt)
    assert (contact.present, contact.problems) == (True, ())
    stray = {item.path for item in of(found, ExposedFile) if item.found is True}
    assert stray == {"/.git/HEAD", "/backup.sql"}
    assert way.connections == 3  # nginx closes the one on which TRACE was asked for


def test_one_page_for_every_path_exposes_nothing(tmp_path: Path) -> None:
    publish(tmp_path, "index.html", b"<!doctype html><div id=app></div>")
    with nginx(tmp_path, rules="location / { try_files $uri /index.html; }") as server:
        found = of(look(portal, access(tmp_path, **keys(server)), ExposedFile), ExposedFile)
    assert len(found) >= len(SIGNATURES)
    assert {item.found for item in found} == {False}


def test_a_plain_side_that_serves_pages_is_seen(tmp_path: Path) -> None:
    publish(tmp_path, "index.html", b"")
    with nginx(tmp_path, plain_rules="return 200 bonjour;") as server:
        (found,) = of(look(portal, access(tmp_path, **keys(server)), PlainRedirect), PlainRedirect)
    assert (found.statuses, found.final_scheme) == ((200,), "http")


def test_a_client_certificate_asked_for_is_no_obstacle_to_hellos(tmp_path: Path) -> None:
    issued = certificate(tmp_path)
    rules = f"ssl_client_certificate {issued.ca}; ssl_verify_client on;"
    with nginx(tmp_path, rules=rules) as server:
        found = look(tls, access(tmp_path, **keys(server)))
    assert {gap.type for gap in gaps(found)} <= {"TlsFlaw"}  # what looks like an attack
    assert {item.version for item in of(found, TlsVersion) if item.offered is True} == {
        "TLSv1.2",
        "TLSv1.3",
    }
