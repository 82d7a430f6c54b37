import ipaddress
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.errors import ContentError, NotAuthorised, UsageError
from rempart.scope import Scope, guarded, peer, starting, target
from rempart.scope.providers import IDENTITY_PROVIDERS, is_identity_provider
from tests.loopback import NOW, mandate

IPV4 = st.ip_addresses(v=4)


def scope(*allowed: str, exclude: tuple[str, ...] = ()) -> Scope:
    return Scope.of(mandate(scope=allowed, exclude=exclude))


def spellings(address: ipaddress.IPv4Address) -> list[str]:
    number, octets = int(address), address.packed
    a, b, c, d = octets
    return [
        str(address),
        str(number),
        hex(number),
        f"0{number:o}",
        f"0x{a:x}.0x{b:X}.0{c:o}.{d}",
        f"{a}.{(b << 16) + (c << 8) + d}",
        f"{a}.{b}.{(c << 8) + d}",
        f"::ffff:{address}",
        f"[::ffff:{address}]",
        f"::ffff:{a:02x}{b:02x}:{c:02x}{d:02x}",
        f"64:ff9b::{address}",
        f"2002:{a:02x}{b:02x}:{c:02x}{d:02x}::1",
    ]


@given(IPV4, st.integers(0, 65535))
def test_every_spelling_of_an_ipv4_address_is_the_same_peer(
    address: ipaddress.IPv4Address, port: int
) -> None:
    assert {peer((text, port)) for text in spellings(address)} == {(str(address), port)}
    assert peer((str(address).encode(), port)) == (str(address), port)


@given(st.ip_addresses(v=6), st.integers(0, 65535))
def test_a_peer_is_its_own_peer(address: ipaddress.IPv6Address, port: int) -> None:
    once = peer((f"{address}%eth0", port, 0, 2))
    assert peer(once) == once
    assert "%" not in once[0]


@given(st.text("0123456789abcdefxX.:%[] ", max_size=24) | st.text(max_size=20))
def test_what_the_c_library_reads_as_an_address_is_never_missed(text: str) -> None:
    numeric = socket.AI_NUMERICHOST
    try:
        ((*_, found),) = socket.getaddrinfo(text, 9, 0, socket.SOCK_STREAM, 0, numeric)
    except (OSError, UnicodeError, ValueError):
        return
    try:
        assert peer((text, 9)) == peer(found)
    except NotAuthorised:
        assert not text.isascii()


@given(IPV4)
def test_an_exclusion_wins_over_every_spelling(address: ipaddress.IPv4Address) -> None:
    bounds = scope("1.0.0.0/8", "10.0.0.0/8", "192.0.0.0/8", exclude=(str(address),))
    assert not any(bounds.permits(text, 443) for text in spellings(address))


@pytest.mark.parametrize(
    "address",
    [
        "portal.payer.example",
        "127.0.0.1 x",
        "１２７.0.0.1",
        "",
        "<broadcast>",
        "1.2.3.4.5",
        None,
        7,
    ],
)
def test_a_peer_that_is_no_address_is_refused(address: object) -> None:
    with pytest.raises(NotAuthorised):
        peer((address, 443))


@pytest.mark.parametrize("address", ["/run/socket", b"\0abstract", ("127.0.0.1",), ("::1", "x"), 3])
def test_a_peer_without_address_and_port_is_refused(address: object) -> None:
    with pytest.raises(NotAuthorised):
        peer(address)


@pytest.mark.parametrize(
    ("entry", "ip", "port", "inside"),
    [
        ("192.0.2.7:443", "192.0.2.7", 443, True),
        ("192.0.2.7:443", "192.0.2.7", 80, False),
        ("192.0.2.7", "192.0.2.8", 443, False),
        ("192.0.2.0/24", "192.0.2.200", 1, True),
        ("192.0.2.0/24:22", "192.0.2.200", 23, False),
        ("[2001:db8::5]:8443", "2001:db8::5", 8443, True),
        ("[2001:db8::5]:8443", "2001:db8::5", 443, False),
        ("2001:db8::/32", "2001:db8:1::5", 443, True),
        ("2001:db8::/32", "2001:db9::5", 443, False),
        ("::ffff:192.0.2.7", "192.0.2.7", 443, True),
        ("10.0.0.0/8", "0.0.0.0", 22, False),  # noqa: S104
    ],
)
def test_entries_mean_addresses_networks_and_ports(
    entry: str, ip: str, port: int, inside: bool
) -> None:
    assert scope(entry).permits(ip, port) is inside


