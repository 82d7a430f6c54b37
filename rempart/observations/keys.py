"""Keys that encrypt: where they lie, who may read them, and what becomes of them."""

from dataclasses import dataclass
from typing import Final

from rempart.check import Observation, Reason, Seen, Unknown

# What a file with a key, or a line that names a service, does not say.
SEAL_UNTOLD: Final = Unknown(Reason.UNRESOLVED, "it does not tell whether a passphrase protects it")
REACH_UNTOLD: Final = Unknown(Reason.UNRESOLVED, "the line does not say how it is reached")


@dataclass(frozen=True, slots=True)
class EncryptionKey(Observation):
    """A key in a key service; key: its address.

    `rotates` says whether it is renewed by itself, `rotation_days` how often, None where nothing
    says. `setting` shows what decided, as written there.
    """

    rotates: Seen[bool]
    rotation_days: Seen[int | None] = None
    setting: str = ""


@dataclass(frozen=True, slots=True)
class StoredKey(Observation):
    """A key or passphrase found in a file; key: its path, with its place in it where it has one.

    `kind` says what it is (age identity, OpenPGP secret key, passphrase in a script, cipher
    passphrase of pgBackRest, key file of MariaDB ...). `sealed` says whether a passphrase protects
    it. `readable_by` is owner, group or everybody, by the file's mode; `owner` the account's name
    or number. `opens` is what it is there for (backup, database, volume, archive), `beside` whether
    it lies with what it opens. `fingerprint` tells equal keys apart from others: a public
    fingerprint, or a keyed digest of this inventory; empty where there is none. `made` is the day
    it was made, or its file last changed; empty where nothing tells.
    """

    kind: str
    sealed: Seen[bool]
    readable_by: Seen[str]
    owner: str = ""
    opens: str = ""
    beside: Seen[bool] = False
    fingerprint: str = ""
    made: str = ""


@dataclass(frozen=True, slots=True)
class KeyReference(Observation):
    """A place in a file that names a key kept elsewhere; key: path and service.

    `service` is Vault, KMS, KMIP, PKCS#11, TPM, Tang ...; `encrypted` says whether the way there
    is, `token` whether the credential for it stands beside in clear.
    """

    service: str
    encrypted: Seen[bool]
    token: Seen[bool] = False


@dataclass(frozen=True, slots=True)
class KeyCustody(Observation):
    """Who holds the key of something encrypted; key: what it opens.

    `holder` is customer, provider, host or inside (wrapped, beside its data); None where nothing
    says. `name` is the key's name or place, empty where nothing names it.
    """

    store: str
    holder: Seen[str | None]
    name: Seen[str] = ""


@dataclass(frozen=True, slots=True)
class CipherUse(Observation):
    """A cipher as one layer names it; key: what it encrypts."""

    cipher: str
    layer: str


@dataclass(frozen=True, slots=True)
class BackupHostKey(Observation):
    """A key for backups found on the host where a place of backups lies; key: where it is.

    `opens` names the place.
    """

    kind: str
    opens: str
    sealed: Seen[bool] = False
