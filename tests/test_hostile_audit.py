"""An estate of hostile subjects beside honest ones: the run ends, and harm stays where it is."""

import contextlib
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rempart.demo import host, portal
from tests import hostile, ssh_server
from tests.portals import Reply, certificate, site
from tests.test_cli import rempart

MANDATE = """\
schema: rempart.inventory/1
organisation: Payer
language: en
authorisation:
  reference: T-1
  granted_by: CIO
  contact: soc@payer.example
  valid: {from: 2026-01-01T00:00:00Z, until: 2046-01-01T00:00:00Z}
  scope: ["127.0.0.1", "*.payer.example"]
  exclude: ["127.0.9.9"]
  allow: [active]
  budget: {connections: 60, requests: 120, per_second: 50, seconds: 3}
subjects:
  portals:
PORTALS
  hosts:
HOSTS
"""
HTTP = b"HTTP/1.1 200 OK\r\n"
MARKUP = '"><script>alert(1)</script>{{7*7}}\x1b[31m[red]PASS[/red]'
BOMB = gzip.compress(b"\0" * 300_000_000, 9)


def web(id_: str, port: int, scheme: str = "http") -> str:
    plain = f', plain: "127.0.0.1:{port}"' if scheme == "https" else ""
    address = f"{scheme}://{id_}.payer.example/"
    return f'    - {{id: {id_}, url: "{address}", connect: "127.0.0.1:{port}"{plain}}}'


def machine(id_: str, port: int, key: Path, known: Path) -> str:
    return (
        f'    - {{id: {id_}, ssh: "audit@127.0.0.1:{port}", key: "file:{key}",'
        f' known_hosts: "file:{known}"}}'
    )


@contextlib.contextmanager
def enemies(folder: Path) -> Iterator[tuple[list[str], list[str]]]:
    """Lines of hostile portals and hosts, served while the block runs."""
    with contextlib.ExitStack() as stack:

        def portal_like(speak: hostile.Speaker) -> int:
            return stack.enter_context(hostile.server(speak))

        def ssh_like(answers: Any, **manners: Any) -> ssh_server.SshServed:
            place = folder / f"ssh{len(list(folder.iterdir()))}"
            place.mkdir()
            kinds = ssh_server.Manners(**manners)
            return stack.enter_context(ssh_server.serve(answers, place, manners=kinds))

        bomb = b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB)
        loop = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.9.9/\r\nContent-Length: 0\r\n\r\n"
        speakers = {
            "silent": hostile.silent,
            "header-drip": hostile.dripping(b"HTTP/1.1 200 OK\r\nX-A: "),
            "body-drip": hostile.dripping(HTTP + b"Content-Length: 100000\r\n\r\n"),
            "status-drip": hostile.dripping(b"H"),
            "continue": hostile.endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
            "bomb": hostile.saying(HTTP + bomb + BOMB),
            "leaves": hostile.saying(loop),
            "garbage": hostile.saying(b"\x00\xff\x16\x03" * 500),
            "hangs-up": hostile.saying(b""),
        }
        portals = [web(id_, portal_like(speak)) for id_, speak in speakers.items()]
        tls = {
            "tls-silent": hostile.silent,
            "tls-drip": hostile.dripping(b"\x16\x03\x03\x40\x00\x02"),
            "tls-noise": hostile.saying(b"\x15\x03\x01\x00\x02\x01\x00" * 100),
        }
        portals += [web(id_, portal_like(speak), "https") for id_, speak in tls.items()]
        flood = ssh_like(lambda _: hostile.repeated(b"x" * 65536, 4800))
        refusing = ssh_like(lambda _: b"", accept=False)
        cut = ssh_like(lambda script: [b"=== half an answer", script[:200]], cut=True)
        banner = portal_like(hostile.dripping(b"SSH-2.0-"))
        known = folder / "known_banner"
        line = flood.known_hosts.read_text().replace(f":{flood.port} ", f":{banner} ")
        known.write_text(line)
        changed = ssh_like(lambda _: b"")
        changed.known_hosts.write_text(
            changed.known_hosts.read_text().replace(
                changed.host_key.get_base64(), refusing.host_key.get_base64()
            )
        )
        hosts = [
            machine("flood", flood.port, flood.key, flood.known_hosts),
            machine("refusing", refusing.port, refusing.key, refusing.known_hosts),
            machine("cut", cut.port, cut.key, cut.known_hosts),
            machine("banner-drip", banner, flood.key, known),
            machine("changed", changed.port, changed.key, changed.known_hosts),
        ]
        yield portals, hosts


def audited(folder: Path, portals: list[str], hosts: list[str]) -> tuple[int, dict[str, Any], str]:
    text = MANDATE.replace("PORTALS", "\n".join(portals)).replace("HOSTS", "\n".join(hosts))
    (folder / "inventory.yaml").write_text(text)
    outputs = ("-o", "run.json", "-o", "report.html")
    state = {"XDG_STATE_HOME": str(folder / "state")}
    done = rempart("audit", "inventory.yaml", *outputs, cwd=folder, **state)
    return done.returncode, json.loads((folder / "run.json").read_text()), done.stdout + done.stderr


