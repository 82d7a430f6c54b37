"""What a portal's pages fetch, ask and give away, and what it does with altered requests."""

import base64
from pathlib import Path

import pytest

from rempart.check import Unknown
from rempart.collectors import Seen, portal
from rempart.collectors.portal import content, errors_shown
from rempart.collectors.portal.libraries import library, library_of
from rempart.observations.http import (
    Banners,
    CrossOrigin,
    ErrorPage,
    ExposedFile,
    Hsts,
    Methods,
    Page,
    PageForm,
    PageParts,
    PageScript,
    Robots,
)
from tests.portals import NAME, Reply, access, certificate, closed_port, look, of, site

HTML = ("Content-Type", "text/html; charset=utf-8")
FORM = b'<form method="post"><input name="user"><input type="password" name="p"></form>'
JSON = ("Content-Type", "application/json")
# Somebody nobody is: commune 000, with its key.
NIR = "185057800000163"


def observed(folder: Path, routes: dict[str, Reply], **keys: str) -> list[Seen]:
    """Everything a portal with these routes shows; its plain side is closed."""
    issued = certificate(folder)
    with site(routes, issued) as server, closed_port() as plain:
        way = access(
            folder,
            connect=f"127.0.0.1:{server.port}",
            plain=f"127.0.0.1:{plain}",
            ca=f"file:{issued.ca}",
            **keys,
        )
        return look(portal, way)


def page(body: str, *headers: tuple[str, str]) -> Reply:
    return Reply(200, body.encode(), [HTML, *headers])


def forms(body: str) -> list[PageForm]:
    return list(content.forms(body, f"https://{NAME}/login"))


def test_forms_are_told_apart_with_what_they_ask() -> None:
    body = (
        '<form action="/q"><input name="q"></form>'
        '<FORM METHOD=POST action="http://other.example/in?sid=1"><input name=nir>'
        "<input type=password maxlength=16 minlength='8' onpaste='return false'>"
        "<p>Votre question secrète&nbsp;?</p></form>"
    )
    search, sign_in = forms(body)
    assert (search.method, search.password, search.personal) == ("get", False, ())
    assert search.action == f"https://{NAME}/q"
    assert (sign_in.method, sign_in.action) == ("post", "http://other.example/in?sid=…")
    assert (sign_in.personal, sign_in.longest, sign_in.shortest) == (("nir",), 16, 8)
    assert not sign_in.pasting
    assert sign_in.questions == ("question secrète",)


def test_a_form_left_open_is_read_to_the_end() -> None:
    (found,) = forms('<form><input type="password" name="p">')
    assert (found.password, found.longest, found.pasting) == (True, None, True)


def test_parts_fetched_in_clear_are_named_and_links_are_not() -> None:
    body = (
        '<img src="http://static.payer.example/logo.png"><a href="http://payer.example/">x</a>'
        '<link rel="stylesheet" href="http://static.payer.example/a.css">'
        '<link rel="canonical" href="http://payer.example/"><script src="/app.js"></script>'
    )
    found = content.parts(body, f"https://{NAME}/", "page")
    assert found.insecure == (
        "http://static.payer.example/logo.png",
        "http://static.payer.example/a.css",
    )
    assert content.parts(body, f"http://{NAME}/", "page").insecure == ()


@pytest.mark.parametrize(
    ("target", "carried"),
    [
        (f"/droits?nir={NIR}", f"a person's number: https://{NAME}/droits?nir=…"),
        (f"/droits/{NIR}/pdf", f"a person's number: https://{NAME}/droits/[number]/pdf"),
        ("/droits?n=1%2085%2005%2078%20000%20001%2063", "a person's number"),
        ("/a;jsessionid=1A2B3C4D5E6F?x=1", f"a session or secret: https://{NAME}/a;jsessionid=…"),
        ("/a?access_token=abcdefgh12", "a session or secret"),
    ],
)
def test_addresses_that_carry_somebody_are_named_and_masked(target: str, carried: str) -> None:
    (found,) = content.parts(f'<a href="{target}">x</a>', f"https://{NAME}/", "page").in_urls
    assert found.startswith(carried)
    assert NIR not in found
    assert "1A2B" not in found


