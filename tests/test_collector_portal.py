from datetime import UTC, datetime
from pathlib import Path

import pytest

from rempart.check import Reason, Unknown
from rempart.collectors import Seen, portal
from rempart.collectors.portal.cookies import cookies
from rempart.collectors.portal.exposed import SIGNATURES, holds
from rempart.collectors.portal.markup import markup
from rempart.collectors.portal.pages import hsts, page
from rempart.collectors.portal.plain import plain_url
from rempart.collectors.portal.securitytxt import is_one, security_txt
from rempart.errors import Unreachable
from rempart.observations.http import Cookie, ExposedFile, Hsts, Page, PlainRedirect, SecurityTxt
from rempart.transport.http import Answer
from tests.portals import (
    NAME,
    Reply,
    access,
    certificate,
    closed_port,
    gaps,
    look,
    of,
    site,
)

NOW = datetime(2026, 11, 25, tzinfo=UTC)
HTML = ("Content-Type", "text/html; charset=utf-8")
FORM = b'<form method="post"><input name="user"><input type="password" name="p"></form>'
LOGIN = Reply(200, FORM, [HTML])


def got(
    body: bytes = b"", status: int = 200, path: str = "/", **headers: str | tuple[str, ...]
) -> Answer:
    """An answer; header names are written with underscores."""
    lines = [
        (name.replace("_", "-"), value)
        for name, values in headers.items()
        for value in (values if isinstance(values, tuple) else (values,))
    ]
    return Answer(f"https://{NAME}{path}", "GET", status, tuple(lines), body, truncated=False)


def cookie(line: str) -> Cookie:
    (found,) = cookies([line], f"https://{NAME}/", NOW)
    return found


def observed(
    folder: Path, routes: dict[str, Reply], *, allow: str = "active", **keys: str
) -> list[Seen]:
    """Everything a portal with these routes shows; its plain side is closed."""
    issued = certificate(folder)
    with site(routes, issued) as server, closed_port() as plain:
        way = access(
            folder,
            allow=allow,
            connect=f"127.0.0.1:{server.port}",
            plain=f"127.0.0.1:{plain}",
            ca=f"file:{issued.ca}",
            **keys,
        )
        return look(portal, way)


def test_opens_the_sign_in_page_the_inventory_names(tmp_path: Path) -> None:
    found = observed(tmp_path, {"/": Reply(), "/entrer": LOGIN}, login="{kind: form, url: /entrer}")
    assert {(item.key, item.kind) for item in of(found, Page)} == {
        ("/", "page"),
        ("/entrer", "login form"),
    }


def test_finds_the_sign_in_page_behind_a_link(tmp_path: Path) -> None:
    start = Reply(200, b'<a href="/aide">?</a><a href="connexion?retour=1">x</a>', [HTML])
    found = observed(tmp_path, {"/": start, "/connexion?retour=1": LOGIN})
    assert "login form" in {item.kind for item in of(found, Page)}


def test_a_sign_in_page_that_fails_is_a_gap_and_the_start_page_stays(tmp_path: Path) -> None:
    start = Reply(302, headers=[("Location", "https://sso.other.example/")])
    found = observed(tmp_path, {"/": start})
    assert [item.location for item in of(found, Page)] == ["https://sso.other.example/"]
    (gap,) = [gap for gap in gaps(found) if gap.type == "Page"]
    assert gap.reason is Reason.NOT_AUTHORISED
    assert "sso.other.example" in gap.detail


def test_one_kept_connection_serves_all_pages(tmp_path: Path) -> None:
    issued = certificate(tmp_path)
    with site({"/": LOGIN}, issued) as server, closed_port() as plain:
        way = access(
            tmp_path,
            connect=f"127.0.0.1:{server.port}",
            plain=f"127.0.0.1:{plain}",
            ca=f"file:{issued.ca}",
        )
        look(portal, way)
    assert way.connections == 2  # the second one was refused on the plain side
    assert len(server.asked) == 1 + 2 + 1 + len(SIGNATURES)


def test_only_what_is_wanted_is_asked_for(tmp_path: Path) -> None:
    issued = certificate(tmp_path)
    with site({"/": LOGIN}, issued) as server:
        way = access(tmp_path, connect=f"127.0.0.1:{server.port}", ca=f"file:{issued.ca}")
        found = look(portal, way, SecurityTxt)
    assert server.asked == ["/.well-known/security.txt", "/security.txt"]
    assert len(found) == 1


def test_a_portal_that_does_not_answer_is_a_gap_of_each_kind(tmp_path: Path) -> None:
    with closed_port() as port, pytest.raises(Unreachable, match="connection refused"):
        look(portal, access(tmp_path, connect=f"127.0.0.1:{port}"))


