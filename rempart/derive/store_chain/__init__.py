"""Where a store's bytes rest, layer by layer, and every copy of them that is known.

Columns, tables, table space, folder, mount, disks and whoever holds the key; beside them what
the engine writes elsewhere (logs, statistics, temporary files), swap, replicas, dumps, backups,
and what repositories declare. A link nobody saw is unknown, never encrypted.
"""

from collections.abc import Iterator
from datetime import datetime

from rempart.check import EPOCH, Observation
from rempart.derive import Estate
from rempart.derive.store_chain.areas import areas, swap
from rempart.derive.store_chain.away import away
from rempart.derive.store_chain.holdings import holdings, identifiers, profile
from rempart.derive.store_chain.originals import originals
from rempart.derive.store_chain.places import is_store
from rempart.observations.backups import BackupRepository
from rempart.observations.columns import HashedColumn, SealedColumn, TableContent
from rempart.observations.datastores import (
    DataStore,
    DataStoreFile,
    Dump,
    IdentifierColumn,
    StoreChain,
)
from rempart.observations.engines import (
    EngineArea,
    EngineKey,
    EngineServer,
    EngineTable,
    SqlKeys,
    Standby,
)
from rempart.observations.keys import StoredKey
from rempart.observations.volumes import CryptMapping, DataLinks, EncryptedFolder, Swap, Volume

NEEDS: tuple[type[Observation], ...] = (
    *(DataStoreFile, DataStore, Dump, Volume, Swap, BackupRepository, IdentifierColumn),
    *(EngineServer, EngineTable, EngineArea, EngineKey, SqlKeys, Standby),
    *(SealedColumn, HashedColumn, TableContent, StoredKey),
    *(CryptMapping, EncryptedFolder, DataLinks),
)
BRINGS: tuple[type[Observation], ...] = (StoreChain,)


def derived(estate: Estate) -> Iterator[Observation]:
    """One chain for each database of the inventory, and for other stores that name their host."""
    for store in estate.subjects:
        if is_store(estate, store):
            copies = (
                *originals(estate, store),
                *areas(estate, store),
                *swap(estate, store),
                *away(estate, store),
            )
            yield StoreChain(
                copies,
                identifiers(estate, store.id),
                holdings(estate, store.id),
                profile(estate, store.id),
                subject=store.id,
                key="store",
                source="inventory",
                taken=_latest(estate),
            )


def _latest(estate: Estate) -> datetime:
    taken = (one.taken for seen in estate.observations.values() for one in seen)
    return max(taken, default=EPOCH)