@pytest.mark.parametrize(
    "target",
    ["/droits?nir=", "/a?ref=185057800000110", "/a?n=123456789012345", "mailto:a@b", "http://["],
)
def test_other_numbers_and_broken_links_are_not(target: str) -> None:
    assert content.parts(f'<a href="{target}">x</a>', f"https://{NAME}/", "page").in_urls == ()


@pytest.mark.parametrize(
    ("target", "own", "host"),
    [
        ("https://cdn.example/x.js", NAME, "cdn.example"),
        ("https://static.payer.example/x.js", NAME, ""),
        (f"https://{NAME}/x.js", NAME, ""),
        ("https://payer.example.evil.example/x.js", NAME, "payer.example.evil.example"),
        ("https://other.co.uk/x.js", "payer.co.uk", "other.co.uk"),
        ("https://ameli.gouv.fr/x.js", "portail.gouv.fr", "ameli.gouv.fr"),
        ("https://cdn.payer.fr/x.js", "payer.fr", ""),
    ],
)
def test_a_stranger_is_told_from_a_sister_host(target: str, own: str, host: str) -> None:
    assert content.foreign(target, own) == host


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/js/jquery-3.4.1.min.js", ("jquery", "3.4.1")),
        ("/ajax/libs/jquery/1.12.4/jquery.min.js", ("jquery", "1.12.4")),
        ("/npm/bootstrap@4.3.0/dist/js/bootstrap.bundle.min.js", ("bootstrap", "4.3.0")),
        ("/lib/angular.js/1.8.2/angular.min.js", ("angularjs", "1.8.2")),
        ("/jquery-ui-1.12.1.custom.min.js", ("", "")),
        ("/app.3.4.1.js", ("", "")),
        ("/myjquery-3.4.1.js", ("", "")),
        ("/jquery.min.js", ("", "")),
    ],
)
def test_a_library_is_known_by_its_address(path: str, found: tuple[str, str]) -> None:
    assert library(path) == found


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("/*! jQuery v3.4.1 | (c) JS Foundation", ("jquery", "3.4.1")),
        ("/*!\n * jQuery JavaScript Library v1.12.4\n", ("jquery", "1.12.4")),
        ("/*! jQuery UI - v1.12.1 - 2016-09-14", ("jquery-ui", "1.12.1")),
        ("/*!\n  * Bootstrap v4.3.0 (https://", ("bootstrap", "4.3.0")),
        ("/*\n AngularJS v1.8.3\n", ("angularjs", "1.8.3")),
        ("//! moment.js\n//! version : 2.29.1\n", ("moment", "2.29.1")),
        ("/*! @license DOMPurify 3.0.1 |", ("dompurify", "3.0.1")),
        ("(function(){})()", ("", "")),
    ],
)
def test_a_library_is_known_by_its_first_lines(head: str, found: tuple[str, str]) -> None:
    assert library_of(head) == found


