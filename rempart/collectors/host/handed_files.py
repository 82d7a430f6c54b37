"""A text file of a folder somebody handed over: regular, of bounded size, through no link."""

import os
import stat
from pathlib import Path
from typing import Final

from rempart.errors import Limited, Refused

MOST: Final = 4_000_000  # bytes of one file


def text(file: Path) -> str:
    """The file's text; raises Refused for a link or a device, Limited for a huge file."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise Refused(f"{file.name}: {error.strerror}") from None
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Refused(f"{file.name}: not a regular file")
        content = stream.read(MOST + 1)
    if len(content) > MOST:
        raise Limited(f"{file.name}: more than {MOST} bytes")
    return content.decode("utf-8", "replace")