def test_a_closed_plain_side_is_closed(tmp_path: Path) -> None:
    (plain,) = of(observed(tmp_path, {"/": LOGIN}), PlainRedirect)
    assert plain.closed


def test_follows_the_plain_side_hop_by_hop_and_stops_at_the_scope(tmp_path: Path) -> None:
    issued = certificate(tmp_path)
    away = {
        "/": Reply(301, headers=[("Location", f"http://{NAME}/ici")]),
        "/ici": Reply(302, headers=[("Location", "https://outside.example/")]),
    }
    with site({"/": LOGIN}, issued) as server, site(away) as plain:
        way = access(
            tmp_path,
            connect=f"127.0.0.1:{server.port}",
            plain=f"127.0.0.1:{plain.port}",
            ca=f"file:{issued.ca}",
        )
        (found,) = of(look(portal, way, PlainRedirect), PlainRedirect)
    assert found.hops == (f"http://{NAME}/", f"http://{NAME}/ici")
    assert found.statuses == (301, 302)
    assert (found.leaves, found.final_scheme) == ("https://outside.example/", "https")


def test_exposed_files_are_told_by_content(tmp_path: Path) -> None:
    routes = {
        "/": LOGIN,
        "/.git/HEAD": Reply(200, b"ref: refs/heads/main\n"),
        "/.git/config": Reply(200, b"nothing of the kind"),
        "/.env": Reply(200, b"<!doctype html>\nDB_PASSWORD=x", [HTML]),
        "/backup.sql": Reply(403, b"-- MySQL dump 10.13"),
        "/dump.sql": Reply(503, b""),
    }
    found = {item.path: item.found for item in of(observed(tmp_path, routes), ExposedFile)}
    assert len(found) == len(SIGNATURES)
    assert found["/.git/HEAD"] is True
    assert found["/.git/config"] is found["/.env"] is found["/backup.sql"] is False
    assert isinstance(found["/dump.sql"], Unknown)
    assert found["/dump.sql"].detail == "answered 503"


def test_a_server_that_says_yes_to_everything_exposes_nothing(tmp_path: Path) -> None:
    everything = b"[core]\nAPP_SECRET=1\nCREATE TABLE x\nservices:\n# TYPE up gauge\n"
    issued = certificate(tmp_path)
    with site({}, issued, other=Reply(200, everything)) as server:
        way = access(tmp_path, connect=f"127.0.0.1:{server.port}", ca=f"file:{issued.ca}")
        found = of(look(portal, way, ExposedFile), ExposedFile)
    assert {item.found for item in found} == {False}


def test_a_portal_that_asks_to_slow_down_is_left_alone(tmp_path: Path) -> None:
    issued = certificate(tmp_path)
    with site({"/.git/config": Reply(429)}, issued) as server:
        way = access(tmp_path, connect=f"127.0.0.1:{server.port}", ca=f"file:{issued.ca}")
        found = of(look(portal, way, ExposedFile), ExposedFile)
    assert server.asked[-1] == "/.git/config"
    unseen = [item.found for item in found if isinstance(item.found, Unknown)]
    assert [one.reason for one in unseen[:2]] == [Reason.REFUSED, Reason.LIMIT]
    assert len(unseen) == len(SIGNATURES) - 1


def test_stray_files_need_the_mandate(tmp_path: Path) -> None:
    found = observed(tmp_path, {"/": LOGIN}, allow="")
    (gap,) = gaps(found)
    assert (gap.type, gap.reason) == ("ExposedFile", Reason.NOT_AUTHORISED)
    assert not of(found, ExposedFile)


REAL = {
    ".git/HEAD": b"4b825dc642cb6eb9a060e54bf8d69288fbee4904\n",
    ".git/config": b"[core]\n\tbare = false\n",
    ".svn/wc.db": b"SQLite format 3\0\x10\x00",
    ".env": b"APP_NAME=x\nexport DB_PASSWORD=s\n",
    ".env.production": b"DATABASE_URL=postgres://\n",
    ".aws/credentials": b"[default]\naws_secret_access_key = x\n",
    ".htpasswd": b"admin:$apr1$x$y\n",
    "id_rsa": b"-----BEGIN OPENSSH PRIVATE KEY-----\n",
    "server.key": b"-----BEGIN PRIVATE KEY-----\n",
    "backup.sql": b"-- PostgreSQL database dump\n",
    "dump.sql": b"SET x;\nCREATE TABLE assures (nir text);\n",
    "backup.zip": b"PK\x03\x04\x14",
    "backup.tar.gz": b"\x1f\x8b\x08\x00",
    "wp-config.php.bak": b"<?php\ndefine( 'DB_PASSWORD', 'x' );\n",
    "web.config": b"<configuration><system.webServer>",
    "docker-compose.yml": b"version: '3'\nservices:\n  db:\n",
    ".DS_Store": b"\0\0\0\x01Bud1\0",
    "phpinfo.php": b"<!DOCTYPE html><html><title>PHP 8.2.7 - phpinfo()</title>",
    "server-status": b"<html><head>\n<title>Apache Status</title>",
    "debug/pprof/": b"<html>Types of profiles available:",
    "actuator/env": b'{"activeProfiles":[],"propertySources":[]}',
    "metrics": b"# HELP up x\n# TYPE up gauge\n",
    "swagger.json": b'{"swagger": "2.0"}',
    "openapi.json": b'{"openapi":"3.0.1"}',
    "v3/api-docs": b'{"openapi":"3.0.1"}',
}


