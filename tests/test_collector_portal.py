from pathlib import Path

import pytest

from rempart.check import Reason, Unknown
from rempart.collectors import Seen, portal
from rempart.collectors.portal.exposed import SIGNATURES
from rempart.errors import Unreachable
from rempart.observations.http import Cookie, ExposedFile, Hsts, Page, PlainRedirect, SecurityTxt
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

OTHERS = 4  # two GraphQL places and two folders that are always asked for

HTML = ("Content-Type", "text/html; charset=utf-8")


FORM = b'<form method="post"><input name="user"><input type="password" name="p"></form>'


LOGIN = Reply(200, FORM, [HTML])


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
    altered = ["OPTIONS /", "TRACE /", "POST /graphql", "POST /api/graphql"]
    assert [one for one in server.asked if " " in one] == altered
    assert len(server.asked) < len(SIGNATURES) + 20


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
    assert len(found) == len(SIGNATURES) + OTHERS
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
    assert {(gap.type, gap.reason) for gap in gaps(found)} == {
        (name, Reason.NOT_AUTHORISED)
        for name in ("ExposedFile", "Methods", "CrossOrigin", "ErrorPage", "RedirectProof")
    }
    assert not of(found, ExposedFile)


def test_every_own_answer_over_https_tells_its_hsts(tmp_path: Path) -> None:
    keyed = [("Strict-Transport-Security", "max-age=300")]
    found = observed(tmp_path, {"/": Reply(200, FORM, keyed)})
    seen = {item.key: item.max_age for item in of(found, Hsts)}
    assert seen == {
        "/": 300,
        "/.well-known/security.txt": None,
        "/security.txt": None,
        "/rempart-no-such-file.txt": None,
        "/robots.txt": None,
    }


def test_a_cookie_set_twice_alike_is_one(tmp_path: Path) -> None:
    setting = [("Set-Cookie", "SESSION=a1; Secure"), HTML]
    routes = {"/": Reply(200, b'<a href="/login">', setting), "/login": Reply(200, FORM, setting)}
    assert [item.name for item in of(observed(tmp_path, routes), Cookie)] == ["SESSION"]


AT = "/.well-known/security.txt"


def test_a_missing_security_txt_is_told_from_one_not_seen(tmp_path: Path) -> None:
    busy = observed(tmp_path, {"/": LOGIN, AT: Reply(503)})
    (found,) = of(busy, SecurityTxt)
    assert isinstance(found.present, Unknown)
    (absent,) = of(observed(tmp_path, {"/": LOGIN}), SecurityTxt)
    assert absent.present is False


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
    assert len(of(found, ExposedFile)) == len(SIGNATURES) + OTHERS
    assert all("\x1b" not in str(item) for item in found)


def test_a_portal_without_https_is_looked_at_all_the_same(tmp_path: Path) -> None:
    setting = [("Set-Cookie", "SESSION=a1"), ("Strict-Transport-Security", "max-age=1")]
    with site({"/": Reply(200, FORM, setting)}) as server:
        way = access(tmp_path, scheme="http", connect=f"127.0.0.1:{server.port}")
        found = look(portal, way)
    assert [item.kind for item in of(found, Page)] == ["login form"]
    assert [item.name for item in of(found, Cookie)] == ["SESSION"]
    assert not of(found, Hsts)  # browsers do not listen to it there
    (plain,) = of(found, PlainRedirect)
    assert (plain.statuses, plain.final_scheme) == ((200,), "http")


def test_a_cookie_set_on_the_plain_side_is_seen(tmp_path: Path) -> None:
    issued = certificate(tmp_path)
    leads = Reply(301, headers=[("Location", f"https://{NAME}/"), ("Set-Cookie", "SESSION=a1")])
    with site({"/": LOGIN}, issued) as server, site({"/": leads}) as plain:
        way = access(
            tmp_path,
            connect=f"127.0.0.1:{server.port}",
            plain=f"127.0.0.1:{plain.port}",
            ca=f"file:{issued.ca}",
        )
        (found,) = of(look(portal, way), Cookie)
    assert found.url == f"http://{NAME}/"
