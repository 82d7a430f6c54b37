"""Backups and other artefacts at rest: what each is, whether it is encrypted, and by what."""

from dataclasses import dataclass

from rempart.check import Observation, Seen


@dataclass(frozen=True, slots=True)
class BackupRepository(Observation):
    """What one backup tool keeps in one folder, as a whole; key: the folder, `.` for the subject's.

    `tool` is restic, borg, pgBackRest, duplicity, barman, pg_basebackup, mariabackup, kopia,
    gocryptfs ...; `encryption` is the mode as the tool names it, `none` where it has none.
    `encrypted` is true only where all that was looked at is; `looked` pieces were, `clear` of them
    readable. `derivation` and `cost` say how the key follows from a passphrase, where one does.
    `key_place` is `inside` (wrapped, a passphrase opens it), `outside` or `none`. `own_encryption`
    is false for tools that have none and leave it to the volume. `newest_days` is the age of the
    latest backup, None where nothing tells; `made` the day its key was, empty where nothing tells.
    """

    tool: str
    encrypted: Seen[bool]
    encryption: str
    cipher: str = ""
    derivation: str = ""
    cost: int | None = None
    key_place: Seen[str | None] = None
    own_encryption: bool = True
    looked: int = 0
    clear: int = 0
    newest_days: Seen[int | None] = None
    made: str = ""
    identity: str = ""  # what the tool calls this repository; the same where it was copied


@dataclass(frozen=True, slots=True)
class Artefact(Observation):
    """A file told by its bytes; key: its path.

    `family` is archive, message, container, database, table, document or memory; dumps and exports
    are observations of their own. `names` says whether the names of what is inside are readable
    without the key, None where it has none; `recipients` how many keys a message is for, 0 where a
    passphrase alone opens it, None where it does not say.
    """

    family: str
    format: str
    encrypted: Seen[bool]
    encryption: str = ""
    cipher: str = ""
    derivation: str = ""
    cost: int | None = None
    names: bool | None = None
    recipients: int | None = None
    size: int = 0  # bytes


@dataclass(frozen=True, slots=True)
class BackupVolume(Observation):
    """The volume under a repository whose tool has no encryption of its own; key: the folder."""

    tool: str
    encrypted: Seen[bool]
    volume: str


@dataclass(frozen=True, slots=True)
class Restore(Observation):
    """When a restore of a backup was last rehearsed, as the inventory says; key: `restore`.

    `on` is an ISO date, empty where the inventory does not say.
    """

    on: str
