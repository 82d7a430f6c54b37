"""What lies in a place of backups: repositories as wholes, other files one by one, keys beside.

Pure of the network: it runs where the files are, here or on their host. Of a repository nothing
but a few headers is read. No key and no value of a person leaves it.
"""

import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rempart.check import Gap, Observation, Reason, Seen, Unknown
from rempart.collectors.artefacts.keys import TEXT, keys, readers, services, token
from rempart.collectors.artefacts.kinds import KEY, Kind
from rempart.collectors.artefacts.observed import artefact
from rempart.collectors.artefacts.recognition import first_and_last, kind
from rempart.collectors.backups import borg, chunked, overlays, postgresql
from rempart.collectors.backups.folder import Folder
from rempart.collectors.backups.reported import reported
from rempart.collectors.backups.store import Store
from rempart.collectors.entropy import looks_random
from rempart.collectors.tree import Found, Left, Passed, opened, regular_files
from rempart.errors import CollectError
from rempart.observations.backups import Artefact, BackupRepository
from rempart.observations.keys import REACH_UNTOLD, SEAL_UNTOLD, KeyReference, StoredKey

TOOLS: Final[tuple[Callable[[Folder], Store | None], ...]] = (
    chunked.restic,
    borg.borg,
    postgresql.pgbackrest,
    chunked.kopia,
    chunked.duplicity,
    postgresql.barman,
    chunked.mariabackup,
    postgresql.basebackup,
    postgresql.directory_dump,
    chunked.rdiff,
    overlays.gocryptfs,
    overlays.encfs,
    overlays.cryfs,
    overlays.ecryptfs,
)
_SEARCHED: Final = re.compile(
    r"\.(?:sh|bash|py|pl|rb|conf|cnf|ini|cfg|env|service|ya?ml|toml|json|txt|cron|bat|ps1|key|pass)\Z",
    re.I,
)
_PICTURES: Final = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\0", b"MM\0*", b"RIFF", b"ID3")
_RANDOM: Final = "no format known here, and bytes that look random"
Sight = Observation | Gap


