from rempart.check import Fact, Result, verdict
from rempart.observations.directories import DirectoryAccess


def check(access: DirectoryAccess) -> Result:
    closed: Fact = access.clear_password == False  # noqa: E712  (three-valued)
    word = "refused" if closed is True else "taken"
    return verdict(closed, f"a password without TLS is {word}", access)
