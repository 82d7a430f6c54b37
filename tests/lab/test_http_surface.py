"""Debian's nginx, Apache and lighttpd: what their HTTP surface shows, and at what cost."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from rempart.collectors import Seen, portal, tls
from rempart.inventory import load
from rempart.observations.http import (
    Banners,
    CrossOrigin,
    ErrorPage,
    ExposedFile,
    Hsts,
    Methods,
    Page,
    PageForm,
)
from rempart.observations.identity_surface import SignInWays
from rempart.scope import Scope
from rempart.transport.access import Access
from tests.lab import need
from tests.lab.test_nginx import keys, nginx, publish
from tests.lab.test_tls_servers import free_port, started
from tests.portals import NAME, access, certificate, gaps, look, of

pytestmark = pytest.mark.lab
START: Final = b"""<!doctype html><title>Pro</title><link rel="stylesheet" href="/static/a.css">
<img src="/img/logo.png"><a href="/connexion.html">Connexion</a>"""
FORM: Final = b"""<!doctype html><title>Connexion</title><form method="post"><input name="user">
<input type="password" name="mdp" maxlength="12"></form>"""
MODULES: Final = "/usr/lib/apache2/modules/mod_"
APACHE: Final = """
ServerName {name}
Listen 127.0.0.1:{port}
PidFile {folder}/pid
ErrorLog {folder}/log
DefaultRuntimeDir {folder}
Mutex file:{folder}
{modules}
{user}
TypesConfig /etc/mime.types
TraceEnable on
ServerTokens Full
ServerSignature On
SSLEngine on
SSLCertificateFile {issued.certificate}
SSLCertificateKeyFile {issued.key}
DocumentRoot {www}
DirectoryIndex index.html
<Directory {www}>
  Options +Indexes
  Require all granted
</Directory>
<Location /server-status>
  SetHandler server-status
</Location>
<Location /server-info>
  SetHandler server-info
