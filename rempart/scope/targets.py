"""Entries of a mandate: an address, a network or a name, each with an optional port."""

import ipaddress
import re
from dataclasses import dataclass
from typing import TypeAlias

from rempart.errors import ContentError
from rempart.scope.addresses import Address, plain

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_WIDEST = {4: 8, 6: 16}
_EXPECTED = "expected an address, a network or a name, each with an optional :port"


@dataclass(frozen=True, slots=True)
class Target:
    """One entry: a network, or a name whose leading `*.` means every name below it."""

    network: Network | None
    name: str = ""
    port: int | None = None

    def covers(self, address: Address, port: int) -> bool:
        """Whether it is a network that holds the address, on this port."""
        if self.network is None or self.port not in (None, port):
            return False
        return address.version == self.network.version and address in self.network

    def names(self, name: str, port: int | None) -> bool:
        """Whether it is a name that means this one; a port of None asks about any port."""
        if not self.name or (port is not None and self.port not in (None, port)):
            return False
        name = folded(name)
        if self.name.startswith("*."):
            return name.endswith(self.name[1:]) and len(name) > len(self.name) - 1
        return name == self.name


def target(text: str) -> Target:
    """The entry a person wrote; raises ContentError with what was expected and found."""
    host, port = split(text)
    try:
        network = ipaddress.ip_network(host)
    except ValueError:
        return Target(None, _name(host, text), port)
    if network.prefixlen < _WIDEST[network.version]:
        raise ContentError(f"expected a network a mandate can name, found {text!r}: too wide")
    if network.prefixlen == network.max_prefixlen:
        network = ipaddress.ip_network(plain(network.network_address))
    return Target(network, port=port)


def split(text: str) -> tuple[str, int | None]:
    """Host and port of `host`, `host:port`, `[address]`, `[address]:port`, or bare IPv6."""
    if text.startswith("["):
        host, closed, rest = text[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")):
            raise ContentError(f"{_EXPECTED}, found {text!r}")
        return host, _port(rest[1:], text) if rest else None
    if text.count(":") == 1:
        host, _, port = text.partition(":")
        return host, _port(port, text)
    return text, None


def folded(name: str) -> str:
    """A name as DNS compares it: lower case, IDNA, no final dot."""
    name = name.rstrip(".").lower()
    try:
        return name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


def _port(digits: str, text: str) -> int:
    if not (digits.isascii() and digits.isdecimal() and 0 < int(digits) < 65536):
        raise ContentError(f"expected a port from 1 to 65535, found {text!r}")
    return int(digits)


def _name(host: str, text: str) -> str:
    name = folded(host)
    labels = name.removeprefix("*.").split(".")
    wild = name.startswith("*.")
    if not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdecimal():
        raise ContentError(f"{_EXPECTED}, found {text!r}")
    if wild and len(labels) < 2:
        raise ContentError(f"expected a name of the payer after '*.', found {text!r}: too wide")
    return name
