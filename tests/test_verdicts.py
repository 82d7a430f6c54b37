"""Checks applied to what was seen: gaps, joins, authorities, identities."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import msgspec
import pytest

from rempart.card import Card
from rempart.check import Gap, Observation, Outcome, Reason, Result, Severity, Unknown, verdict
from rempart.declared import Check
from rempart.judge.yardsticks import TlsVersions
from rempart.observations.tls import TlsVersion
from rempart.observations.volumes import LuksHeader, Swap, Volume
from rempart.results import ResultRecord
from rempart.signature import Answer, signature
from rempart.verdicts import Bench, Sight, verdicts

WORDS = {"title": "t", "rationale": "r", "remediation": "m"}
CARD = msgspec.convert(
    {
        "impact": "major",
        "exploitability": "moderate",
        "since": "0.1",
        "controls": ["enc.rest.disk"],
        **dict.fromkeys(("en", "fr", "de"), WORDS),
    },
    Card,
)


class Books:
    """Two authorities that disagree about TLSv1.2, and one that is silent."""

    def entry(self, authority: str, topic: type[Any], at: datetime) -> Any:
        if authority == "strict":
            return TlsVersions(forbid=("TLSv1.2",), authority="strict")
        if authority == "mild":
            return TlsVersions(accept=("TLSv1.2",), authority="mild")
        return None


def run(
    function: Callable[..., Answer],
    *found: Observation | Gap,
    authorities: tuple[str, ...] = (),
    settings: dict[str, Any] | None = None,
) -> list[ResultRecord]:
    check = Check("data.x", CARD, signature(function, "check.py"), function)
    bench = Bench(Books(), authorities, {"data.x": settings or {}})
    return verdicts(check, Sight.of("claims-1", found), bench)


def one(volume: Volume) -> Result:
    return verdict(volume.encrypted, volume.cipher, volume)


def every(volumes: tuple[Volume, ...]) -> Iterator[Result]:
    for volume in volumes:
        yield verdict(volume.encrypted, volume.cipher, volume)


def joined(volume: Volume, header: LuksHeader) -> Result:
    return verdict(header.version == 2, f"LUKS{header.version}", volume)


def versions(version: TlsVersion, rule: TlsVersions) -> Result:
    return verdict(version.version not in rule.forbid, version.version, version)


def broken(volume: Volume) -> Result:
    raise ValueError(f"password=hunter2 {volume.key}")


def branching(volume: Volume) -> Result:
    return verdict(True if volume.encrypted else False, "x", volume)  # noqa: SIM210


def lowered(volume: Volume) -> Result:
    return verdict(False, "x", volume, severity=Severity.LOW)


def raised(volume: Volume) -> Result:
    return verdict(False, "x", volume, severity=Severity.CRITICAL)


def sized(volume: Volume, *, least: int = 1) -> Result:
    return verdict(least == 7, f"least {least}", volume)


CLEAR = Volume(False, key="/srv")
SAFE = Volume(True, "aes", key="/")
HEADER = LuksHeader(2, "aes-xts-plain64", 512, "argon2id", 1048576, key="/")


@pytest.mark.parametrize("function", [one, every])
def test_each_thing_gets_its_own_record(function: Callable[..., Answer]) -> None:
    records = run(function, CLEAR, SAFE)
    assert [(r.instance, r.outcome) for r in records] == [("/srv", "fail"), ("/", "pass")]
    assert len({r.fingerprint for r in records}) == 2


@pytest.mark.parametrize("function", [one, every, joined])
def test_nothing_there_is_not_applicable_never_pass(function: Callable[..., Answer]) -> None:
    assert [r.outcome for r in run(function)] == [Outcome.NOTAPPLICABLE]


@pytest.mark.parametrize("function", [one, every])
def test_a_gap_beside_what_was_seen_stays_visible(function: Callable[..., Answer]) -> None:
    gap = Gap("Volume", Reason.TRUNCATED, "end marker missing", key="/data")
    records = run(function, SAFE, gap)
    assert [(r.outcome, r.reason) for r in records] == [
        ("pass", None),
        ("notchecked", Reason.TRUNCATED),
    ]
    assert records[1].instance == "/data"


def test_a_gap_alone_is_notchecked() -> None:
    assert [r.outcome for r in run(one, Gap("Volume", Reason.UNREACHABLE))] == [Outcome.NOTCHECKED]


def test_two_types_join_by_equal_key() -> None:
    other = LuksHeader(1, "aes-cbc", 256, "pbkdf2", None, key="/other")
    records = run(joined, CLEAR, SAFE, HEADER, other)
    assert [(r.instance, r.seen) for r in records] == [("/", "LUKS2")]


def test_a_join_with_a_gap_on_one_side_is_notchecked() -> None:
    records = run(joined, SAFE, Gap("LuksHeader", Reason.PRIVILEGE))
    assert [(r.outcome, r.reason) for r in records] == [("notchecked", Reason.PRIVILEGE)]


def test_the_first_authority_that_speaks_binds() -> None:
    seen = TlsVersion("TLSv1.2", True, key="TLSv1.2")
    records = run(versions, seen, authorities=("silent", "mild", "strict"))
    assert [(r.authority, r.binding, r.outcome) for r in records] == [
        ("mild", True, "pass"),
        ("strict", False, "fail"),
    ]


def test_no_authority_on_the_topic_is_said() -> None:
    seen = TlsVersion("TLSv1.2", True, key="TLSv1.2")
    records = run(versions, seen, authorities=("silent",))
    assert [(r.outcome, r.seen) for r in records] == [("notapplicable", "no yardstick")]


def test_a_broken_check_is_an_error_without_its_text(caplog: pytest.LogCaptureFixture) -> None:
    (record,) = run(broken, CLEAR)
    assert (record.outcome, record.seen) == (Outcome.ERROR, "ValueError")
    assert "hunter2" in caplog.text


def test_branching_on_an_unknown_is_notchecked() -> None:
    (record,) = run(branching, Volume(Unknown(Reason.PRIVILEGE, "no sudo"), key="/"))
    assert (record.outcome, record.reason) == (Outcome.NOTCHECKED, Reason.PRIVILEGE)


def test_a_result_may_lower_severity_never_raise_it() -> None:
    assert run(lowered, CLEAR)[0].severity is Severity.LOW
    assert run(raised, CLEAR)[0].severity is CARD.severity


def test_settings_of_the_audit_reach_the_check() -> None:
    assert run(sized, CLEAR)[0].outcome is Outcome.FAIL
    assert run(sized, CLEAR, settings={"least": 7})[0].outcome is Outcome.PASS


def test_equals_are_told_apart_by_ordinal_and_stay_the_same_next_time() -> None:
    twice = (Swap("/dev/sda2", False, key="swap"), Swap("/dev/sdb2", False, key="swap"))

    def swap(area: Swap) -> Result:
        return verdict(area.encrypted, area.device, area)

    first, second = run(swap, *twice)
    assert first.fingerprint != second.fingerprint
    assert [r.fingerprint for r in run(swap, *twice)] == [first.fingerprint, second.fingerprint]


def test_the_digest_follows_the_facts_not_the_words() -> None:
    def worded(volume: Volume, *, words: str = "a", size: int = 1) -> Result:
        return verdict(False, words, volume, facts={"size": size})

    def digest(**settings: Any) -> str:
        return run(worded, CLEAR, settings=settings)[0].digest

    assert digest() == digest(words="b")
    assert digest() != digest(size=2)


def test_the_digest_leaves_out_what_changes_from_day_to_day() -> None:
    def counted(volume: Volume, *, rows: int = 1) -> Result:
        return verdict(False, f"{rows} rows", volume, facts={"kind": "nir"}, counts={"rows": rows})

    one, two = (run(counted, CLEAR, settings={"rows": rows})[0] for rows in (1, 2))
    assert one.digest == two.digest
    assert two.facts == {"kind": "nir", "rows": 2}
