"""What the bytes of a file say it is, whichever family it belongs to."""

from dataclasses import dataclass

ARCHIVE = "archive"
MESSAGE = "message"  # one thing encrypted whole: age, OpenPGP, OpenSSL
CONTAINER = "container"  # a volume in a file: LUKS, an ext4 image
DUMP = "dump"
DATABASE = "database"  # the file a database lives in
TABLE = "table"  # columns in a file: Parquet
DOCUMENT = "document"
MEMORY = "memory"  # swap areas, core and crash dumps
KEY = "key"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is. `dump`, `encryption` and `packed` are empty where it is none of these.

    `encrypted` is None where the bytes do not tell, and `why` says then why not. `cipher`,
    `derivation` and `cost` are as the format names them, empty or None where it does not; `names`
    says whether the names of what is inside are readable without the key.
    """

    dump: str = ""
    encryption: str = ""
    packed: str = ""  # gzip | zip | 7z | bzip2 | xz | zstd
    opaque: str = ""  # the packing nothing here looks into
    family: str = ""
    format: str = ""
    encrypted: bool | None = False
    cipher: str = ""
    derivation: str = ""
    cost: int | None = None
    names: bool | None = None
    recipients: int | None = None  # keys a message is for; 0 where a passphrase alone opens it
    why: str = ""