@dataclass(slots=True)
class Look:
    """One look at a place; `secret` makes digests of keys comparable within one inventory.

    A place of `keys` alone is one of ordinary files: keys are told, and repositories are not. A
    key there lies beside what it opens where something encrypted lies in the same place.
    """

    root: Path
    seconds: float
    secret: bytes = b""
    only: str = ""  # keys
    now: float = field(default_factory=time.time)
    repositories: set[bytes] = field(default_factory=set)
    sealed: int = 0  # files seen that are encrypted

    def sights(self) -> Iterator[Sight]:
        """All there is to see."""
        if self.only != "keys":
            yield from self._all()
            return
        for sight in list(self._all()):
            if isinstance(sight, StoredKey):
                yield replace(sight, beside=bool(self.sealed))
            elif not isinstance(sight, Artefact):
                yield sight

    def _all(self) -> Iterator[Sight]:
        end = time.monotonic() + self.seconds
        yield from self._store(b"")
        if b"" in self.repositories:
            yield from self._keys_beside(b"")
            return
        if self.root.is_file() and not self.root.is_symlink():
            raw = os.fsencode(self.root.name)
            yield from self._file(Found(raw, self.root.name, self.root.stat().st_size))
            return
        told: list[Sight] = []
        for item in regular_files(self.root, leave=lambda raw, below: self._left(raw, below, told)):
            yield from self._drained(told)
            if time.monotonic() > end:
                yield _gap("", Reason.LIMIT, "no time left for the other files")
                return
            if isinstance(item, Passed):
                yield _gap(item.path, item.reason, item.detail)
            elif not isinstance(item, Left):
                yield from self._file(item)
        yield from self._drained(told)

    def _drained(self, told: list[Sight]) -> Iterator[Sight]:
        yield from told
        told.clear()

    def _left(self, raw: bytes, is_folder: bool, told: list[Sight]) -> str | None:
        """A folder that is a repository is judged as one, and not walked."""
        if not is_folder:
            return None
        seen = list(self._store(raw))
        told += seen
        if raw in self.repositories:
            told += self._keys_beside(raw)
            return ""
        return None

    def _store(self, raw: bytes) -> Iterator[Sight]:
        folder = Folder(self.root, raw)
        for tool in () if self.only else TOOLS:
            store = tool(folder)
            if store is not None:
                self.repositories.add(raw)
                yield self._repository(store, folder.path)
                return

    def _keys_beside(self, raw: bytes) -> Iterator[Sight]:
        """Keys lie at the top of a repository, if they lie in it: no deeper is looked."""
        folder = Folder(self.root, raw)
        for name in folder.files()[:200]:
            path = b"/".join(part for part in (raw, name) if part)
            yield from self._keys(path, folder.read(name, TEXT))

    def _repository(self, store: Store, path: str) -> BackupRepository:
        encrypted: Seen[bool] = (
            Unknown(Reason.UNRESOLVED, store.why) if store.encrypted is None else store.encrypted
        )
        age = None if store.newest is None else max(0, int((self.now - store.newest) // 86400))
        return BackupRepository(
            store.tool,
            encrypted,
            store.encryption,
            store.cipher,
            store.derivation,
            store.cost,
            store.key_place,
            store.own_encryption,
            store.looked,
            store.clear,
            age,
            store.made,
            store.identity,
            key=path,
            source=path,
        )

    def _file(self, found: Found) -> Iterator[Sight]:
        folder = self.root if self.root.is_dir() else self.root.parent
        try:
            with os.fdopen(opened(folder, found.raw), "rb") as file:
                head, tail = first_and_last(file, found.size)
                told = kind(head, found.name, tail, found.size)
                head = file.read(TEXT) if _searched(found, told) else head
        except CollectError as error:
            yield _gap(found.path, error.reason, str(error))
            return
        except OSError as error:
            yield _gap(found.path, Reason.TRUNCATED, f"cannot be read: {error.strerror}")
            return
        if found.name.endswith(".json") and not self.only:
            for name, store in reported(head):
                yield self._repository(store, f"{found.path}: {name}")
        self.sealed += told.encrypted is True and told.family != KEY
        if not told.family and found.size and _opaque(head):
            told = Kind(format="no format known", family="unknown", encrypted=None, why=_RANDOM)
        if told.family and told.family != KEY and not told.dump:
            yield artefact(told, found.path, found.size)
        if found.size and not told.dump:
            yield from self._keys(found.raw, head, found.path, found.size)

    def _keys(self, raw: bytes, head: bytes, path: str = "", size: int = 0) -> Iterator[Sight]:
        path = path or Folder(self.root, raw).path
        name = path.rpartition("/")[2]
        found = list(keys(head, name, size or len(head), self.secret))
        mode = self._mode(raw) if found else ("", "", "")
        for one in found:
            yield StoredKey(
                one.kind,
                SEAL_UNTOLD if one.sealed is None else one.sealed,
                mode[0],
                mode[1],
                one.opens or "backup",
                True,
                one.fingerprint,
                mode[2],
                key=f"{path}:{one.line}" if one.line else path,
                source=path,
                line=one.line or None,
            )
        places = list(services(head))
        secret = bool(places) and token(head)
        for named in places:
            yield KeyReference(
                named.service,
                REACH_UNTOLD if named.encrypted is None else named.encrypted,
                secret,
                key=f"{path}: {named.service}",
                source=path,
                line=named.line,
            )

    def _mode(self, raw: bytes) -> tuple[Seen[str], str, str]:
        """Who may read a file, whose it is, and the day it changed."""
        folder = self.root if self.root.is_dir() else self.root.parent
        try:
            told = os.stat(os.fsencode(folder) + b"/" + raw, follow_symlinks=False)  # noqa: PTH116
        except OSError as error:
            return Unknown(Reason.UNREACHABLE, f"cannot be told: {error.strerror}"), "", ""
        day = datetime.fromtimestamp(told.st_mtime, UTC).date().isoformat()
        return readers(told.st_mode), account(told.st_uid), day


def account(number: int) -> str:
    """The name of an account; its number where it has none."""
    import pwd

    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _searched(found: Found, told: Kind) -> bool:
    """Whether a file is one that may hold keys in its text, and is read further for them."""
    return not told.family and found.size <= TEXT and bool(_SEARCHED.search(found.name))


def _opaque(head: bytes) -> bool:
    """Whether bytes look as a cipher makes them, and no picture begins here."""
    return not head.startswith(_PICTURES) and looks_random(head)


def _gap(path: str, reason: Reason, detail: str) -> Gap:
    return Gap(Artefact.__name__, reason, detail, key=path, source=path or ".")
