"""Moments as logs write them, and names turned into numbers."""

from array import array
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from rempart.collectors.read_logs.mapping import Declared
from rempart.collectors.read_logs.moments import Clock
from rempart.collectors.read_logs.pseudonyms import Accounts, Keyed, Networks, Steps, pseudonym
from rempart.observations.reading import (
    ClockFacts,
)
from tests.read_logs import NOW, START, one, read, record, seen, subject


def test_knows_a_clock_that_jumps_or_runs_ahead(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    moments = [START, START + 10, START - 100, START - 4000, START + 20, NOW + 1000, NOW + 10**8]
    path.write_text("".join(record(moment, "a", "1") for moment in moments))
    facts, kept = read(path)
    assert (facts.backwards, facts.farthest, facts.ahead) == (1, 4010, 2)
    assert kept.column("times")[-1] == -1
    assert facts.without_time == 1


def test_one_moment_written_in_many_ways() -> None:
    clock = Clock(None, NOW)
    forms = [
        "2026-11-02T09:15:30Z", "2026-11-02T10:15:30.123+01:00", "2026-11-02 10:15:30,123 +0100",
        "2026-11-02 09:15:30", "02/Nov/2026:10:15:30 +0100", "[02/Nov/2026:10:15:30 +0100]",
        "2026-11-02 10:15:30.9 CET", "20261102 09:15:30", "Nov  2 09:15:30", "1793610930",
        "1793610930.5", 1793610930, 1793610930.25, 1793610930000, "1793610930000000",
    ]  # fmt: skip
    assert set(clock.seconds(forms)) == {1793610930}
    assert (clock.zoned, clock.unzoned) == (12, 3)
    assert {"Z", "+01:00", "+0100", "CET", "epoch"} == clock.zones


def test_what_is_no_moment_has_none() -> None:
    broken = ["", None, True, "soon", "2026-13-40T99:99:99Z", "2026-11-02T09:15:30+25:99x", -1,
              1e300, float("nan"), "0", "31/Foo/2026:10:15:30 +0100", "2026-11-02 10:15:30 XYZ",
              "1793610930" * 3]  # fmt: skip
    assert set(Clock(None, NOW).seconds(broken)) == {-1}
    assert Clock(None, NOW).seconds(["2026-11-02T09:15:61Z", "2026-11-02T09:15:30Z"])[0] == -1


def test_moments_without_a_zone_take_the_declared_one(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("time,user,nir\n2026-07-01 12:00:00,a,1\n2026-11-02 10:15:30,a,2\n")
    _, kept = read(path, Declared(zone="Europe/Paris"))
    assert kept.column("times") == [1782900000, 1793610930]
    found = one(seen(subject(path, zone="Europe/Paris")), ClockFacts)
    assert (found.unzoned, found.zoned, found.zone) == (2, 0, "Europe/Paris")


def test_a_log_of_last_year_without_a_year_is_not_ahead() -> None:
    assert Clock(None, NOW).seconds(["Dec 24 10:00:00"])[0] == 1766570400  # 2025


def test_a_hash_is_the_same_alone_and_among_others_and_never_again_under_another_key() -> None:
    names = ["a", "bb", "é", "185057800608491", "x" * 40, "y" * 16, "z" * 17]
    keyed = Keyed()
    together = list(keyed.hashes(names))
    assert together == [keyed.hashes([name])[0] for name in names]
    assert len(set(together)) == len(names)
    assert set(together).isdisjoint(Keyed().hashes(names))
    assert list(Keyed(b"payer").hashes(names)) == list(Keyed(b"payer").hashes(names))
    keyed.destroy()
    with pytest.raises(ValueError, match="destroyed"):
        keyed.hashes(names)


def test_networks_are_hashed_not_addresses() -> None:
    networks = Networks()
    same = ["10.0.4.7", "10.0.4.250", "10.0.4.9:51234", "::ffff:10.0.4.1", "10.0.4.7, 10.9.9.9"]
    assert len(set(networks.of(same))) == len({*networks.of(same[:1]), *networks.of(same)}) == 1
    first, second = networks.of(["2001:db8:1:2::1", "[2001:db8:1:3::9]:443"])
    assert first == second != networks.of(same)[0]
    assert networks.of(["", "localhost", "999.1.1.1", "10.0.4"]).tolist() == [0, 0, 0, 0]
    assert Networks().of(["10.0.4.1\n10.0.5.1", "none"]).tolist() == [0, 0]


def test_a_minute_is_read_right_on_both_sides_of_summer_time() -> None:
    clock = Clock(ZoneInfo("Europe/Paris"), NOW)
    found = clock.seconds(["2026-03-29T01:59:59", "2026-03-29T03:00:00", "2026-03-29T03:59:07"])
    assert [later - found[0] for later in found] == [0, 1, 3548]
    assert clock.seconds(["2026-03-29T01:60:00", "2026-03-29T01:61:00"]).tolist() == [-1, -1]


def test_names_are_kept_only_when_asked() -> None:
    quiet, named = Accounts(), Accounts(named=True)
    for accounts, expected in ((quiet, {}), (named, {"a": 1})):
        hashes = accounts.hashes(["a", None, "b"])
        assert hashes[1] == 0
        names = accounts.names([hashes[0]])
        assert dict.fromkeys(names.values(), 1) == expected
    named.destroy()
    assert named.names([hashes[0]]) == {}


def test_steps_are_kept_account_by_account() -> None:
    accounts = array("Q", [1, 2, 1, 2, 1])
    assert Steps().of(accounts, [10, 20, 11, 19, 30])[2:] == [1, -1, 19]


def test_a_pseudonym_has_no_digit_and_no_name() -> None:
    assert pseudonym(0x123456789ABC) == "account rpnm-lkjh-gfdc"
