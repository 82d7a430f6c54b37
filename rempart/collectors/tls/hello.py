"""ClientHellos made by hand: the machine's own TLS library no longer says SSLv3 or TLS 1.0.

Sources: RFC 6101 (SSLv3), RFC 2246 to 5246 (TLS 1.0 to 1.2), RFC 8446 (TLS 1.3), RFC 6066 (server
name), and the SSL 2.0 specification of 1995. No key is ever made: every hello stops at the answer.
"""

import ipaddress
import secrets
import struct
from collections.abc import Iterable
from dataclasses import dataclass

WIRE = {
    "SSLv2": 0x0002,
    "SSLv3": 0x0300,
    "TLSv1": 0x0301,
    "TLSv1.1": 0x0302,
    "TLSv1.2": 0x0303,
    "TLSv1.3": 0x0304,
}
TLS13_SUITES = (0x1301, 0x1302, 0x1303, 0x1304, 0x1305)
# Those most servers know, best first: what a large hello makes a server choke on, this does not.
USUAL_SUITES = (
    *(0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0xCCAA, 0x009E, 0x009F),  # AEAD, ephemeral
    *(0xC009, 0xC013, 0xC00A, 0xC014, 0xC023, 0xC027, 0xC024, 0xC028),  # ECDHE, CBC
    *(0x0033, 0x0039, 0x0067, 0x006B, 0x0016, 0x0032, 0x0038),  # DHE, CBC
    *(0x009C, 0x009D, 0x002F, 0x0035, 0x003C, 0x003D, 0x0041, 0x0084),  # static RSA
    *(0xC012, 0xC008, 0x000A, 0x0005, 0x0004, 0xC011, 0xC007, 0x0009),  # 3DES, RC4, DES
)
# Every number IANA ever gave to SSLv3 .. TLS 1.2, renegotiation and fallback signals left out.
EVERY_SUITE = (
    *USUAL_SUITES,
    *(
        suite
        for block in (range(0x0001, 0x00C6), range(0xC001, 0xC0B0), range(0xCCA8, 0xCCAF))
        for suite in block
        if suite not in USUAL_SUITES
    ),
    *(0xC100, 0xC101, 0xC102, 0xFF85),  # GOST
)
# Extensions a server answers when it grants what they ask for.
STATUS_REQUEST, HEARTBEAT, ENCRYPT_THEN_MAC = 0x0005, 0x000F, 0x0016
EXTENDED_MASTER_SECRET, SESSION_TICKET, SECURE_RENEGOTIATION = 0x0017, 0x0023, 0xFF01
SSL2_SUITES = (0x010080, 0x020080, 0x030080, 0x040080, 0x050080, 0x060040, 0x0700C0, 0x080080)
# X25519MLKEM768 and its kin first: the server's choice then shows whether it has them.
GROUPS = (0x11EC, 0x11EB, 0x11ED, *(0x001D, 0x0017, 0x0018, 0x0019, 0x001E), *range(0x0100, 0x0105))
OLD_GROUPS = (
    0x001D,
    0x0017,
    0x0018,
    0x0019,
    0x001E,
    *range(0x001A, 0x001D),
    *range(0x0001, 0x0017),
)
SIGNATURES = (
    *(0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x081A, 0x081B, 0x081C),  # ECDSA, EdDSA, brainpool
    *(0x0804, 0x0805, 0x0806, 0x0809, 0x080A, 0x080B),  # RSA-PSS
    *(0x0401, 0x0501, 0x0601, 0x0402, 0x0502, 0x0602),  # PKCS #1, DSA
    *(0x0303, 0x0301, 0x0302, 0x0203, 0x0201, 0x0202, 0x0101),  # SHA-224, SHA-1, MD5
)


FALLBACK = 0x5600  # RFC 7507: a client says that it was talked down
RENEGOTIATION = 0x00FF  # RFC 5746: a client says that it renegotiates securely