def said(run: dict[str, Any], subject: str) -> list[tuple[str, str, str, str]]:
    return [
        (one["check"], one["instance"], one["authority"] or "", one["outcome"])
        for one in run["results"]
        if one["subject"] == subject
    ]


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any], str]:
    """A run of two honest subjects alone, and one of the same two among enemies."""
    folder = tmp_path_factory.mktemp("payer")
    with portal.serve(folder) as web_served, host.serve(folder) as ssh_served:
        honest = (
            f'    - {{id: pro, url: "https://{portal.NAME}/",'
            f' connect: "127.0.0.1:{web_served.https}", plain: "127.0.0.1:{web_served.plain}",'
            f' ca: "file:{web_served.ca}"}}'
        )
        quiet = machine("claims-1", ssh_served.port, ssh_served.key, ssh_served.known_hosts)
        _, alone, _ = audited(folder, [honest], [quiet])
        with enemies(folder) as (portals, hosts):
            code, crowd, text = audited(folder, [*portals, honest], [*hosts, quiet])
    assert code in (1, 3)
    return alone, crowd, text


def test_honest_subjects_are_unharmed(worlds: tuple[dict[str, Any], dict[str, Any], str]) -> None:
    alone, crowd, _ = worlds
    for subject in ("pro", "claims-1"):
        assert said(alone, subject)
        assert said(crowd, subject) == said(alone, subject)


@pytest.mark.parametrize("subject", ["flood", "refusing", "cut", "banner-drip", "changed"])
def test_a_hostile_host_never_passes(
    worlds: tuple[dict[str, Any], dict[str, Any], str], subject: str
) -> None:
    found = [one for one in worlds[1]["results"] if one["subject"] == subject]
    reasons = {
        "flood": {"truncated", "limit"},
        "refusing": {"refused"},
        "cut": {"truncated"},
        "banner-drip": {"limit", "unreachable"},
        "changed": {"refused"},
    }
    assert found
    assert {one["outcome"] for one in found} == {"notchecked"}
    assert {one["reason"] for one in found} <= reasons[subject]


@pytest.mark.parametrize(
    "subject",
    ["silent", "header-drip", "status-drip", "continue", "garbage", "hangs-up", "tls-silent"],
)
def test_a_portal_that_never_answers_never_passes(
    worlds: tuple[dict[str, Any], dict[str, Any], str], subject: str
) -> None:
    found = [one for one in worlds[1]["results"] if one["subject"] == subject]
    assert found
    assert {one["outcome"] for one in found} <= {"notchecked", "notapplicable"}
    assert "notchecked" in {one["outcome"] for one in found}


@pytest.mark.parametrize("subject", ["tls-drip", "tls-noise"])
def test_a_garbled_handshake_offers_nothing(
    worlds: tuple[dict[str, Any], dict[str, Any], str], subject: str
) -> None:
    versions = [one for one in said(worlds[1], subject) if one[0].startswith("tls.")]
    assert versions
    assert {outcome for _, _, _, outcome in versions} <= {"notchecked", "notapplicable"}


def test_a_redirect_out_of_the_mandate_is_not_followed(
    worlds: tuple[dict[str, Any], dict[str, Any], str],
) -> None:
    found = [one for one in worlds[1]["results"] if one["subject"] == "leaves"]
    needing = [one for one in found if one["check"] in ("portal.https_redirect", "portal.headers")]
    assert "pass" not in {one["outcome"] for one in needing}
    assert "not authorised" in {one["reason"] for one in needing}
    assert all("127.0.9.9" in one["seen"] for one in needing if one["reason"])


def test_every_connection_was_counted_within_its_budget(
    worlds: tuple[dict[str, Any], dict[str, Any], str],
) -> None:
    assert all(count <= 60 for count in worlds[1]["connections"].values())
    assert worlds[1]["connections"]["refusing"] >= 1


def test_markup_from_targets_stays_text(tmp_path: Path) -> None:
    header = MARKUP.replace("\x1b", "\x1b").encode().decode("latin-1")
    routes = {
        "/": Reply(
            body=b"<title>" + MARKUP.encode() + b"</title>",
            headers=[("Server", header), ("Set-Cookie", f"{MARKUP.replace(';', '')}=1; path=/")],
        )
    }
    issued = certificate(tmp_path)
    with site(routes, issued) as served, site(routes) as plain:
        line = (
            f'    - {{id: odd, url: "https://{portal.NAME}/", connect: "127.0.0.1:{served.port}",'
            f' plain: "127.0.0.1:{plain.port}", ca: "file:{issued.ca}"}}'
        )
        text = MANDATE.replace("PORTALS", line).replace("  hosts:\nHOSTS\n", "")
        (tmp_path / "inventory.yaml").write_text(text)
        state = {"XDG_STATE_HOME": str(tmp_path / "state")}
        done = rempart(
            "audit", "inventory.yaml", "-o", "report.html", "-o", "run.json", cwd=tmp_path, **state
        )
    page = (tmp_path / "report.html").read_text()
    assert "<script>alert" not in page
    assert "49" not in done.stdout.split("{{7*7}}")[0][-4:]
    for shown in (page, done.stdout, done.stderr, (tmp_path / "run.json").read_text()):
        assert "\x1b" not in shown
