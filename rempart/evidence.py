"""Files a person points to as proof: `file:evidence/mfa.png`, beside the file that names them."""

import hashlib
from pathlib import Path

from rempart import documents
from rempart.errors import ContentError, ContentErrors

PREFIX = "file:"
CAP = 64 << 20  # bytes of one file


def sha256(reference: str, folder: Path) -> str:
    """The SHA-256 of the file a reference names, relative to a folder, in hex.

    Raises ContentError, without a place, for another kind of reference and a file that is not
    there, is a link, or holds more than 64 MiB.
    """
    name = reference.removeprefix(PREFIX)
    if not reference.startswith(PREFIX) or not name:
        raise ContentError(f'expected file:PATH, found "{reference}"')
    try:
        return hashlib.sha256(documents.contents(folder / name, CAP)).hexdigest()
    except ContentErrors as several:
        reason = several.errors[0].message
        raise ContentError(f'"{reference}": {reason}') from None
