import ssl
import struct
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from rempart.check import Reason, Unknown
from rempart.collectors import tls
from rempart.collectors.tls.answer import Alert, Chosen, answer, complete
from rempart.collectors.tls.hello import EVERY_SUITE, WIRE, hello
from rempart.errors import Truncated
from rempart.observations.tls import TlsVersion
from tests.portals import NAME, access, closed_port, gaps, look, of, talker

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def record(kind: int, content: bytes, wire: int = 0x0303) -> bytes:
    return struct.pack("!BHH", kind, wire, len(content)) + content


def server_hello(wire: int, suite: int = 0xC02F, *, extensions: bytes = b"") -> bytes:
    body = struct.pack("!H", wire) + bytes(32) + b"\x00" + struct.pack("!H", suite) + b"\x00"
    if extensions:
        body += struct.pack("!H", len(extensions)) + extensions
    return b"\x02" + len(body).to_bytes(3, "big") + body


def alert(number: int, level: int = 2) -> bytes:
    return record(21, bytes((level, number)))


def asked(payload: bytes) -> str:
    """The version a hello asks for."""
    if payload[0] & 0x80:
        return "SSLv2"
    if b"\x00\x2b\x00\x03\x02\x03\x04" in payload:
        return "TLSv1.3"
    wire = int.from_bytes(payload[9:11], "big")
    return next(version for version, number in WIRE.items() if number == wire)


def versions(
    folder: Path, reply: Callable[[str, int], Sequence[bytes]], *, allow: str = "active"
) -> tuple[dict[str, object], int]:
    """What is found of a server that replies by version and how often it was asked for that."""
    counts: dict[str, int] = {}

    def scripted(payload: bytes) -> Sequence[bytes]:
        version = asked(payload)
        counts[version] = counts.get(version, 0) + 1
        return reply(version, counts[version])

    with talker(scripted) as server:
        way = access(folder, allow=allow, connect=f"127.0.0.1:{server.port}")
        found = look(tls, way, TlsVersion)
    seen: dict[str, object] = {item.key: item.offered for item in of(found, TlsVersion)}
    seen.update({gap.key: gap.reason for gap in gaps(found)})
    return seen, way.connections


def modern(version: str, _: int) -> Sequence[bytes]:
    if version == "TLSv1.3":
        return [record(22, server_hello(0x0303, 0x1301, extensions=b"\x00\x2b\x00\x02\x03\x04"))]
    if version == "TLSv1.2":
        return [record(22, server_hello(0x0303))]
    return [alert(70)]


def test_asks_each_version_once_on_a_clear_answer(tmp_path: Path) -> None:
    seen, connections = versions(tmp_path, modern)
    assert seen == {
        "TLSv1.2": True,
        "TLSv1.3": True,
        "TLSv1.1": False,
        "TLSv1": False,
        "SSLv3": False,
        "SSLv2": False,
    }
    assert connections == 6


def test_recognises_every_old_version(tmp_path: Path) -> None:
    ssl2 = struct.pack("!HBBBHHHH", 0x8000 | 14, 4, 0, 1, 2, 0, 3, 0) + b"\x01\x00\x80"

    def old(version: str, _: int) -> Sequence[bytes]:
        if version == "SSLv2":
            return [ssl2]
        return [record(22, server_hello(min(WIRE[version], 0x0302)))]

    seen, _ = versions(tmp_path, old)
    assert seen == {
        "TLSv1.2": False,
        "TLSv1.3": False,
        "TLSv1.1": True,
        "TLSv1": True,
        "SSLv3": True,
        "SSLv2": True,
    }


def test_old_versions_need_the_mandate(tmp_path: Path) -> None:
    seen, connections = versions(tmp_path, modern, allow="")
    assert connections == 2
    assert seen["TLSv1.3"] is True
    assert isinstance(seen["SSLv3"], Unknown)
    assert seen["SSLv3"].reason is Reason.NOT_AUTHORISED


def test_a_version_it_hangs_up_on_is_refused_only_if_it_still_answers_others(
    tmp_path: Path,
) -> None:
    def hangs_up(version: str, count: int) -> Sequence[bytes]:
        return modern(version, count) if version in ("TLSv1.2", "TLSv1.3") else []

    seen, connections = versions(tmp_path, hangs_up)
    assert seen["TLSv1"] is False
    assert connections == 6 + 4 * 2  # each silence is asked again, then a version known to answer


def test_a_server_that_stops_answering_is_not_taken_for_one_that_refuses(tmp_path: Path) -> None:
    def tires(version: str, count: int) -> Sequence[bytes]:
        return modern(version, count) if count == 1 and version in ("TLSv1.2", "TLSv1.3") else []

    seen, _ = versions(tmp_path, tires)
    assert isinstance(seen["TLSv1"], Unknown)
    assert isinstance(seen["SSLv2"], Unknown)


def test_an_alert_about_something_else_settles_nothing_alone(tmp_path: Path) -> None:
    def names(version: str, count: int) -> Sequence[bytes]:
        return [alert(112)] if version != "TLSv1.2" or count > 1 else modern(version, count)

    seen, _ = versions(tmp_path, names)
    assert isinstance(seen["TLSv1.3"], Unknown)
    assert seen["TLSv1.3"].detail == "alert unrecognized_name"


