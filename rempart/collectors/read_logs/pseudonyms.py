"""Names turned into numbers under a key nobody keeps: accounts, people, networks.

Each is hashed as it is read, with BLAKE2b under keys drawn for this one reading and forgotten at
its end; whoever has the report cannot try names. A payer who needs the same pseudonyms every night
(for waivers, for a comparison) gives a key of its own, which then serves for accounts alone.
"""

import hashlib
import os
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from ipaddress import ip_address
from typing import Any, Final

KEY: Final = 32  # bytes
SIZE: Final = 8  # bytes of a hash
KNOWN: Final = 1 << 19  # accounts and networks remembered before the memory of them starts afresh
_LETTERS: Final = "bcdfghjklmnprstv"  # no vowel: no word; no digit: no piece of a number


class Keyed:
    """A hash under a key that is drawn here, or given, and overwritten by `destroy`."""

    def __init__(self, key: bytes = b"") -> None:
        self._key = bytearray(key[:64] or os.urandom(KEY))
        self._begun: Any = hashlib.blake2b(key=self._key, digest_size=SIZE)

    def hashes(self, values: Iterable[bytes]) -> "array[int]":
        """One number a value, never 0."""
        if self._begun is None:
            raise ValueError("the key is destroyed")
        begun, found = self._begun.copy, bytearray()
        for value in values:
            one = begun()
            one.update(value)
            found += one.digest()
        numbers = array("Q", bytes(found))
        if 0 in numbers:
            numbers = array("Q", [number or 1 for number in numbers])
        return numbers

    def destroy(self) -> None:
        """Overwrite the key; nothing can be hashed under it any more."""
        self._begun = None
        for place in range(len(self._key)):
            self._key[place] = 0


class Accounts:
    """Every account met, as a small number; its hash, and the person it read last."""

    def __init__(self, key: bytes = b"", *, named: bool = False) -> None:
        self._keyed = Keyed(key)
        self._numbers: dict[str, int] = {}
        self._named = named  # all names are needed at the end
        self.hashes = array("Q")
        self.before = array("q")  # the number of the person each account read last

    def numbers(self, names: Sequence[str]) -> list[int]:
        """The small number of each account."""
        known = self._numbers
        try:
            return [known[name] for name in names]
        except KeyError:
            self._learn(set(names) - known.keys())
            return [self._numbers[name] for name in names]

    def _learn(self, names: Collection[str]) -> None:
        if len(self._numbers) + len(names) > KNOWN and not self._named:
            self._numbers.clear()
            self.hashes, self.before = array("Q"), array("q")
        ordered = list(names)
        start = len(self.hashes)
        self.hashes.extend(self._keyed.hashes(name.encode("utf-8", "replace") for name in ordered))
        self.before.extend([-2] * len(ordered))
        self._numbers.update(zip(ordered, range(start, start + len(ordered)), strict=True))

    def names(self, hashes: Collection[int]) -> Mapping[int, str]:
        """The accounts behind these hashes, as far as they are remembered."""
        wanted = set(hashes)
        return {
            hashed: name
            for name, number in self._numbers.items()
            if (hashed := self.hashes[number]) in wanted
        }

    def destroy(self) -> None:
        """Forget the key and every name."""
        self._keyed.destroy()
        self._numbers.clear()


class Networks(dict[str, int]):
    """The hash of the network an address lies in: its first 24 bits, of IPv6 its first 48."""

    def __init__(self) -> None:
        super().__init__()
        self._keyed = Keyed()

    def __missing__(self, address: str) -> int:
        if len(self) >= KNOWN:
            self.clear()
        network = _network(address)
        found = self._keyed.hashes([network])[0] if network else 0
        self[address] = found
        return found

    def destroy(self) -> None:
        """Forget the key and every address."""
        self._keyed.destroy()
        self.clear()


def _network(text: str) -> bytes:
    """The network's own bytes; empty where the text is no address, with or without a port."""
    host = text.strip().split(",")[0].strip().strip('"')
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return b""
    if address.version == 6 and (mapped := getattr(address, "ipv4_mapped", None)) is not None:
        address = mapped
    return address.packed[: 3 if address.version == 4 else 6]


def pseudonym(hashed: int) -> str:
    """What a report calls the account: twelve consonants of its hash."""
    letters = "".join(_LETTERS[(hashed >> shift) & 15] for shift in range(0, 48, 4))
    return f"account {letters[:4]}-{letters[4:8]}-{letters[8:]}"