@pytest.mark.parametrize("signature", SIGNATURES, ids=lambda signature: signature.path)
def test_each_signature_knows_the_real_thing_and_not_an_error_page(signature: object) -> None:
    assert isinstance(signature, type(SIGNATURES[0]))
    assert holds(signature, got(REAL[signature.path]))
    assert not holds(signature, got(b"<!doctype html><title>Page introuvable</title>"))
    assert not holds(signature, got(REAL[signature.path], 404))


@pytest.mark.parametrize(
    ("header", "age", "subdomains"),
    [
        ("max-age=63072000; includeSubDomains; preload", 63072000, True),
        ('MAX-AGE="31536000"', 31536000, False),
        ("includeSubDomains", None, False),
        ("max-age=1; max-age=2", None, False),
        ("max-age=-1", None, False),
        ("max-age=999999999999", 999999999999, False),
        ("max-age=0", 0, False),
        ("max age=1", None, False),
    ],
)
def test_hsts_is_read_as_browsers_read_it(header: str, age: int | None, subdomains: bool) -> None:
    found = hsts(got(strict_transport_security=(header, "max-age=5")))
    assert (found.max_age, found.include_subdomains) == (age, subdomains)
    assert found.header == header


def test_every_own_answer_over_https_tells_its_hsts(tmp_path: Path) -> None:
    keyed = [("Strict-Transport-Security", "max-age=300")]
    found = observed(tmp_path, {"/": Reply(200, FORM, keyed)})
    seen = {item.key: item.max_age for item in of(found, Hsts)}
    assert seen == {
        "/": 300,
        "/.well-known/security.txt": None,
        "/security.txt": None,
        "/rempart-no-such-file.txt": None,
    }


def test_cookie_attributes_are_read_as_browsers_read_them() -> None:
    found = cookie("__Host-sid=abc; Path=/; SECURE; HttpOnly; SameSite=lax")
    assert (found.secure, found.http_only, found.same_site) == (True, True, "Lax")
    assert (found.prefix, found.path, found.lasts) == ("__Host-", "/", None)
    bare = cookie("JSESSIONID=1")
    assert (bare.secure, bare.http_only, bare.same_site, bare.prefix) == (False, False, None, "")
    assert cookie("a=b; samesite=Later").same_site == "Later"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("PHPSESSID=x", "name"),
        ("connect.sid=x", "name"),
        ("access_token=x; Max-Age=600", "name"),
        ("X9=Zk3v8Qp1Lr7Ws0Tn", "value"),
        ("X9=Zk3v8Qp1Lr7Ws0Tn; Max-Age=31536000", ""),
        ("csrftoken=Zk3v8Qp1Lr7Ws0Tn", ""),
        ("langue=fr", ""),
        ("SESSION=gone; Max-Age=0", ""),
        ("SESSION=gone; Expires=Thu, 01 Jan 1970 00:00:00 GMT", ""),
        ("aside=fr", ""),
    ],
)
def test_a_session_is_known_by_name_or_by_value(line: str, why: str) -> None:
    assert cookie(line).session_like == why


def test_a_cookie_set_twice_alike_is_one(tmp_path: Path) -> None:
    setting = [("Set-Cookie", "SESSION=a1; Secure"), HTML]
    routes = {"/": Reply(200, b'<a href="/login">', setting), "/login": Reply(200, FORM, setting)}
    assert [item.name for item in of(observed(tmp_path, routes), Cookie)] == ["SESSION"]


def test_nameless_and_broken_cookies_are_left_out() -> None:
    assert list(cookies(["", "novalue", "=x", "; Secure"], "u", NOW)) == []
    assert cookie("a=b; Max-Age=soon; Expires=never").lasts is None


