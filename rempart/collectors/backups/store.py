"""What a backup tool keeps, in its own words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Store:
    """One tool's store; fields as in `BackupRepository`. `encrypted` None: `why` says why not."""

    tool: str
    encrypted: bool | None
    encryption: str
    cipher: str = ""
    derivation: str = ""
    cost: int | None = None
    key_place: str | None = None
    own_encryption: bool = True
    looked: int = 0
    clear: int = 0
    newest: int | None = None  # seconds since 1970
    made: str = ""
    identity: str = ""
    why: str = ""


def among(looked: int, clear: int) -> str:
    """How far a store is encrypted, in one word."""
    if not looked or not clear:
        return "encrypted" if looked else "empty"
    return "none" if clear == looked else "mixed"


def counted(
    tool: str,
    looked: int,
    clear: int,
    newest: int | None,
    *,
    mode: str = "encrypted",
    cipher: str = "",
    own: bool = True,
) -> Store:
    """A store of pieces, each sealed or clear, whose key lies elsewhere; `mode` names it sealed.

    `own` is false for tools that have no encryption of their own, unless a piece is sealed.
    """
    state = among(looked, clear)
    sealed = clear < looked
    return Store(
        tool,
        not clear if looked else None,
        mode if state == "encrypted" else state,
        cipher="" if clear else cipher,
        key_place="outside" if sealed else "none",
        own_encryption=own or sealed,
        looked=looked,
        clear=clear,
        newest=newest,
        why="" if looked else "no data file was found in it",
    )
