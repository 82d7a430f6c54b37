"""Opening a file somebody else may have placed: regular ones only, no links, never endless."""

import os
import stat
from pathlib import Path

from rempart.errors import ContentError, ContentErrors

KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def contents(path: Path, cap: int) -> bytes:
    """The bytes of a regular file of at most `cap` bytes.

    Raises ContentErrors for a link, a pipe, a device, a folder, a larger file or no file. Opening
    never blocks: a pipe is opened without waiting for a writer, and closed unread.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if path.is_symlink():
            raise _refused(path, "expected a regular file, found a symbolic link") from None
        raise _refused(path, f"cannot be read: {error.strerror}") from None
    except ValueError:  # a NUL in the name
        raise _refused(path, "cannot be read: not a file name") from None
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            kind = next((word for test, word in KINDS if test(mode)), "something else")
            raise _refused(path, f"expected a regular file, found {kind}")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            raw = file.read(cap + 1)
    finally:
        os.close(descriptor)
    if len(raw) > cap:
        raise _refused(path, f"expected at most {cap} bytes, found more")
    return raw


def _refused(path: Path, message: str) -> ContentErrors:
    return ContentErrors([ContentError(message, file=path)])
