"""One spelling for each address, so that no other spelling slips past the mandate."""

import ipaddress
import socket
from operator import index
from typing import TypeAlias

from rempart.errors import NotAuthorised

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Spelling: TypeAlias = str | bytes | bytearray

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052
_COMPATIBLE = ipaddress.IPv6Network("::/96")  # RFC 4291, 2.5.5.1: deprecated, still accepted
_IPV4_SPELLINGS = frozenset("0123456789abcdefABCDEFxX.")


def peer(address: object) -> tuple[str, int]:
    """The IP address and port a socket call would reach, in their plain spelling.

    IPv4 inside IPv6 (mapped, compatible, 6to4, Teredo, NAT64) comes out as IPv4; decimal, octal and
    hexadecimal IPv4 come out dotted; an interface after `%` is dropped. Raises NotAuthorised for
    anything else: a name here would be resolved behind the gate's back.
    """
    if not isinstance(address, tuple) or len(address) < 2:
        raise NotAuthorised("a socket address that is not an IP address and a port")
    host, port = address[0], address[1]
    found = literal(host) if isinstance(host, str | bytes | bytearray) else None
    if found is None:
        raise NotAuthorised("a connection by name: names are resolved and pinned first")
    try:
        return str(plain(found)), index(port)
    except TypeError:
        raise NotAuthorised("a socket address whose port is no number") from None


def literal(host: Spelling) -> Address | None:
    """The address a host spells, in any spelling the C library takes; None for a name."""
    try:
        text = host if isinstance(host, str) else bytes(host).decode("ascii")
        text.encode("ascii")
    except UnicodeError:
        return None
    text = text.removeprefix("[").removesuffix("]") if text.startswith("[") else text
    try:
        return ipaddress.ip_address(text.split("%", 1)[0])
    except ValueError:
        return _odd_ipv4(text)


def _odd_ipv4(text: str) -> ipaddress.IPv4Address | None:
    """IPv4 as inet_aton(3) reads it: `2130706441`, `0x7f.9`, `0177.0.0.9`, `127.1`."""
    if not text or not _IPV4_SPELLINGS.issuperset(text):
        return None
    try:
        return ipaddress.IPv4Address(socket.inet_aton(text))
    except OSError:
        return None


def plain(address: Address) -> Address:
    """The IPv4 address an IPv6 address leads to, else the address itself without its interface."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address.teredo is not None:
        inner = address.teredo[1]
    if inner is None and (address in _NAT64 or (address in _COMPATIBLE and int(address) > 1)):
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return inner or ipaddress.IPv6Address(int(address))


def public(address: Address) -> bool:
    """Whether a name alone may lead there: no private, loopback, link-local or reserved address."""
    return address.is_global and not address.is_multicast and not address.is_reserved


def nowhere(address: Address) -> bool:
    """Whether no mandate can mean it: unspecified (Linux turns it into loopback), multicast."""
    return address.is_unspecified or address.is_multicast or int(address) == 0xFFFFFFFF