@pytest.mark.parametrize(
    "entry",
    [
        *("", "127.0.0.1/8", "0.0.0.0/0", "::/0", "*", "*.fr", "0177.0.0.1", "a b"),
        *("payer.example:0", "payer.example:99999", "payer.example:https", "[::1", "[::1]x"),
        "http://payer.example/",
    ],
)
def test_an_entry_that_is_none_is_said(entry: str) -> None:
    with pytest.raises(ContentError, match="expected"):
        target(entry)


def test_a_wildcard_means_the_names_below_it() -> None:
    wild = target("*.payer.example:443")
    assert wild.names("portal.payer.example", 443)
    assert wild.names("A.B.Payer.Example.", 443)
    assert not wild.names("payer.example", 443)
    assert not wild.names("evilpayer.example", 443)
    assert not wild.names("portal.payer.example", 80)


def test_a_name_leads_only_to_the_public_address_it_was_pinned_to() -> None:
    bounds = scope("*.payer.example")
    bounds.pins.pin("portal.payer.example", ["8.8.8.8", "10.0.0.5", "127.0.0.1", "fe80::1"])
    bounds.pins.pin("portal.payer.example", ["1.1.1.1"])
    assert bounds.permits("8.8.8.8", 443, "portal.payer.example")
    assert bounds.permits("8.8.8.8", 443)
    assert not bounds.permits("1.1.1.1", 443, "portal.payer.example")
    for private in ("10.0.0.5", "127.0.0.1", "fe80::1"):
        assert not bounds.permits(private, 443, "portal.payer.example")


def test_a_name_outside_the_scope_gains_nothing_from_a_shared_address() -> None:
    bounds = scope("portal.payer.example")
    bounds.pins.pin("portal.payer.example", ["8.8.8.8"])
    bounds.pins.pin("neighbour.example", ["8.8.8.8"])
    assert bounds.permits("8.8.8.8", 443, "PORTAL.payer.example")
    assert not bounds.permits("8.8.8.8", 443, "neighbour.example")


def test_an_excluded_name_excludes_its_addresses() -> None:
    bounds = scope("8.8.8.0/24", "10.0.0.0/8", exclude=("prod.payer.example:443",))
    bounds.pins.pin("prod.payer.example", ["10.0.0.9"])
    assert not bounds.permits("10.0.0.9", 443)
    assert not bounds.permits("8.8.8.8", 443, "prod.payer.example")
    assert bounds.permits("10.0.0.9", 22)


def test_identity_providers_are_outside_every_scope() -> None:
    bounds = scope("*.microsoftonline.com", "*.payer.example", "10.0.0.0/8")
    for name in ("login.microsoftonline.com", "auth.esw.esante.gouv.fr", "tenant.okta.com."):
        assert not bounds.lists(name)
        assert "identity provider" in (bounds.refusal("10.0.0.5", 443, name) or "")
    assert bounds.permits("10.0.0.5", 443, "login.payer.example")
    assert not is_identity_provider("notokta.com")
    assert len({d for names in IDENTITY_PROVIDERS.values() for d in names}) >= 25


def test_the_window_is_asked_at_each_connection() -> None:
    moments = [NOW, NOW + timedelta(hours=2)]
    bounds = Scope.of(mandate(), now=lambda: moments.pop(0))
    assert bounds.permits("127.0.0.1", 1)
    assert "window" in (bounds.refusal("127.0.0.1", 1) or "")
    assert not bounds.permits("127.0.0.1", 1, at=datetime(2020, 1, 1, tzinfo=UTC))
    assert bounds.permits("127.0.0.1", 1, at=NOW)
    assert not Scope.of(mandate(), now=NOW - timedelta(days=1)).permits("127.0.0.1", 1)


def listener() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


@pytest.mark.parametrize("host", ["127.0.0.9", "2130706441", "0x7f.9", "0177.0.0.9", "127.9"])
def test_the_gate_refuses_each_spelling_of_an_address_outside(host: str) -> None:
    with guarded(scope("127.0.0.1")), socket.socket() as sock, pytest.raises(NotAuthorised):
        sock.connect((host, 9))


def test_the_gate_refuses_mapped_and_native_ipv6() -> None:
    for host in ("::ffff:127.0.0.9", "::1"):
        with (
            guarded(scope("127.0.0.1")),
            socket.socket(socket.AF_INET6) as sock,
            pytest.raises(NotAuthorised),
        ):
            sock.connect((host, 9))


