from rempart.check import Fact, Result, verdict
from rempart.observations.directories import DirectoryAccess


def check(access: DirectoryAccess) -> Result:
    closed: Fact = access.anonymous == False  # noqa: E712  (three-valued)
    seen = "shows no entry to strangers" if closed is True else "shows entries to strangers"
    return verdict(closed, seen, access)
