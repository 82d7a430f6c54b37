"""The demonstration's database, played back to the client that asks it on its host."""

import re
from types import SimpleNamespace
from typing import Any

import pytest

from rempart.demo.data import _people
from rempart.demo.database import Answered, name, recorded, reply
from rempart.errors import Refused
from rempart.transport.client_commands import door
from rempart.transport.host_client import HostClient

ASKED = "SELECT a, b FROM t WHERE day > '2026-11-25'"
ANSWERS = {name(ASKED): Answered("SELECT", (("1", None), ("<é>", "")))}


class Played(HostClient):
    """A client whose host is the demonstration."""

    def _said(self, script: bytes) -> bytes:
        answer = reply(script, ANSWERS)
        assert answer is not None
        return answer


def client() -> Any:
    url = SimpleNamespace(url="mysql://audit@127.0.0.1/adh")
    host: Any = SimpleNamespace(id="claims-1", become="sudo", ssh="x")
    access: Any = None
    return Played(access, host, door(url))


@pytest.mark.parametrize("owner", [False, True])
def test_a_statement_is_answered_as_it_was_recorded(owner: bool) -> None:
    assert client().ask(ASKED, owner=owner) == [("1", None), ("<é>", "")]


def test_the_day_a_statement_asks_about_does_not_matter() -> None:
    assert client().ask(ASKED.replace("11-25", "12-31")) == [("1", None), ("<é>", "")]


def test_what_was_not_recorded_is_an_error_of_the_client() -> None:
    with pytest.raises(Refused):
        client().ask("SELECT 1")


def test_a_script_without_a_client_is_not_its_business() -> None:
    assert reply(b"nonce=0123456789abcdef; frame sshd\n", ANSWERS) is None


def test_nothing_recorded_holds_a_number_of_a_person() -> None:
    text = repr(recorded())
    assert len(recorded()) > 25
    for nir, *_ in _people():
        assert nir[:10] not in text
    assert not re.search(r"(?<![0-9A-F])\d{15}(?![0-9A-F])", text)