def test_a_long_hello_it_chokes_on_is_shortened(tmp_path: Path) -> None:
    def chokes(version: str, count: int) -> Sequence[bytes]:
        if version == "TLSv1" and count > 1:
            return [record(22, server_hello(0x0301))]
        return [] if version == "TLSv1" else modern(version, count)

    assert versions(tmp_path, chokes)[0]["TLSv1"] is True


def test_garbage_is_a_gap_and_never_a_refusal(tmp_path: Path) -> None:
    def garbles(version: str, count: int) -> Sequence[bytes]:
        return [b"SSH-2.0-OpenSSH_9.2\r\n"] if version == "TLSv1" else modern(version, count)

    seen, _ = versions(tmp_path, garbles)
    assert seen["TLSv1"] is Reason.TRUNCATED
    assert seen["TLSv1.2"] is True


def test_a_cut_answer_is_a_gap(tmp_path: Path) -> None:
    def cuts(version: str, count: int) -> Sequence[bytes]:
        whole = modern(version, count)
        return [whole[0][:20]] if version == "TLSv1.3" else whole

    assert versions(tmp_path, cuts)[0]["TLSv1.3"] is Reason.TRUNCATED


def test_a_closed_port_is_unreachable(tmp_path: Path) -> None:
    with closed_port() as port:
        found = look(tls, access(tmp_path, connect=f"127.0.0.1:{port}"))
    assert {gap.type for gap in gaps(found)} == {kind.__name__ for kind in tls.BRINGS}
    assert {gap.reason for gap in gaps(found)} == {Reason.UNREACHABLE}
    assert found == gaps(found)


def test_reads_an_answer_split_over_records_and_reads() -> None:
    message = server_hello(0x0303)
    raw = record(22, message[:3]) + record(22, message[3:40]) + record(22, message[40:])
    for cut in range(len(raw)):
        assert answer(raw[:cut]) is None
    assert answer(raw) == Chosen("TLSv1.2", 0xC02F)


def test_a_warning_before_the_answer_is_skipped() -> None:
    assert answer(alert(112, level=1)) is None
    raw = alert(112, level=1) + record(22, server_hello(0x0302))
    assert answer(raw) == Chosen("TLSv1.1", 0xC02F)


def test_a_retry_request_names_the_group() -> None:
    body = server_hello(0x0303, 0x1302, extensions=bytes.fromhex("002b00020304003300020017"))
    retry = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
    assert answer(record(22, body.replace(bytes(32), retry))) == Chosen("TLSv1.3", 0x1302, 0x17)


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x00" * 50,
        record(23, b"secret"),
        record(22, b"\x0b\x00\x00\x04abcd"),  # a certificate before the hello
        record(22, b"\x02\x00\x00\x02\x03\x03"),  # a hello of two bytes
        record(22, server_hello(0x0399)),
        record(22, server_hello(0x0303, extensions=b"\x00\x2b\x00\x09\x03")),
        record(21, b"\x02"),
        b"\x16\x03\x03\xff\xff",  # longer than a record may be
        alert(112, level=1) * 65,
        b"\x80\x04\x09abc",
    ],
)
def test_what_is_no_answer_is_truncated(raw: bytes) -> None:
    assert complete(raw)
    with pytest.raises(Truncated):
        answer(raw)


def test_an_unknown_alert_keeps_its_number() -> None:
    assert answer(alert(99)) == Alert("alert 99")


def test_a_real_server_understands_every_hello() -> None:
    """The standard library's TLS answers to the two versions it still speaks."""
    for version in ("TLSv1.2", "TLSv1.3"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trustme.CA(key_type=trustme.KeyType.ECDSA).issue_cert(NAME).configure_cert(context)
        to_server, from_server = ssl.MemoryBIO(), ssl.MemoryBIO()
        server = context.wrap_bio(to_server, from_server, server_side=True)
        to_server.write(hello(version, NAME))
        with pytest.raises(ssl.SSLWantReadError):
            server.do_handshake()
        found = answer(from_server.read())
        assert isinstance(found, Chosen)
        assert found.version == version


def test_a_hello_names_the_host_but_never_an_address() -> None:
    assert NAME.encode() in hello("TLSv1.2", NAME)
    assert b"xn--caf-dma.example" in hello("TLSv1.2", "café.example")
    assert b"127.0.0.1" not in hello("TLSv1.3", "127.0.0.1")
    assert len(set(EVERY_SUITE)) == len(EVERY_SUITE)


def test_recorded_answers_of_nginx_say_what_it_was_configured_to_do() -> None:
    recorded = Path(__file__).parent / "recorded" / "tls-hellos-nginx-1.22-debian12.txt"
    offered: dict[str, set[str]] = {"1": set(), "2": set()}
    for line in recorded.read_text().splitlines():
        if line and not line.startswith("#"):
            server, version, raw = line.split()
            found = answer(bytes.fromhex(raw))
            if isinstance(found, Chosen) and found.version == version:
                offered[server].add(version)
    assert offered == {"1": {"TLSv1.2", "TLSv1.3"}, "2": {"TLSv1", "TLSv1.1", "TLSv1.2"}}


def test_a_portal_without_https_is_not_asked_for_tls(tmp_path: Path) -> None:
    way = access(tmp_path, scheme="http")
    assert look(tls, way) == []
    assert way.connections == 0