def test_scripts_of_the_sign_in_page_are_seen_with_their_integrity(tmp_path: Path) -> None:
    body = (
        f'{FORM.decode()}<script src="/app.js"></script><script>inline()</script>'
        '<script src="https://cdn.example/x.js" integrity="sha384-abc" crossorigin></script>'
        '<script type="application/ld+json" src="/data.json"></script>'
    )
    own = Reply(200, b"/*! jQuery v1.12.4 */", [("Content-Type", "text/javascript")])
    found = of(observed(tmp_path, {"/": page(body), "/app.js": own}), PageScript)
    assert [(one.foreign, one.integrity, one.library, one.version) for one in found] == [
        ("", False, "jquery", "1.12.4"),
        ("cdn.example", True, "", ""),
    ]
    assert {one.kind for one in found} == {"login form"}


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("Traceback (most recent call last):\n  File", "Python"),
        ("You&#x27;re seeing this error because you have <code>DEBUG = True</code>",
         "Django, debugging"),
        ("<title>x // Werkzeug Debugger</title>", "Werkzeug, debugging"),
        ("java.lang.X\n\tat fr.payer.Rights.of(Rights.java:42)\n", "Java"),
        ('{"trace": "java.lang.IllegalStateException: x"}', "Spring"),
        ("[NullReferenceException: Object reference]", "ASP.NET"),
        ("<br />\n<b>Warning</b>:  include(x)", "PHP"),
        ("Error: x<br> &nbsp; &nbsp;at Layer.handle (/srv/app/index.js:95:5)", "Node.js"),
        ("goroutine 12 [running]:", "Go"),
        ("SQLSTATE[42S02]: Base table", "a database"),
    ],
)  # fmt: skip
def test_traces_of_the_inside_are_known(body: str, shown: str, tmp_path: Path) -> None:
    routes = {"/": Reply(200, FORM, [HTML]), "/rempart-no-such-file.txt": Reply(500, body.encode())}
    found = {one.key: one.shows for one in of(observed(tmp_path, routes), ErrorPage)}
    assert shown in found["absent"]
    assert found["malformed"] == ()


def test_a_plain_error_page_shows_nothing() -> None:
    for body in ("Page introuvable", "meet at noon (see map.java)", "<b>Warning</b> of storms"):
        assert not [name for name, trace in errors_shown.TRACES if trace.search(body)]


def test_banners_of_all_answers_are_kept_once(tmp_path: Path) -> None:
    told = [("Server", "Apache/2.4.57 (Debian)"), ("X-Powered-By", "PHP/8.2.7")]
    body = f'<meta name="generator" content="WordPress 6.4">{FORM.decode()}'
    lost = Reply(404, b"<address>Apache/2.4.57 (Debian) Server at x Port 443</address>", [HTML])
    routes = {"/": page(body, *told), "/rempart-no-such-file.txt": lost}
    (found,) = of(observed(tmp_path, routes), Banners)
    assert found.shown == (
        "server: Apache/2.4.57 (Debian)",
        "x-powered-by: PHP/8.2.7",
        "generator: WordPress 6.4",
        "error page: Apache/2.4.57 (Debian)",
    )
    assert found.answers > 3


def test_trace_is_told_by_what_comes_back(tmp_path: Path) -> None:
    routes = {
        "/": Reply(200, FORM, [HTML]),
        "TRACE /": Reply(200, b"welcome"),
        "OPTIONS /": Reply(204, headers=[("Allow", "GET, head,PROPFIND, GET")]),
    }
    (found,) = of(observed(tmp_path, routes), Methods)
    assert (found.allowed, found.trace) == (("GET", "HEAD", "PROPFIND"), False)


def test_origins_are_sent_one_at_a_time(tmp_path: Path) -> None:
    allowing = [
        ("Access-Control-Allow-Origin", "null"),
        ("Access-Control-Allow-Credentials", "true"),
    ]
    found = of(observed(tmp_path, {"/": page(FORM.decode(), *allowing)}), CrossOrigin)
    assert [one.origin for one in found] == [f"https://{NAME}.origin.example", "null"]
    assert {(one.allowed, one.credentials) for one in found} == {("null", True)}


def test_folders_of_the_page_that_list_their_files_are_seen(tmp_path: Path) -> None:
    body = f'<img src="/static/logo.png">{FORM.decode()}<img src="/img/a.png">'
    listing = Reply(200, b"<html><head><title>Index of /static/</title>", [HTML])
    found = of(observed(tmp_path, {"/": page(body), "/static/": listing}), ExposedFile)
    listed = {one.path: one.found for one in found if one.kind == "listing"}
    assert listed.pop("/static/") is True
    assert set(listed.values()) == {False}
    assert "/img/" in listed


