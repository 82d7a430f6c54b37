"""Single answers of a portal, read."""

from datetime import UTC, datetime

import pytest

from rempart.collectors.portal.cookies import cookies, given_anew
from rempart.collectors.portal.exposed import SIGNATURES, holds
from rempart.collectors.portal.markup import markup
from rempart.collectors.portal.pages import hsts, page
from rempart.collectors.portal.plain import plain_url
from rempart.collectors.portal.securitytxt import is_one, security_txt
from rempart.observations.http import Cookie
from rempart.transport.http import Answer
from tests.portals import (
    NAME,
)

NOW = datetime(2026, 11, 25, tzinfo=UTC)


HTML = ("Content-Type", "text/html; charset=utf-8")


FORM = b'<form method="post"><input name="user"><input type="password" name="p"></form>'


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


REAL = {
    ".git/HEAD": b"4b825dc642cb6eb9a060e54bf8d69288fbee4904\n",
    ".git/config": b"[core]\n\tbare = false\n",
    ".svn/wc.db": b"SQLite format 3\0\x10\x00",
    ".env": b"app_name=x\nexport db_password=s\n",
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
    "swagger-ui/index.html": b"<html><head><title>Swagger UI</title>",
    ".git/index": b"DIRC\0\0\0\x02\0\0",
    ".npmrc": b"//registry.example/:_authToken=x\n",
    ".vscode/sftp.json": b'{"host": "x", "remotePath": "/srv"}',
    "WEB-INF/web.xml": b"<?xml version='1.0'?>\n<web-app xmlns='x'>",
    "appsettings.json": b'{"ConnectionStrings": {"Main": "x"}}',
    "application.yml": b"spring:\n  datasource:\n",
    "crossdomain.xml": b'<cross-domain-policy><allow-access-from domain="*"/>',
    "error_log": b"[25-Nov-2026 09:00:00 Europe/Paris] PHP Fatal error:  Uncaught\n",
    "storage/logs/laravel.log": b"[2026-11-25 09:00:00] production.ERROR: x\n",
    "elmah.axd": b"<title>Error log for / on WEB01 (Page #1)</title>",
    "trace.axd": b"<html><h1>Application Trace</h1>",
    "server-info": b"<title>Server Information</title>",
    "nginx_status": b"Active connections: 3 \nserver accepts",
    "_profiler/empty/search/results": b"<title>Symfony Profiler</title>",
    "actuator": b'{"_links":{"self":{"href":"x"}}}',
    "jolokia/version": b'{"value":{"agent":"1.7.2"}}',
    "phpmyadmin/": b"<html><title>phpMyAdmin</title>",
    "adminer.php": b"<title>Login - Adminer</title>",
    "pgadmin4/login": b"<title>pgAdmin 4</title>",
    "manager/html": b"<p>edit conf/tomcat-users.xml</p>",
    "admin/login/": b"<title>Log in | Django site admin</title>",
    "wp-login.php": b'<input type="submit" name="wp-submit">',
    "grafana/login": b"<script>window.grafanaBootData = {</script>",
    "jenkins/login": b"<title>Sign in [Jenkins]</title>",
    "admin/master/console/": b"<title>Keycloak Administration Console</title>",
    "auth/admin/master/console/": b"<title>Keycloak Admin Console</title>",
    "h2-console/login.jsp": b"<title>H2 Console</title>",
    "console/login/LoginForm.jsp": b"<title>Oracle WebLogic Server Administration</title>",
    "solr/": b"<title>Solr Admin</title>",
    "administrator/": b'<input name="option" value="com_login">',
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
        ("author=me", ""),
        ("remember_me=x; Max-Age=2592000", "name"),
        ("BIGipServerpool=1677787402.36895.0000", ""),
    ],
)
def test_a_session_is_known_by_name_or_by_value(line: str, why: str) -> None:
    assert cookie(line).session_like == why


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


def test_a_signed_security_txt_with_a_mark_and_small_letters_is_read() -> None:
    body = (
        b"\xef\xbb\xbfContact: mailto:soc@payer.example\r\n"
        b"-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA512\r\n\r\n"
        b"Expires: 2027-06-30t00:00:00z\r\n-----BEGIN PGP SIGNATURE-----\r\n"
    )
    found = security_txt(got(body, path=AT, content_type=PLAIN), NOW)
    assert (found.contacts, found.problems) == (1, ())


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


def test_a_page_in_its_place_is_no_security_txt() -> None:
    assert not is_one(got(b"<p>\nContact: us</p>", content_type="text/html"))


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
    ("answers", "anew"),
    [
        ((["s=k3J9x-aa"], ["s=Zq81-bbb"]), {"s"}),
        ((["s=k3J9x-aa"], ["s=k3J9x-aa"]), set()),
        ((["seen=1764093001"], ["seen=1764093002"]), set()),
        ((["lang=fr"], ["lang=en"]), set()),
        ((["csrf=k3J9x-aa"], ["csrf=Zq81-bbb"]), set()),
        ((["s=k3J9x-aa"],), set()),
        ((["broken"], ["broken"], [";"]), set()),
    ],
)
def test_a_session_is_known_by_being_given_anew(
    answers: tuple[list[str], ...], anew: set[str]
) -> None:
    assert given_anew(answers) == anew
