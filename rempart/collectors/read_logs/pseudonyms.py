"""Names turned into numbers under a key nobody keeps: accounts, people, networks.

Each is hashed as it is read, under keys drawn for this one reading and forgotten at its end;
whoever has the report cannot try names. A payer who needs the same pseudonyms every night (for
waivers, for a comparison) gives a key of its own, which then serves for accounts alone.
"""

import hashlib
import os
import re
from array import array
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from ipaddress import ip_address
from typing import Any, Final, cast

from rempart.reading.batch import ACCOUNT, holds_zero

KEY: Final = 32  # bytes
SIZE: Final = 8  # bytes of a hash
BLOCK: Final = 16  # bytes of a block of AES
KNOWN: Final = 1 << 18  # addresses remembered before the memory of them starts afresh
PLACES: Final = 1 << 18  # of the table of what accounts read before; a power of two
_BYTE: Final = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_V4: Final = re.compile(rf"^({_BYTE}\.{_BYTE}\.{_BYTE})\.{_BYTE}$", re.A | re.M)
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
        widths = set(map(len, values))
        longest = max(widths, default=0)
        fill = "\0" * (BLOCK - longest)
        if len(widths) == 1 and longest <= BLOCK:
            joined = fill.join(values) + fill
        else:
            joined = "".join([value.ljust(BLOCK, "\0") for value in values])
        if self._blocks is not None and longest <= BLOCK and joined.isascii():
            numbers = array("Q", self._blocks(joined.encode()))[::2]
        else:
            numbers = self._one_by_one(values)
        if holds_zero(numbers):
            numbers = array("Q", [number or 1 for number in numbers])
        return numbers

    def _one_by_one(self, values: Sequence[str]) -> "array[int]":
        """The same value by value: one value has one hash, whatever stands beside it."""
        begun, found = self._begun.copy, bytearray()
        for value in values:
            raw = value.encode("utf-8", "replace")
            if self._blocks is None or len(raw) > BLOCK or not value.isascii():
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
    """The hash of each account; its name only where the payer asked for the table of names."""

    def __init__(self, key: bytes = b"", *, named: bool = False) -> None:
        self._keyed = Keyed(key)
        self._named = named
        self._names: dict[int, str] = {}

    def hashes(self, names: Sequence[str | None]) -> "array[int]":
        """One number an account, 0 where none is named."""
        if None not in names:
            found = self._keyed.hashes(cast("Sequence[str]", names))
        else:
            known = iter(self._keyed.hashes([name for name in names if name is not None]))
            found = array("Q", [0 if name is None else next(known) for name in names])
        if self._named:
            pairs = zip(found, names, strict=True)
            self._names.update((hashed & ACCOUNT, name) for hashed, name in pairs if name)
        return found

    def names(self, hashes: Collection[int]) -> Mapping[int, str]:
        """The accounts behind these hashes."""
        wanted = {hashed & ACCOUNT for hashed in hashes}
        return {hashed: self._names[hashed] for hashed in wanted & self._names.keys()}

    def destroy(self) -> None:
        """Forget the key and every name."""
        self._keyed.destroy()
        self._names.clear()


class Steps:
    """Who reads one number after the other: the number each account read before.

    The memory of it is a table of fixed size; an account that shares its place with another one
    loses a step where the two alternate, and gains none.
    """

    def __init__(self) -> None:
        self._before = array("q", [-2]) * PLACES

    def of(self, accounts: "array[int]", values: Sequence[int]) -> list[int]:
        """How far each read lies from the read before of the same account."""
        before, found, mask = self._before, [], PLACES - 1
        for account, value in zip(accounts, values, strict=True):
            place = account & mask
            found.append(value - before[place])
            before[place] = value
        return found


class Networks:
    """The hash of the network an address lies in: its first 24 bits, of IPv6 its first 48."""

    def __init__(self) -> None:
        self._keyed = Keyed()
        self._known: dict[str, int] = {}

    def of(self, addresses: Sequence[str]) -> "array[int]":
        """The network of each address, 0 where the text is none."""
        with suppress(KeyError):
            return array("Q", map(self._known.__getitem__, addresses))
        unknown = set(addresses).difference(self._known)
        if len(self._known) + len(unknown) > KNOWN:
            self._known.clear()
            unknown = set(addresses)
        self._learn(list(unknown))
        return array("Q", map(self._known.__getitem__, addresses))

    def _learn(self, addresses: list[str]) -> None:
        """Hash networks, all of a batch at one go."""
        joined = "\n".join(addresses)
        networks = _V4.findall(joined)
        if not len(networks) == len(addresses) == joined.count("\n") + 1:  # not all plain IPv4
            networks = list(map(_network, addresses))
        known = iter(self._keyed.hashes([network for network in networks if network]))
        self._known.update(
            (address, next(known) if network else 0)
            for address, network in zip(addresses, networks, strict=True)
        )

    def destroy(self) -> None:
        """Forget the key and every address."""
        self._keyed.destroy()
        self._known.clear()


def _network(text: str) -> str:
    """The network in words of its own; empty where the text is no address, with a port or not."""
    host = text.strip().split(",")[0].strip().strip('"')
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return ""
    if address.version == 6 and (mapped := getattr(address, "ipv4_mapped", None)) is not None:
        address = mapped
    return str(address).rpartition(".")[0] if address.version == 4 else address.packed[:6].hex()


def pseudonym(hashed: int) -> str:
    """What a report calls the account: twelve consonants of its hash."""
    letters = "".join(_LETTERS[(hashed >> shift) & 15] for shift in range(0, 48, 4))
    return f"account {letters[:4]}-{letters[4:8]}-{letters[8:]}"