def test_a_graphql_interface_that_describes_itself_is_seen(tmp_path: Path) -> None:
    told = b'{"data":{"__schema":{"queryType":{"name":"Query"}}}}'
    refused = b'{"errors":[{"message":"introspection is disabled"}],"data":null}'
    routes = {
        "/": Reply(200, FORM, [HTML]),
        "POST /graphql": Reply(200, told, [JSON]),
        "POST /api/graphql": Reply(200, refused, [JSON]),
    }
    found = {one.path: one.found for one in of(observed(tmp_path, routes), ExposedFile)}
    assert (found["/graphql"], found["/api/graphql"]) == (True, False)


def test_a_panel_behind_a_challenge_is_seen_and_not_tried(tmp_path: Path) -> None:
    manager = Reply(401, b"<p>edit conf/tomcat-users.xml</p>", [HTML])
    found = of(
        observed(tmp_path, {"/": Reply(200, FORM, [HTML]), "/manager/html": manager}), ExposedFile
    )
    assert {one.path for one in found if one.found is True} == {"/manager/html"}


@pytest.mark.parametrize(
    ("reply", "present", "named"),
    [
        (Reply(200, b"User-agent: *\nDisallow: /admin/ # x\nDisallow:\n"), True, ("/admin/",)),
        (Reply(200, b"<p>\nDisallow: /x", [HTML]), False, ()),
        (Reply(404), False, ()),
    ],
)
def test_robots_txt_is_read(
    reply: Reply, present: bool, named: tuple[str, ...], tmp_path: Path
) -> None:
    (found,) = of(observed(tmp_path, {"/": Reply(200, FORM), "/robots.txt": reply}), Robots)
    assert (found.present, found.named) == (present, named)


def test_a_busy_portal_is_not_judged_by_what_it_did_not_answer(tmp_path: Path) -> None:
    routes = {"/": Reply(200, FORM, [HTML]), "/robots.txt": Reply(503), "TRACE /": Reply(503)}
    found = observed(tmp_path, routes)
    (robots,), (methods,) = of(found, Robots), of(found, Methods)
    assert isinstance(robots.present, Unknown)
    assert isinstance(methods.trace, Unknown)


def test_a_page_for_who_is_signed_in_is_opened_without_a_session(tmp_path: Path) -> None:
    login = "{kind: form, url: /, signed_in: {url: /home}}"
    challenge = Reply(401, b"", [("WWW-Authenticate", "Basic realm=x")])
    routes = {"/": Reply(200, FORM, [HTML]), "/home": challenge}
    found = observed(tmp_path, routes, login=login)
    assert {one.key: one.max_age for one in of(found, Hsts)}["/home"] is None
    assert ("www-authenticate", "Basic realm=x") in [
        header for one in of(found, Page) for header in one.headers
    ]


def test_a_page_built_by_scripts_counts_as_sign_in_where_the_inventory_says_so(
    tmp_path: Path,
) -> None:
    routes = {"/": page('<div id="app"></div><script src="https://cdn.example/a.js"></script>')}
    found = observed(tmp_path, routes, login="{kind: json, url: /api/login}")
    assert {one.kind for one in of(found, PageScript)} == {"login form"}
    assert {one.kind for one in of(found, Page) if one.status == 200} == {"login form"}


def test_hostile_pages_are_kept_harmless(tmp_path: Path) -> None:
    script = "\x1b[31m<script>alert(1)</script>"
    body = (
        f'<form action="/x?{script}"><input name="nir{script}" type=password></form>'
        f'<script src="http://cdn.example/{script}"></script><a href="/{NIR}">x</a>'
    )
    data = base64.b64encode(b"x" * 2000).decode()
    routes = {"/": page(body + f'<img src="data:image/png;base64,{data}">')}
    found = [
        *of(observed(tmp_path, routes), PageForm),
        *of(observed(tmp_path, routes), PageParts),
        *of(observed(tmp_path, routes), PageScript),
    ]
    assert found
    assert all("\x1b" not in str(one) and NIR not in str(one) for one in found)
