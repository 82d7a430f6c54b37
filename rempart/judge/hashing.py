"""How an authority regards a way of keeping passwords: the function, and what it costs to guess."""

from typing import Final

from rempart.check import Grade, graded
from rempart.judge.yardsticks import PasswordHashing

# Broken, unsalted or a single round, whatever an authority leaves unsaid: a graphics card tries
# thousands of millions of them a second.
ALWAYS_WEAK: Final = frozenset(
    {
        *("descrypt", "bsdicrypt", "md5crypt", "sunmd5", "sha1crypt", "nt", "nthash", "lm"),
        *("md5", "smd5", "sha1", "ssha", "sha256", "ssha256", "sha384", "ssha384"),
        *("sha512", "ssha512", "mysql_native_password", "mysql_old_password"),
    }
)
# The figure of the yardstick that bounds a scheme's cost.
FLOORS: Final = {
    "bcrypt": "min_bcrypt_cost",
    "pbkdf2-sha1": "min_pbkdf2_sha1",
    "pbkdf2-sha256": "min_pbkdf2_sha256",
    "pbkdf2-sha512": "min_pbkdf2_sha512",
}


def regarded(scheme: str, cost: int | None, hashing: PasswordHashing) -> Grade | None:
    """The grade of a scheme at a cost, where that is known; None where nothing is said of it."""
    if scheme in ALWAYS_WEAK:
        return Grade.FORBID
    grade = graded(
        scheme,
        prefer=hashing.prefer,
        accept=hashing.accept,
        tolerate=hashing.tolerate,
        discourage=hashing.discourage,
        forbid=hashing.forbid,
    )
    floor = least(scheme, hashing)
    return Grade.FORBID if floor is not None and cost is not None and cost < floor else grade


def least(scheme: str, hashing: PasswordHashing) -> int | None:
    """The least cost the authority asks of a scheme; None where it gives none."""
    floor = getattr(hashing, FLOORS.get(scheme, ""), None)
    return floor if isinstance(floor, int) else None