</Location>
"""
LOADED: Final = (
    *("mpm_event", "ssl", "authz_core", "autoindex", "dir", "mime", "status", "info"),
    *("alias", "headers"),
)
LIGHTTPD: Final = """
server.document-root = "{www}"
server.bind = "127.0.0.1"
server.port = {port}
server.modules = ("mod_openssl", "mod_indexfile", "mod_dirlisting")
index-file.names = ("index.html")
dir-listing.activate = "enable"
mimetype.assign = (".html" => "text/html", ".css" => "text/css")
ssl.engine = "enable"
ssl.pemfile = "{issued.certificate}"
ssl.privkey = "{issued.key}"
"""


def pages(folder: Path) -> None:
    publish(folder, "index.html", START)
    publish(folder, "connexion.html", FORM)
    publish(folder, "static/a.css", b"p{}")
    publish(folder, "img/logo.png", b"\x89PNG")
    publish(folder, "uploads/ordonnance.pdf", b"%PDF-1.7")


@contextmanager
def server(
    folder: Path, name: str, text: str, program: str, *flags: str
) -> Iterator[dict[str, str]]:
    """One of Debian's servers with this configuration, and how the inventory names it."""
    issued, port, file = certificate(folder), free_port(), folder / f"{name}.conf"
    user = "User www-data\nGroup www-data" if os.geteuid() == 0 else ""
    modules = "\n".join(f"LoadModule {each}_module {MODULES}{each}.so" for each in LOADED)
    with tempfile.TemporaryDirectory() as root:  # where the server's own user may read
        pages(Path(root))
        for path in (Path(root), *Path(root).rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        values = {"folder": folder, "port": port, "issued": issued, "user": user, "name": NAME}
        file.write_text(text.format(**values, modules=modules, www=f"{root}/www"))
        with started([program, *flags, "-f", str(file)], port):
            yield {"connect": f"127.0.0.1:{port}", "ca": f"file:{issued.ca}"}


def listed(found: list[Seen]) -> set[str]:
    return {
        one.path for one in of(found, ExposedFile) if one.kind == "listing" and one.found is True
    }


def test_a_sloppy_apache_shows_everything_it_shows(tmp_path: Path) -> None:
    program = need("apache2", "apache2-bin")
    with server(tmp_path, "apache", APACHE, program, "-X") as where:
        found = look(portal, access(tmp_path, **where))
    (methods,), (banners,) = of(found, Methods), of(found, Banners)
    assert methods.trace is True
    assert any(one.startswith("server: Apache/2.4") for one in banners.shown)
    assert any(one.startswith("error page: Apache/2.4") for one in banners.shown)
    assert listed(found) == {"/static/", "/img/", "/uploads/"}
    told = {one.path for one in of(found, ExposedFile) if one.kind == "diagnosis" and one.found}
    assert {"/server-status", "/server-info"} <= told
    assert {one.shows for one in of(found, ErrorPage)} == {()}
    assert {one.status for one in of(found, ErrorPage)} == {404}


def test_a_sloppy_lighttpd_lists_its_folders_and_refuses_trace(tmp_path: Path) -> None:
    program = need("lighttpd", "lighttpd")
    with server(tmp_path, "lighttpd", LIGHTTPD, program, "-D") as where:
        found = look(portal, access(tmp_path, **where))
    (methods,) = of(found, Methods)
    assert methods.trace is False
    assert listed(found) == {"/static/", "/img/", "/uploads/"}
    assert any("lighttpd/1." in one for one in of(found, Banners)[0].shown)
    assert {one.longest for one in of(found, PageForm)} == {12}
    (ways,) = of(found, SignInWays)
    assert (ways.password, ways.passkeys, ways.providers) == (True, False, ())


def test_a_front_end_that_reflects_origins_is_seen(tmp_path: Path) -> None:
    pages(tmp_path)
    rules = """
    add_header Access-Control-Allow-Origin $http_origin;
    add_header Access-Control-Allow-Credentials true;
    add_header Strict-Transport-Security "max-age=63072000";
    autoindex on;
    """
    with nginx(tmp_path, rules=rules) as here:
        found = look(portal, access(tmp_path, **keys(here)))
    assert {(one.allowed == one.origin, one.credentials) for one in of(found, CrossOrigin)} == {
        (True, True)
    }
    assert {one.status for one in of(found, Hsts) if one.max_age is None} == {404}  # no `always`
    assert listed(found) == {"/static/", "/img/", "/uploads/"}
    (banners,) = of(found, Banners)
    assert any(one.startswith("error page: nginx/1.") for one in banners.shown)


def test_a_hardened_front_end_gives_away_nothing(tmp_path: Path) -> None:
    pages(tmp_path)
    rules = """
    server_tokens off;
    add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always;
    add_header Content-Security-Policy "default-src 'self'; form-action 'self'" always;
    """
    with nginx(
        tmp_path, rules=rules, plain_rules="server_tokens off; return 308 https://$host$uri;"
    ) as here:
        way = access(tmp_path, **keys(here))
        found = look(portal, way)
    assert not gaps(found)
    assert not [one for one in of(found, ExposedFile) if one.found is not False]
    assert of(found, Banners)[0].shown == ("server: nginx",)
    assert {one.max_age for one in of(found, Hsts)} == {63072000}
    assert {one.kind for one in of(found, Page)} == {"page", "login form"}
    assert of(found, Methods)[0].trace is False


def test_the_whole_outside_of_a_portal_stays_within_its_connections(tmp_path: Path) -> None:
    pages(tmp_path)
    with nginx(tmp_path) as here:
        way = wide(tmp_path, keys(here))
        look(tls, way)
        survey = way.connections
        look(portal, way, *(kind for kind in portal.BRINGS if kind is not ExposedFile))
        surface = way.connections
        look(portal, way, ExposedFile)
    assert survey <= 170
    assert surface - survey <= 6
    assert way.connections - surface <= 3


def wide(folder: Path, where: dict[str, str]) -> Access:
    """Access with room for both collectors, one after the other."""
    access(folder, **where)
    file = folder / "inventory.yaml"
    text = file.read_text().replace(
        "connections: 60, requests: 120", "connections: 300, requests: 400"
    )
    file.write_text(text)
    inventory = load(file)
    (one,) = inventory.subjects
    return Access.open(one, inventory, Scope.of(inventory.authorisation))
