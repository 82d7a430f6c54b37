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

    `derivation` is the weakest key slot's (argon2id, argon2i, pbkdf2): what one guess of that slot
    costs is `memory_kib` of memory over `passes`, or for pbkdf2 `iterations` of `hash`; None where
    it was not told. `slots` counts the key slots in use, 0 where it was not told; `tokens` are what
    opens it beside a passphrase (clevis, systemd-tpm2 ...). `uuid` is the same where a header was
    copied, and the key under it with it.
    """

    version: int
    cipher: str
    key_bits: int
    derivation: str
    memory_kib: int | None
    passes: int | None = None
    iterations: int | None = None
    hash: str = ""
    slots: int = 0
    tokens: tuple[str, ...] = ()
    uuid: str = ""


@dataclass(frozen=True, slots=True)
class CryptMapping(Observation):
    """A device the host opens with dm-crypt, at its start or now; key: the mapping's name.

    `mode` is luks, plain, bitlocker ..., empty where it was not told. `unlock` says what opens it:
    passphrase (somebody types it), file, random (a new key each time), token (TPM, FIDO2, a card)
    or script. The key file is at `key_file`, readable by owner, group or everybody, and lies on an
    encrypted volume or not; None where there is none. `bound` says whether the header also has a
    token that ties it to this machine or network.
    """

    device: str
    mode: str
    unlock: str
    key_file: str = ""
    key_readable_by: Seen[str | None] = None
    key_volume_encrypted: Seen[bool | None] = None
    bound: Seen[bool] = False
    discards: Seen[bool] = False
    cipher: str = ""


@dataclass(frozen=True, slots=True)
class EncryptedFolder(Observation):
    """A folder or data set with a key of its own (fscrypt, ZFS); key: its path.

    `encrypted` is false for a data set whose pool could but does not. `key_source` is passphrase,
    login, file or network; `key_file` is where the raw key lies, on an encrypted volume or not.
    `derivation_cost` is the iterations of pbkdf2 (ZFS), None where there are none.
    """

    method: str
    encrypted: Seen[bool]
    cipher: str = ""
    key_source: Seen[str] = ""
    key_file: str = ""
    key_volume_encrypted: Seen[bool | None] = None
    derivation_cost: int | None = None
    unlocked: Seen[bool] = True


@dataclass(frozen=True, slots=True)
class DataLinks(Observation):
    """Symbolic links below the folders of database servers; key: `links`.

    `searched` are the folders that were gone through, four levels deep; `links` are pairs of a
    path and where it leads, as it is written there.
    """

    searched: tuple[str, ...]
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CoreDumps(Observation):
    """Where the memory of a process that crashes is written; key: `core`.

    `handler` is file, the name of the program the kernel pipes it to, or none; `kept` says whether
    that program keeps it. `place` is the folder it lands in, empty where it is the process's own;
    `encrypted` says whether its volume is. `privileged` is fs.suid_dumpable.
    """

    handler: Seen[str]
    kept: Seen[bool]
    place: str
    encrypted: Seen[bool]
    privileged: Seen[int]


@dataclass(frozen=True, slots=True)
class CrashDumps(Observation):
    """Where the memory of the whole machine is written when its kernel crashes; key: `kdump`.

    `armed` says whether a crash kernel waits. `target` is the folder, device or address;
    `remote` whether it is another machine, and then `encrypted` whether the way there is.
    """

    armed: Seen[bool]
    target: str
    remote: bool
    encrypted: Seen[bool]