def test_the_gate_covers_datagrams_and_threads_and_lets_the_scope_through() -> None:
    caught: list[BaseException] = []

    def elsewhere() -> None:
        with socket.socket(type=socket.SOCK_DGRAM) as sock:
            there = ("127.0.0.9", 9)
            sends: tuple[Callable[[], object], ...] = (
                lambda: sock.sendto(b"x", there),
                lambda: sock.sendmsg([b"x"], [], 0, there),
                lambda: sock.connect_ex(there),
            )
            for send in sends:
                try:
                    send()
                except NotAuthorised as error:
                    caught.append(error)

    with guarded(scope("127.0.0.1")), listener() as there:
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        with socket.create_connection(there.getsockname()[:2]) as sock:
            assert sock.getpeername() == there.getsockname()
    assert len(caught) == 3


def test_the_gate_leaves_names_to_the_audit() -> None:
    with guarded(scope("127.0.0.0/8")):
        for look_up in (
            lambda: socket.getaddrinfo("localhost", 80),
            lambda: socket.gethostbyname("localhost"),
            lambda: socket.gethostbyaddr("127.0.0.1"),
            lambda: socket.getnameinfo(("127.0.0.1", 80), 0),
        ):
            with pytest.raises(NotAuthorised, match="resolver"):
                look_up()
        assert socket.getaddrinfo("127.0.0.1", 80)
    assert socket.getaddrinfo("localhost", 80)


def test_the_gate_refuses_local_sockets_other_than_the_agents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "agent")
    with socket.socket(socket.AF_UNIX) as there, guarded(scope("127.0.0.0/8")):
        there.bind(path)
        there.listen()
        with socket.socket(socket.AF_UNIX) as sock, pytest.raises(NotAuthorised, match="agent"):
            sock.connect(path)
        monkeypatch.setenv("SSH_AUTH_SOCK", path)
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(path)


@pytest.mark.parametrize(
    "start",
    [
        lambda: subprocess.run([sys.executable, "-c", ""], check=True),
        lambda: subprocess.run("git log", shell=True, check=True),  # noqa: S602, S607
        lambda: subprocess.run(["git", "-C", "/", "fetch"], check=True),  # noqa: S607
        lambda: subprocess.run(["git", "-c", "log", "push"], check=True),  # noqa: S607
        lambda: subprocess.run(["/tmp/git", "log"], check=True),
        lambda: os.system("true"),  # noqa: S605, S607
        lambda: os.fork(),  # noqa: PLW0108
        lambda: os.posix_spawn("/bin/true", ["true"], {}),
        lambda: os.execv("/bin/true", ["true"]),  # noqa: S606
    ],
)
def test_no_child_process_starts_while_an_audit_runs(start: Any) -> None:
    with guarded(scope("127.0.0.0/8")), pytest.raises(NotAuthorised, match="no child process"):
        start()


def test_the_programs_of_the_list_start() -> None:
    git = ["git", "-c", "core.fsmonitor=false", "-C", "/", "rev-parse", "--local-env-vars"]
    with guarded(scope("127.0.0.0/8")):
        done = subprocess.run(git, capture_output=True, check=True)
        assert b"GIT_DIR" in done.stdout
        local = subprocess.run(
            ["sh", "-s"],  # noqa: S607
            input=b"echo $((1+1))",
            capture_output=True,
            check=True,
        )
        assert local.stdout == b"2\n"


def test_a_program_of_the_list_starts_by_spawn_too() -> None:
    command = ["git", "rev-parse", "--local-env-vars"]
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    with guarded(scope("127.0.0.0/8")):
        child = os.posix_spawn("/usr/bin/git", command, dict(os.environ), file_actions=quiet)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_the_program_of_a_secret_starts_where_it_is_looked_up() -> None:
    print_one = [sys.executable, "-c", "print(1)"]
    with guarded(scope("127.0.0.0/8")):
        with starting(sys.executable):
            done = subprocess.run(print_one, capture_output=True, check=True)
            assert done.stdout == b"1\n"
            with pytest.raises(NotAuthorised):
                subprocess.run(["sh", "-c", "true"], check=True)  # noqa: S607
        with pytest.raises(NotAuthorised):
            subprocess.run(print_one, check=True)


def test_one_audit_at_a_time_and_the_gate_opens_at_its_end() -> None:
    with guarded(scope("127.0.0.0/8")):
        with pytest.raises(UsageError), guarded(scope("10.0.0.0/8")):
            pass
        with socket.socket() as sock, pytest.raises(NotAuthorised):
            sock.connect(("10.0.0.1", 1))
    with listener() as there, socket.create_connection(there.getsockname()):
        subprocess.run([sys.executable, "-c", ""], check=True)


def test_an_accepting_server_is_not_disturbed() -> None:
    with (
        guarded(scope("127.0.0.1")),
        listener() as there,
        socket.create_connection(there.getsockname()) as sock,
    ):
        taken, _ = there.accept()
        with taken:
            taken.sendall(b"hello")
            assert sock.recv(5) == b"hello"
