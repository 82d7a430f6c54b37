"""What files hold, in counts: where they lie, what was found in which, what could not be read.

No value, no name of a person and no digit of either stands in here.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import msgspec

from rempart.check import Observation, Seen
from rempart.errors import Reason
from rempart.observations.datastores import IdentifierCount

# What a place is for, told by the names of its folders and by what its files look like. `other` is
# every folder that says nothing.
PlaceName: TypeAlias = Literal["log", "history", "temporary", "mail", "drop", "queue", "other"]
PLACES: Final[tuple[PlaceName, ...]] = (
    *("log", "history", "temporary", "mail"),
    *("drop", "queue", "other"),
)


class Place(msgspec.Struct, frozen=True):
    """How much of one kind of place was read: files read whole, bytes of all, lines of text.

    `records` and `record_lines` are of those files that are exports or dumps too.
    """

    name: str
    files: int
    size: int
    lines: int
    records: int = 0
    record_lines: int = 0


class Finding(msgspec.Struct, frozen=True):
    """One file with at least one valid identifier in it.

    `counts` are of its text, members and attachments included; `sampled` in them is lines. `urls`
    are candidates and valid numbers that stood in an address (after `=`, `/` or `?`), `statements`
    valid ones in a database statement or its parameters. `records` says that the same file is an
    Export or a Dump too, and judged there.
    """

    path: str
    place: str
    format: str
    counts: tuple[IdentifierCount, ...]
    urls: tuple[int, int] = (0, 0)
    statements: int = 0
    records: bool = False


class Unread(msgspec.Struct, frozen=True):
    """Something that was not read whole, and why; `count` where it is several parts of one file."""

    path: str
    place: str
    reason: Reason
    detail: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class FilesRead(Observation):
    """Everything read below a folder.

    `findings` and `unread` name the first few hundred; `more_findings` and `more_unread` count the
    others. `sealed` counts files and members that something encrypts.
    """

    places: tuple[Place, ...] = ()
    findings: tuple[Finding, ...] = ()
    unread: tuple[Unread, ...] = ()
    more_findings: int = 0
    more_unread: int = 0
    sealed: int = 0


@dataclass(frozen=True, slots=True)
class Pictures(Observation):
    """Documents of a folder that are pictures: nobody here can read them; key: the folder.

    `images` are picture files and attachments, `documents` are PDF files with `pages` that show an
    image and no text. `context` is the word of a name that says what they are likely to show
    (facture, transport), empty where none does. `sealed` says whether the folder itself encrypts
    its files (fscrypt); a volume below it is looked at with the host.
    """

    images: int
    documents: int
    pages: int = 0
    context: str = ""
    sealed: Seen[bool] = False
