"""What can go wrong, in one tree.

RempartError
├── ContentError        one thing wrong in a file a person wrote, at file:line
├── ContentErrors       several of them, found in one reading
├── UsageError          the call itself makes no sense (exit code 2)
│   └── Lacking         it needs a library that is not installed; says which
├── ResumeRefused       the journal belongs to another inventory, audit or set of checks
├── IntegrityError      a delivery is not what it was when it was sealed (exit code 4)
├── RenderError         a template asked for something that is not there, or is not allowed
├── NotSeen             a judgement was attempted on a value nobody saw
└── CollectError        a subject could not be looked at; carries the reason of `notchecked`
    ├── Unreachable     no connection, or none that lasted
    ├── Refused         the other side said no (authentication, host key, protocol)
    ├── Privilege       the account may not read that
    ├── Truncated       the answer was cut or garbled
    ├── Limited         deadline, byte cap or connection budget used up
    ├── Interrupted     the audit was stopped while it was looking
    ├── Unresolved      a repository does not decide the value
    ├── NotAuthorised   outside the mandate: address, window or intensity
    └── NoCollector     nothing installed can look there
"""

from enum import StrEnum
from pathlib import Path
from typing import ClassVar


class Reason(StrEnum):
    """Why something is `notchecked`: a closed list, printed in every report."""

    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    PRIVILEGE = "privilege"
    TRUNCATED = "truncated"
    LIMIT = "limit"
    INTERRUPTED = "interrupted"
    UNRESOLVED = "unresolved"
    NOT_AUTHORISED = "not authorised"
    NO_COLLECTOR = "no collector"
    NO_WORKER = "no worker"
    EXPIRED = "expired"


class RempartError(Exception):
    """Anything rempart says in words instead of a traceback."""


class ContentError(RempartError):
    """One thing wrong in a file a person wrote: where, what was expected, what was found."""

    def __init__(self, message: str, *, file: Path | str = "", line: int = 0) -> None:
        self.message = message
        self.file = str(file)
        self.line = line
        place = f"{self.file}:{line}: " if line else f"{self.file}: " if self.file else ""
        super().__init__(f"{place}{message}")


class ContentErrors(RempartError):
    """Several content errors found in one reading, in the order of their lines."""

    def __init__(self, errors: list[ContentError]) -> None:
        self.errors = sorted(errors, key=lambda error: (error.file, error.line))
        super().__init__("\n".join(str(error) for error in self.errors))


class UsageError(RempartError):
    """The call makes no sense: an unknown check, two formats in one file, a missing argument."""


class Lacking(UsageError):
    """What was asked for needs a library that is not installed; says how to install it."""


class ResumeRefused(RempartError):
    """The journal was written for another inventory, audit or set of checks."""


class IntegrityError(RempartError):
    """A delivery, or its signature, is not what it was when it was sealed."""


class RenderError(RempartError):
    """A template asked for something that is not there, or is not allowed."""


class NotSeen(RempartError):
    """A judgement was attempted on a value nobody saw; the engine makes it `notchecked`."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(f"{reason}: {detail}" if detail else str(reason))


class CollectError(RempartError):
    """A subject could not be looked at. The text is shown in reports: no secret, no raw answer."""

    reason: ClassVar[Reason] = Reason.UNREACHABLE


class Unreachable(CollectError):
    """No connection came about, or none that lasted."""


class Refused(CollectError):
    """The other side said no: authentication, host key, protocol."""

    reason = Reason.REFUSED


class Privilege(CollectError):
    """The account used may not read that."""

    reason = Reason.PRIVILEGE


class Truncated(CollectError):
    """The answer was cut or garbled: half an answer is no evidence."""

    reason = Reason.TRUNCATED


class Limited(CollectError):
    """A deadline, a byte cap or a connection budget was used up."""

    reason = Reason.LIMIT


class Interrupted(CollectError):
    """The audit was stopped while it was looking."""

    reason = Reason.INTERRUPTED


class Unresolved(CollectError):
    """A repository does not decide the value."""

    reason = Reason.UNRESOLVED


class NotAuthorised(CollectError):
    """Outside the mandate: an address, a moment or an intensity it does not allow."""

    reason = Reason.NOT_AUTHORISED


class NoCollector(CollectError):
    """Nothing installed can look there."""

    reason = Reason.NO_COLLECTOR


def collect_error(reason: str, detail: str) -> CollectError:
    """The error of a reason by its name."""
    kinds = {str(kind.reason): kind for kind in reversed(CollectError.__subclasses__())}
    return kinds.get(str(reason), Unreachable)(detail)
