"""Where bytes rest: volumes, swap, and the encryption under them."""

from dataclasses import dataclass

from rempart.check import Observation, Seen


@dataclass(frozen=True, slots=True)
class Volume(Observation):
    """A volume that holds data, on a host or declared in a repository; key: mount or address.

    `cipher` as the layer names it (aes-xts-plain64); None where nothing encrypts. `key_holder` is
    `customer`, `provider`, `host`, or None where not encrypted; `key_name` names the customer's key
    where a repository does. `blocks` are the devices under a mount down to its disks, each with its
    type (`sda2_crypt crypt`, `sda2 part`, `sda disk`).
    """

    encrypted: Seen[bool]
    cipher: Seen[str | None] = None
    key_holder: Seen[str | None] = None
    format: Seen[str | None] = None
    key_name: Seen[str | None] = None
    blocks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Swap(Observation):
    """A swap area; key: `swap`, with its device when there are several."""

    device: str
    encrypted: Seen[bool]


@dataclass(frozen=True, slots=True)
class LuksHeader(Observation):
    """Parameters of a LUKS container, as `cryptsetup luksDump` prints them; key: its device.

    `derivation` is the weakest key slot's (argon2id, argon2i, pbkdf2); memory in KiB, None for
    pbkdf2.
    """

    version: int
    cipher: str
    key_bits: int
    derivation: str
    memory_kib: int | None
