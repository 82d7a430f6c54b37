"""Names resolved once for the whole run, so that a later answer cannot lead elsewhere."""

import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rempart.errors import CollectError, NotAuthorised, Unreachable
from rempart.scope.addresses import literal, plain
from rempart.scope.gate import asking
from rempart.scope.providers import is_identity_provider
from rempart.scope.targets import folded, split

if TYPE_CHECKING:
    import dns.resolver

_LOOPBACK = ("127.0.0.1", "::1")


class Pins:
    """What each name resolved to the first time it was asked; the only door to DNS by name.

    `resolver` is `address` or `address:port`; empty means the resolvers of the system.
    """

    def __init__(self, resolver: str = "") -> None:
        self.resolver = resolver
        self._addresses: dict[str, tuple[str, ...]] = {}
        self._names: dict[str, frozenset[str]] = {}
        self._table = threading.Lock()
        self._asking: dict[str, threading.Lock] = {}

    def addresses(self, name: str, *, seconds: float = 5.0) -> tuple[str, ...]:
        """The addresses of a name, IPv4 first, the same all run long; a failure is kept too.

        Raises Unreachable when it has none, NotAuthorised when it is an alias of an identity
        provider.
        """
        name = folded(name)
        with self._table:
            turn = self._asking.setdefault(name, threading.Lock())
        with turn:
            if name not in self._addresses:
                try:
                    self.pin(name, self._resolved(name, seconds))
                except CollectError:
                    self.pin(name, ())
                    raise
        if not self._addresses[name]:
            raise Unreachable(f"{name} has no address")
        return self._addresses[name]

    def pin(self, name: str, addresses: Iterable[str]) -> None:
        """Hold a name to these addresses, unless it is held already."""
        name = folded(name)
        found = tuple(str(plain(where)) for text in addresses if (where := literal(text)))
        with self._table:
            if name in self._addresses:
                return
            self._addresses[name] = found
            for address in found:
                self._names[address] = self._names.get(address, frozenset()) | {name}

    def names(self, address: str) -> frozenset[str]:
        """The names pinned to an address."""
        return self._names.get(address, frozenset())

    def _resolved(self, name: str, seconds: float) -> tuple[str, ...]:
        if name == "localhost" or name.endswith(".localhost"):  # RFC 6761, 6.3
            return _LOOPBACK
        import dns.exception
        import dns.resolver

        resolver = named_resolver(self.resolver)
        end = time.monotonic() + seconds
        found: list[str] = []
        with asking({(str(server), resolver.port) for server in resolver.nameservers}):
            for kind in ("A", "AAAA"):
                left = max(0.05, end - time.monotonic())
                try:
                    answer = resolver.resolve(name, kind, lifetime=left, search=False)
                except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
                    continue
                except dns.exception.DNSException as error:
                    told = type(error).__name__
                    raise Unreachable(f"{name}: no answer from DNS ({told})") from None
                if is_identity_provider(answer.canonical_name.to_text()):
                    raise NotAuthorised(f"{name} is an alias of an identity provider")
                found.extend(record.address for record in answer)
        return tuple(found)


def named_resolver(where: str) -> "dns.resolver.Resolver":
    """A dnspython resolver for `address[:port]`, or the system's own when that is empty."""
    import dns.resolver

    if not where:
        return dns.resolver.Resolver()
    host, port = split(where)
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = [host]
    resolver.port = port or 53
    return resolver