PLAIN = "text/plain; charset=utf-8"
AT = "/.well-known/security.txt"


def test_a_good_security_txt_has_no_problem() -> None:
    body = b"# us\nContact: mailto:soc@payer.example\nExpires: 2027-06-30T00:00:00Z\n"
    found = security_txt(got(body, path=AT, content_type=PLAIN), NOW)
    assert (found.contacts, found.problems) == (1, ())
    assert found.expires == datetime(2027, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "path", "problem"),
    [
        (b"Contact: mailto:a@b.example", AT, "no Expires"),
        (b"Expires: 2027-01-01T00:00:00Z", AT, "no Contact"),
        (b"Contact: https://x.example\nExpires: soon", AT, "an Expires that is no date"),
        (b"Contact: tel:+33\nExpires: 2027-01-01\n", AT, "an Expires without a time zone"),
        (b"Contact: soc\nExpires: 2027-01-01T00:00:00Z", AT, "a Contact that is no https, mailto"),
        (b"Contact: tel:+33\nExpires: 2099-01-01T00:00:00Z", AT, "Expires more than a year"),
        (b"Contact: tel:+33\nExpires: 2027-01-01T00:00:00Z", "/security.txt", "not at /.well"),
        (b"Contact: tel:+33\nExpires: 2027-01-01T00:00:00Z\n" * 2, AT, "more than one Expires"),
    ],
)
def test_departures_from_the_rfc_are_named(body: bytes, path: str, problem: str) -> None:
    (found,) = security_txt(got(body, path=path, content_type=PLAIN), NOW).problems
    assert found.startswith(problem)


def test_a_page_in_its_place_is_no_security_txt(tmp_path: Path) -> None:
    assert not is_one(got(b"<p>\nContact: us</p>", content_type="text/html"))
    busy = observed(tmp_path, {"/": LOGIN, AT: Reply(503)})
    (found,) = of(busy, SecurityTxt)
    assert isinstance(found.present, Unknown)
    (absent,) = of(observed(tmp_path, {"/": LOGIN}), SecurityTxt)
    assert absent.present is False


def test_a_page_is_known_by_its_status_and_its_form() -> None:
    assert page(got(FORM)).kind == "login form"
    assert page(got(FORM, 401)).kind == "login form"
    assert page(got(b"", 403)).kind == "refusal"
    assert page(got(b"", 502)).kind == "error"
    assert page(got(b"", 302, location="/x")).kind == "redirect"
    meta = b"<META content=\"script-src 'self'\" http-equiv=Content-Security-Policy>"
    assert page(got(meta)).meta_policy == "script-src 'self'"


def test_hostile_text_is_kept_harmless() -> None:
    script = "\x1b[31m<script>alert(1)</script>{{7*7}}"
    found = page(got(b"", path="/x?nir=1850578006084", server=script, location=script))
    assert found.headers == (("server", "<script>alert(1)</script>{{7*7}}"),)
    assert "\x1b" not in found.location
    assert found.url.endswith("/x?nir=[13 digits]")
    assert found.key == "/x?nir=[13 digits]"
    named = cookie(f"{script}sess=1; Path={script}; Domain=\x00{script}")
    assert named.name == named.key == "<script>alert(1)</script>{{7*7}}sess"
    assert named.path == named.domain == "<script>alert(1)</script>{{7*7}}"


def test_markup_of_a_hostile_page_is_bounded() -> None:
    for piece in ("<a ", "<!--", '<a b="', "<input ", "<meta x='", "<"):
        found = markup(piece * 100_000)
        assert (found.password_field, found.policy, found.sign_in) == (False, None, None)


def test_an_odd_charset_does_not_matter() -> None:
    assert page(got(FORM, content_type="text/html; charset=klingon")).kind == "login form"


def test_the_plain_twin_is_on_port_80() -> None:
    assert plain_url("https://payer.example:8443/a?b=c") == "http://payer.example/a?b=c"
    assert plain_url("https://[::1]/") == "http://[::1]/"


@pytest.mark.parametrize(
    "target",
    ["http://[", "//[::1", "https://a:b:c/", "https://x:99999/", "\x1b[2J", "javascript:alert(1)"],
)
def test_a_redirect_or_link_no_browser_would_open_spoils_nothing_else(
    tmp_path: Path, target: str
) -> None:
    start = Reply(200, f'<a href="{target}login">'.encode(), [HTML])
    assert "/" in {item.key for item in of(observed(tmp_path, {"/": start}), Page)}
    found = observed(tmp_path, {"/": Reply(302, headers=[("Location", target)])})
    assert len(of(found, ExposedFile)) == len(SIGNATURES)
    assert all("\x1b" not in str(item) for item in found)
