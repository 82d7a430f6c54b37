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