@dataclass(frozen=True, slots=True)
class Offer:
    """What a hello offers beside its one version.

    `groups` empty means those that fit the version. `features` asks for what a server may grant on
    the side: compression, tickets, extended master secret, heartbeat, a stapled status,
    encrypt-then-MAC. `lean` leaves out what SSLv3 never had.
    """

    version: str
    suites: tuple[int, ...]
    groups: tuple[int, ...] = ()
    features: bool = False
    lean: bool = False


def hello(version: str, name: str, *, usual: bool = False) -> bytes:
    """A ClientHello that asks for one version and nothing later, with every suite it may have.

    `usual` offers the suites most servers know and keeps the hello short; for SSLv3 it also leaves
    out the extensions, which that version never had. `name` goes into SNI unless it is an address.
    """
    modern = version == "TLSv1.3"
    suites = TLS13_SUITES if modern else USUAL_SUITES if usual else EVERY_SUITE
    return offered(Offer(version, suites, features=not usual, lean=usual), name)


def offered(offer: Offer, name: str) -> bytes:
    """The ClientHello of an offer; `name` goes into SNI unless it is empty or an address."""
    version = offer.version
    if version == "SSLv2":
        return _ssl2()
    wire = WIRE[version]
    modern = version == "TLSv1.3"
    suites = offer.suites if modern else (*offer.suites, RENEGOTIATION)
    body = struct.pack("!H", min(wire, 0x0303)) + secrets.token_bytes(32)
    body += _sized(secrets.token_bytes(32) if modern else b"", "B")
    body += _sized(_words(suites), "H")
    body += b"\x02\x01\x00" if offer.features and not modern else b"\x01\x00"
    if version != "SSLv3":
        body += _sized(b"".join((*_server_name(name), *_extensions(offer))), "H")
    elif not offer.lean:
        body += _sized(b"".join(_server_name(name)), "H")
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"\x16" + struct.pack("!HH", min(wire, 0x0301), len(message)) + message


def _server_name(name: str) -> Iterable[bytes]:
    if name and not _is_address(name):
        host = name.encode("ascii" if name.isascii() else "idna")
        yield _extension(0x0000, _sized(b"\x00" + _sized(host, "H"), "H"))


def _extensions(offer: Offer) -> Iterable[bytes]:
    modern = offer.version == "TLSv1.3"
    groups = offer.groups or (GROUPS if modern else OLD_GROUPS)
    yield _extension(0x000A, _sized(_words(groups), "H"))
    yield _extension(0x000B, b"\x01\x00")
    yield _extension(0x000D, _sized(_words(SIGNATURES), "H"))
    if modern:
        yield _extension(0x002B, _sized(_words((WIRE["TLSv1.3"],)), "B"))
        # No key share: the server names suite and group in a HelloRetryRequest, neither computes.
        yield _extension(0x0033, b"\x00\x00")
    elif offer.features:
        yield _extension(STATUS_REQUEST, b"\x01\x00\x00\x00\x00")
        yield _extension(HEARTBEAT, b"\x01")
        for number in (ENCRYPT_THEN_MAC, EXTENDED_MASTER_SECRET, SESSION_TICKET):
            yield _extension(number, b"")


def _ssl2() -> bytes:
    suites = b"".join(suite.to_bytes(3, "big") for suite in SSL2_SUITES)
    challenge = secrets.token_bytes(16)
    body = struct.pack("!BHHHH", 1, WIRE["SSLv2"], len(suites), 0, len(challenge))
    body += suites + challenge
    return struct.pack("!H", 0x8000 | len(body)) + body


def _extension(number: int, content: bytes) -> bytes:
    return struct.pack("!H", number) + _sized(content, "H")


def _sized(content: bytes, width: str) -> bytes:
    return struct.pack(f"!{width}", len(content)) + content


def _words(numbers: Iterable[int]) -> bytes:
    return b"".join(number.to_bytes(2, "big") for number in numbers)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
