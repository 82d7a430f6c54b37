"""What new local accounts get, as login.defs and useradd say.

Sources: login.defs(5), useradd(8) of shadow 4.13.
"""

from collections.abc import Iterator

from rempart.check import Observation, Seen, Unknown
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.lines import Files
from rempart.collectors.host.pam import assignments, number, placed, readable
from rempart.collectors.host.pam_files import LOGIN_DEFS, USERADD, seen_files
from rempart.errors import CollectError
from rempart.observations.accounts import LoginDefaults

FIRST, LAST = 1000, 60_000  # shadow's own bounds


def defaults(answers: Answers) -> Iterator[Observation]:
    """The one set of defaults of a host."""
    found = seen_files(answers)
    days = setting(found, USERADD, "INACTIVE", -1)
    place = placed(found, USERADD, "INACTIVE")
    yield LoginDefaults(
        inactive_days=None if isinstance(days, int) and days < 0 else days,
        uid_min=setting(found, LOGIN_DEFS, "UID_MIN", FIRST),
        uid_max=setting(found, LOGIN_DEFS, "UID_MAX", LAST),
        key="new accounts",
        source=place.source,
        line=place.line,
    )


def setting(found: Files, file: str, name: str, default: int) -> Seen[int]:
    """A figure of a settings file, else the program's own."""
    try:
        readable(found, file)
        return number(assignments(found, file), name, default)
    except CollectError as error:
        return Unknown(error.reason, str(error))


READERS = {LoginDefaults: defaults}
