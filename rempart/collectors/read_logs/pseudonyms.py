"""Names turned into numbers under a key nobody keeps: accounts, people, networks.

Each is hashed as it is read, under keys drawn for this one reading and forgotten at its end;
whoever has the report cannot try names. A payer who needs the same pseudonyms every night (for
waivers, for a comparison) gives a key of its own, which then serves for accounts alone.
"""

import hashlib
import os
from array import array
from collections.abc import Callable, Collection, Mapping, Sequence
from ipaddress import ip_address
from typing import Any, Final

from rempart.reading.batch import ACCOUNT

KEY: Final = 32  # bytes
SIZE: Final = 8  # bytes of a hash
BLOCK: Final = 16  # bytes of a block of AES
KNOWN: Final = 1 << 19  # accounts and networks remembered before the memory of them starts afresh
_LETTERS: Final = "bcdfghjklmnprstv"  # no vowel: no word; no digit: no piece of a number


class Keyed:
    """A hash under a key that is drawn here, or given, and overwritten by `destroy`.

    What fits one block of AES is encrypted under the key, all values at one go, and half of the
    block is the hash; what is longer, and everything where AES is missing, goes through BLAKE2b.
    """

    def __init__(self, key: bytes = b"") -> None:
        drawn = hashlib.blake2b(key).digest() if key else os.urandom(2 * KEY)
        self._key = bytearray(drawn)
        self._begun: Any = hashlib.blake2b(key=self._key[:KEY], digest_size=SIZE)
        self._blocks = _blocks(self._key[KEY:])

    def hashes(self, values: Sequence[str]) -> "array[int]":
        """One number a value, never 0."""
        if self._begun is None:
            raise ValueError("the key is destroyed")
        joined = "".join(values)
        longest = max(map(len, values), default=0)
        if self._blocks is None or longest > BLOCK or not joined.isascii() or "\0" in joined:
            numbers = self._one_by_one(values)
        else:
            if len(joined) < BLOCK * len(values):
                joined = "".join([value.ljust(BLOCK, "\0") for value in values])
            numbers = array("Q", self._blocks(joined.encode()))[::2]
        if 0 in numbers:
            numbers = array("Q", [number or 1 for number in numbers])
        return numbers

    def _one_by_one(self, values: Sequence[str]) -> "array[int]":
        """The same value by value: one value has one hash, whatever stands beside it."""
        begun, found = self._begun.copy, bytearray()
        for value in values:
            raw = value.encode("utf-8", "replace")
            if self._blocks is None or len(raw) > BLOCK or not value.isascii() or b"\0" in raw:
                one = begun()
                one.update(raw)
                found += one.digest()
            else:
                found += self._blocks(raw.ljust(BLOCK, b"\0"))[:SIZE]
        return array("Q", bytes(found))

    def destroy(self) -> None:
        """Overwrite the key; nothing can be hashed under it any more."""
        self._begun = self._blocks = None
        for place in range(len(self._key)):
            self._key[place] = 0


def _blocks(key: bytearray) -> "Callable[[bytes], bytes] | None":
    """AES under this key, block by block; None where there is no AES (on an audited host)."""
    try:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    except ImportError:
        return None
    # A pseudonym must be the same each time: equal blocks giving equal ones is what is wanted.
    cipher = Cipher(algorithms.AES256(bytes(key)), modes.ECB())  # noqa: S305
    return cipher.encryptor().update


class Accounts:
    """Every account met, as a small number; its hash, and the person it read last.

    Number 0 is no account, and its hash is 0.
    """

    def __init__(self, key: bytes = b"", *, named: bool = False) -> None:
        self._keyed = Keyed(key)
        self._named = named  # all names are needed at the end
        self._begin()

    def _begin(self) -> None:
        self._numbers: dict[str | None, int] = {None: 0}
        self.hashes = [0]
        self.before = [-2]  # the number of the person each account read last

    def numbers(self, names: Sequence[str | None]) -> list[int]:
        """The small number of each account."""
        try:
            return list(map(self._numbers.__getitem__, names))
        except KeyError:
            self._learn(names)
            return list(map(self._numbers.__getitem__, names))

    def _learn(self, names: Sequence[str | None]) -> None:
        if len(self._numbers) + len(names) > KNOWN and not self._named:
            self._begin()
        fresh = [name for name in set(names) - self._numbers.keys() if name is not None]
        start = len(self.hashes)
        self.hashes.extend(self._keyed.hashes(fresh))
        self.before.extend([-2] * len(fresh))
        self._numbers.update(zip(fresh, range(start, start + len(fresh)), strict=True))

    def names(self, hashes: Collection[int]) -> Mapping[int, str]:
        """The accounts behind these hashes, as far as they are remembered."""
        wanted = {hashed & ACCOUNT for hashed in hashes}
        return {
            hashed: name
            for name, number in self._numbers.items()
            if name is not None and (hashed := self.hashes[number] & ACCOUNT) in wanted
        }

    def destroy(self) -> None:
        """Forget the key and every name."""
        self._keyed.destroy()
        self._begin()


class Networks(dict[str, int]):
    """The hash of the network an address lies in: its first 24 bits, of IPv6 its first 48."""

    def __init__(self) -> None:
        super().__init__()
        self._keyed = Keyed()
        self._hashed: dict[str, int] = {"": 0}

    def __missing__(self, address: str) -> int:
        if len(self) >= KNOWN:
            self.clear()
        network = _network(address).hex()
        found = self._hashed.get(network)
        if found is None:
            if len(self._hashed) >= KNOWN:
                self._hashed = {"": 0}
            found = self._hashed[network] = self._keyed.hashes([network])[0]
        self[address] = found
        return found

    def destroy(self) -> None:
        """Forget the key and every address."""
        self._keyed.destroy()
        self._hashed.clear()
        self.clear()


def _network(text: str) -> bytes:
    """The network's own bytes; empty where the text is no address, with or without a port."""
    try:
        first, second, third, fourth = map(int, text.split("."))
        if 0 <= fourth < 256:
            return bytes((first, second, third))
    except ValueError:
        pass
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
