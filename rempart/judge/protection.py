"""Whom the layers of a data store keep out: the protection of a store against five attackers.

T1 carries off a disk, T2 a backup or a dump, T3 holds an account of the operating system, T4 an
account of the database or a portal's session, T5 runs the machine for its customer. Encryption
stops whoever does not come by its key: under a running system the volume is open to all of its
accounts, and a database hands its rows decrypted to whoever may ask. The breaches of 2024 were T4.

A store is protected as its least protected copy is. What nobody saw protects nobody.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from rempart.check import (
    Fact,
    Figure,
    Reason,
    Result,
    Unknown,
    all_of,
    among,
    any_of,
    negated,
    verdict,
)
from rempart.observations.datastores import Copy, Layer, StoreChain

DISK: Final = "T1"
BACKUP: Final = "T2"
SYSTEM: Final = "T3"
DATABASE: Final = "T4"
PROVIDER: Final = "T5"
THREATS: Final = (DISK, BACKUP, SYSTEM, DATABASE, PROVIDER)

# What each kind of layer stops where it encrypts and its key does not lie open.
_ALWAYS: Final[Mapping[str, frozenset[str]]] = {
    "column": frozenset(THREATS),  # sealed by the application, before the database sees it
    "table": frozenset({DISK, BACKUP}),  # transparent: the server decrypts for every session
    "engine": frozenset({DISK, BACKUP}),
    "file": frozenset({DISK, BACKUP}),
    "mount": frozenset({DISK}),
    "declared": frozenset({DISK, BACKUP}),
}
# What it stops only where the customer keeps the key elsewhere than on the machine.
_BY_KEY: Final[Mapping[str, frozenset[str]]] = {"file": frozenset({SYSTEM, PROVIDER})}
_OPEN: Final = ("beside", "store")  # keys that go along with what they open
_ORIGINAL: Final = "original"
_CARRIED: Final = ("dump", "backup", "archive")
_ASKED: Final = (_ORIGINAL, "replica")


def protection(chain: StoreChain, threat: str) -> Fact:
    """Whether every copy that an attacker of that kind can come by is sealed against him."""
    copies = exposed(chain, threat)
    if not copies:
        return Unknown(Reason.UNRESOLVED, "the inventory names no copy of it")
    return all_of(*(sealed(copy, threat) for copy in copies))


def exposed(chain: StoreChain, threat: str) -> tuple[Copy, ...]:
    """The copies an attacker of that kind comes by."""
    return tuple(copy for copy in chain.copies if reaches(copy, threat))


def reaches(copy: Copy, threat: str) -> bool:
    """Whether an attacker of that kind comes by a copy at all, sealed or not."""
    if threat == BACKUP:
        return copy.kind in _CARRIED
    if threat == DATABASE:
        return copy.kind in _ASKED or copy.inside
    if threat == SYSTEM and copy.kind in _CARRIED:  # a bucket lies on no host of the payer's
        return not copy.layers or any(layer.kind != "declared" for layer in copy.layers)
    return True


def sealed(copy: Copy, threat: str) -> Fact:
    """Whether a layer of the copy keeps an attacker of that kind from its content."""
    return any_of(*_stops(copy.layers, threat))


def open_to(chain: StoreChain, threat: str) -> tuple[str, ...]:
    """The names of the copies that an attacker of that kind reads."""
    return tuple(copy.name for copy in exposed(chain, threat) if sealed(copy, threat) is False)


def _stops(layers: tuple[Layer, ...], threat: str) -> Iterator[Fact]:
    for layer in layers:
        encrypted = layer.encrypted == True  # noqa: E712  (three-valued)
        if threat in _ALWAYS.get(layer.kind, ()):
            yield all_of(encrypted, negated(among(layer.key_holder, _OPEN)))
        elif threat in _BY_KEY.get(layer.kind, ()):
            yield all_of(encrypted, _elsewhere(layer))


def _elsewhere(layer: Layer) -> Fact:
    if layer.key_holder is None:
        return Unknown(Reason.NO_COLLECTOR, f"who holds the key of {layer.name} was not seen")
    return layer.key_holder == "customer"


def withheld(chain: StoreChain, threat: str) -> Result:
    """The verdict on a store against one kind of attacker, with the copies he reads."""
    facts: dict[str, Figure] = {"open": ", ".join(open_to(chain, threat))}
    seen = f"readable: {facts['open'] or 'nothing that was seen'}"
    return verdict(protection(chain, threat), seen, chain, facts=facts)


def covered(chain: StoreChain) -> dict[str, Fact]:
    """What is known of each kind of attacker: stopped, not stopped, or not known."""
    return {threat: protection(chain, threat) for threat in THREATS}
