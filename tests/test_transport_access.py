import socket
import threading
from types import SimpleNamespace

import pytest

from rempart.errors import Limited, NotAuthorised, Unreachable
from rempart.inventory.authorisation import Budget as BudgetRecord
from rempart.inventory.subjects import Host, Portal
from rempart.scope import Scope
from rempart.transport.access import Access
from rempart.transport.budget import BURST, Budget
from rempart.transport.deadline import Deadline
from tests.hostile import saying, server, silent
from tests.loopback import Estate, access, mandate


def test_a_connection_is_gated_counted_and_usable() -> None:
    with server(saying(b"hello")) as port, access() as reach:
        with reach.dial("127.0.0.1", port) as sock:
            sock.sendall(b"?")
            assert sock.recv(5) == b"hello"
        with reach.dial("2130706433", port) as sock:
            assert sock.getpeername() == ("127.0.0.1", port)
        assert reach.connections == 2


def test_what_the_mandate_does_not_cover_is_not_dialled() -> None:
    reach = access(authorisation=mandate(exclude=("127.0.0.9",)))
    for host in ("127.0.0.9", "::ffff:127.0.0.9", "10.0.0.1", "elsewhere.example"):
        with pytest.raises(NotAuthorised):
            reach.dial(host, 443)
    with pytest.raises(NotAuthorised, match="identity provider"):
        reach.dial("127.0.0.1", 443, name="accounts.google.com")
    assert reach.connections == 0


def test_a_target_cannot_make_us_resolve_names_of_its_choice() -> None:
    portal = Portal(id="p", url="https://localhost/")
    for subject, outcome in ((None, NotAuthorised), (portal, Unreachable)):
        with access(subject) as reach, pytest.raises(outcome):
            reach.dial("localhost", 1)


def test_offline_access_reaches_nothing() -> None:
    with Access.offline(None) as reach, pytest.raises(NotAuthorised):
        reach.dial("127.0.0.1", 1)
    assert not reach.allows("active")
    assert reach.allows("passive")


def test_a_closed_port_is_unreachable_and_still_counts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as there:
        port = there.getsockname()[1]
    with access() as reach:
        with pytest.raises(Unreachable, match="connection refused"):
            reach.dial("127.0.0.1", port)
        assert reach.connections == 1


def test_the_deadline_shuts_what_waits_and_what_comes_later() -> None:
    with server(silent) as port, access(seconds=0.2) as reach:
        with reach.dial("127.0.0.1", port) as sock:
            assert sock.recv(1) == b""
        with pytest.raises(Limited, match=r"reading: the 0\.2 seconds"):
            reach.deadline.check("reading")
        with pytest.raises(Limited):
            reach.dial("127.0.0.1", port)
        with socket.create_connection(("127.0.0.1", port)) as late:
            reach.watch(late)
            assert late.recv(1) == b""
        assert reach.deadline.remaining() == 0


def test_one_thread_serves_all_deadlines_and_ends_with_the_last() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        deadlines = [Deadline(seconds) for seconds in range(400, 100, -1)]
        for deadline in deadlines:
            deadline.watch(ours)
        (alarm,) = [t for t in threading.enumerate() if t.name == "rempart-deadlines"]
        for deadline in deadlines:
            deadline.release()
        alarm.join(10)
        assert not alarm.is_alive()


def test_connections_and_requests_are_used_up() -> None:
    budget = Budget(connections=2, requests=1)
    budget.connect(1)
    budget.connect(1)
    with pytest.raises(Limited, match="2 connections"):
        budget.connect(1)
    budget.request()
    with pytest.raises(Limited, match="1 requests"):
        budget.request()
    assert (budget.connections, budget.requests) == (2, 1)


def test_after_a_burst_of_ten_new_connections_wait_their_turn() -> None:
    waits: list[float] = []
    budget = Budget(per_second=0.01, wait=waits.append)
    for _ in range(BURST):
        budget.connect(0)
    assert waits == []
    budget.connect(1000)
    budget.connect(1000)
    assert 90 < waits[0] <= 100
    assert 190 < waits[1] <= 200
    with pytest.raises(Limited, match="new connections a second"):
        budget.connect(60)


def test_the_subjects_own_budget_comes_before_the_mandates() -> None:
    estate = Estate(mandate(budget=BudgetRecord(connections=7, requests=8, seconds=9)))
    subject = SimpleNamespace(budget=SimpleNamespace(connections=3, seconds=None))
    reach = Access.open(subject, estate, Scope.of(estate.authorisation))
    assert reach.budget.allowed_connections == 3
    assert reach.budget.allowed_requests == 8
    assert reach.deadline.seconds == 9


def test_attacks_and_sign_ins_need_the_mandate_and_its_document() -> None:
    reach = access(authorisation=mandate(allow=("active", "intrusive")))
    assert [reach.allows(i) for i in ("passive", "active", "intrusive", "canary")] == [
        *(True, True, False, False)
    ]


def test_a_bastion_takes_so_many_at_a_time() -> None:
    bastion = Host(id="bastion-of-one", ssh="127.0.0.1", sessions=1)
    with access(seconds=0.1) as waiting, access() as first:
        with (
            first.bastion(bastion),
            pytest.raises(Limited, match="bastion-of-one"),
            waiting.bastion(bastion),
        ):
            pass
        with access() as later, later.bastion(bastion):
            pass


def test_a_gentle_audit_opens_one_connection_a_second_and_has_the_time() -> None:
    estate = Estate(mandate())
    scope = Scope.of(estate.authorisation)
    subject = SimpleNamespace(id="pro", budget=BudgetRecord())
    with Access.open(subject, estate, scope, gentle=True) as way:
        pauses: list[float] = []
        way.budget._wait = pauses.append
        for _ in range(3):
            way.budget.connect(10)
        assert way.deadline.remaining() > 300
    assert len(pauses) == 2
    assert all(0.9 < pause < 2.1 for pause in pauses)
