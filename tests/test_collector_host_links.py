"""Symbolic links of database servers, as `stat -c %N` prints them."""

from pathlib import Path

import pytest

from rempart.collectors.host import data_links, framing, script
from rempart.collectors.host.framing import Answer
from rempart.errors import Privilege
from rempart.observations.volumes import DataLinks
from rempart.transport.local import here

PRINTED = """\
'/srv/pg/15/main/pg_wal' -> '/fast/wal 15'
'/srv/pg/current' -> '15/main'
"""


def read(answer: Answer) -> DataLinks:
    raw = framing.framed("0" * 16, {"data_links": answer})
    answers = framing.answers(raw, ["data_links"], "0" * 16)
    (found,) = data_links.data_links(answers)
    assert isinstance(found, DataLinks)
    return found


def test_each_link_and_where_it_leads() -> None:
    assert read(Answer(0, PRINTED.rstrip("\n"))).links == (
        ("/srv/pg/15/main/pg_wal", "/fast/wal 15"),
        ("/srv/pg/current", "15/main"),
    )
    assert read(Answer(0, "")).links == ()


def test_without_root_nothing_is_held_to_be_no_link() -> None:
    with pytest.raises(Privilege):
        read(Answer(77, ""))


def test_the_shell_prints_what_the_reader_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "pg_wal").symlink_to("/fast/my wal")
    asked = script.script([script.NAMES["data_links"]], "0" * 16)
    asked = asked.replace(b" /srv ", f" {tmp_path} ".encode())
    raw = here(asked.replace(b"uid=$(id -u)", b"uid=0"), 20)
    answers = framing.answers(raw, ["data_links"], "0" * 16)
    (found,) = data_links.data_links(answers)
    assert isinstance(found, DataLinks)
    assert (f"{tmp_path}/deep/pg_wal", "/fast/my wal") in found.links
