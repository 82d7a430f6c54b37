"""A database server on a host, as derivations find it, and its chain."""

from typing import Any

from rempart.archive import Tie
from rempart.check import Unknown
from rempart.derive import Estate, store_chain
from rempart.judge.protection import THREATS, covered
from rempart.observations.datastores import (
    Copy,
    IdentifierColumn,
    StoreChain,
)
from rempart.observations.engines import (
    EngineArea,
    EngineKey,
    EngineServer,
    EngineTable,
)
from rempart.observations.volumes import Volume

ADH = Tie("adh", "database", on="db", path="/srv/mysql")
HOST = Tie("db", "host")
NIR = IdentifierColumn("nir", "clear", 100, 100, 100, key="adh.people.nir")
WORDS = IdentifierColumn("", "clear", 100, 0, 0, key="adh.words.word")
SEALED = Volume(True, key_holder="host", key="/srv", blocks=("data crypt", "sdb disk"))
OPEN = Volume(False, key="/", blocks=("sda1 part", "sda disk"))
SERVER = EngineServer("MariaDB", "10.11", True)
PEOPLE = EngineTable("InnoDB", True, "adh/people", "/srv/mysql/adh", key="adh.people")
COLD = EngineTable("InnoDB", False, "adh/cold", "/mnt/cold/adh", key="adh.cold")
REDO = EngineArea("redo", True, False, directory="/srv/mysql", key="redo", setting="off")
QUIET = EngineArea("binlog", False, False, key="binlog", setting="log_bin = OFF")
VAULT = EngineKey("vault", key="hashicorp_key_management")


def chain(
    *seen: Any, host: Any = (SEALED, OPEN), gaps: Any = (), others: Any = (), **more: Any
) -> StoreChain:
    subjects = [ADH, HOST, *others]
    told = () if any(gap.type == "EngineArea" for gap in gaps) else (QUIET,)
    observations = {"adh": (*told, *seen), "db": tuple(host), **more}
    (found,) = (
        one
        for one in store_chain.derived(Estate(observations, {"adh": tuple(gaps)}, subjects))
        if one.subject == "adh"
    )
    assert isinstance(found, StoreChain)
    return found


def copies(found: StoreChain) -> dict[str, Copy]:
    return {copy.name: copy for copy in found.copies}


def against(found: StoreChain) -> str:
    """One letter a threat: s stopped, r reads it, u unknown."""
    facts = covered(found)
    return "".join("u" if isinstance(f := facts[t], Unknown) else "rs"[f] for t in THREATS)
