"""Oracle Database: its users and profiles, from the answers of `oracle.sql`.

Source: DBA_USERS, DBA_PROFILES, DBA_USERS_WITH_DEFPWD, and what Oracle's own verify functions ask
(Database Security Guide 19c, 3.2). A limit DEFAULT is that of the profile DEFAULT.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from rempart.check import Gap, Observation, Seen, Unknown
from rempart.collectors.database.exports.table import Tables
from rempart.collectors.text import clean
from rempart.errors import Reason
from rempart.observations.database_accounts import DatabaseAccount, DatabaseServer
from rempart.observations.passwords import PasswordPolicy

PRODUCT: Final = "oracle"
DEFAULT: Final = "DEFAULT"
_DAY: Final = 86_400
# By function: length, then lower, upper, digits, specials, and how many of the classes.
FUNCTIONS: Final[Mapping[str, tuple[int, int, int, int, int, int]]] = {
    "ORA12C_VERIFY_FUNCTION": (8, 0, 0, 1, 1, 3),
    "ORA12C_STRONG_VERIFY_FUNCTION": (9, 2, 2, 2, 2, 4),
    "ORA12C_STIG_VERIFY_FUNCTION": (15, 1, 1, 1, 1, 4),
    "VERIFY_FUNCTION_11G": (8, 0, 0, 1, 0, 2),
    "VERIFY_FUNCTION": (4, 0, 0, 1, 1, 3),
    "": (0, 0, 0, 0, 0, 0),
}
_SQLNET: Final = Unknown(Reason.NO_COLLECTOR, "sqlnet.ora on the host decides it")
Profiles = Mapping[str, Mapping[str, str]]


def read(tables: Tables, _: date) -> Iterator[Observation | Gap]:
    """What the export says."""
    ((version,),) = tables.rows("oracle-server")
    profiles = _profiles(tables)
    used = sorted({row[5] for row in tables.rows("oracle-users")} & set(profiles))
    functions = {_limit(profiles, name, "PASSWORD_VERIFY_FUNCTION") for name in used}
    yield DatabaseServer(
        PRODUCT,
        clean(version, 40),
        _SQLNET,
        ("verify_function",) if used and "" not in functions else (),
        _SQLNET,
        _SQLNET,
        _SQLNET,
        key=PRODUCT,
        source=tables.sources["oracle-server"],
    )
    for name in used:
        yield policy(profiles, name, tables.sources["oracle-profiles"])
    for row in tables.rows("oracle-users"):
        yield _user(row, profiles, tables.sources["oracle-users"])


def _profiles(tables: Tables) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name, resource, limit in tables.rows("oracle-profiles"):
        found.setdefault(name, {})[resource] = limit
    return found


def _limit(profiles: Profiles, profile: str, resource: str) -> str:
    """The limit in force; empty for UNLIMITED and for no function."""
    value = profiles.get(profile, {}).get(resource, DEFAULT).upper()
    if value == DEFAULT and profile != DEFAULT:
        return _limit(profiles, DEFAULT, resource)
    return "" if value in ("UNLIMITED", DEFAULT) else value


def _figure(text: str, unit: int = 1) -> Seen[int | None]:
    """Days may be a part of one (`.0417`, `1/24`); None for no limit."""
    if not text:
        return None
    top, _, bottom = text.partition("/")
    try:
        return round(float(top) / float(bottom or 1) * unit)
    except (ValueError, ZeroDivisionError, OverflowError):
        return Unknown(Reason.UNRESOLVED, f"a limit of {clean(text, 20)}")


def policy(profiles: Profiles, profile: str, source: str) -> PasswordPolicy:
    """The rules of one profile."""
    function = _limit(profiles, profile, "PASSWORD_VERIFY_FUNCTION")
    rules = FUNCTIONS.get(function)
    unknown = Unknown(Reason.UNRESOLVED, f"the function {clean(function, 60)} decides")
    length, lower, upper, digits, specials, classes = rules or (unknown,) * 6
    reuse = _figure(_limit(profiles, profile, "PASSWORD_REUSE_MAX"))
    return PasswordPolicy(
        length,
        30 if rules else unknown,
        classes,
        lower,
        upper,
        digits,
        specials,
        dictionary=False if rules is not None else unknown,
        max_failures=_figure(_limit(profiles, profile, "FAILED_LOGIN_ATTEMPTS")),
        unlock_seconds=_figure(_limit(profiles, profile, "PASSWORD_LOCK_TIME"), _DAY),
        max_age_days=_figure(_limit(profiles, profile, "PASSWORD_LIFE_TIME")),
        binds_admins=True,
        second_factor=False,
        key=clean(profile, 120),
        source=source,
        window_seconds=None,
        min_age_days=0,
        history=0 if reuse is None else reuse,
        forbids_username=bool(function) if rules is not None else unknown,
        bound="" if profile == DEFAULT else f"profile {clean(profile, 60)}",
    )


def _user(row: tuple[str, ...], profiles: Profiles, source: str) -> DatabaseAccount:
    name, status, versions, kind, expiry, profile, strong, vendor = row
    age: Any = _figure(_limit(profiles, profile, "PASSWORD_LIFE_TIME"))
    own = kind in ("PASSWORD", "")
    return DatabaseAccount(
        PRODUCT,
        "LOCKED" not in status and kind != "NONE",
        strong == "1",
        _scheme(versions) if own else None,
        external="" if own or kind == "NONE" else kind.lower(),
        guessable=vendor == "1",
        anywhere=True,
        expires=expiry or None,
        max_age_days=age,
        key=clean(name, 120),
        source=source,
    )


def _scheme(versions: str) -> Seen[str | None]:
    """The weakest kind of hash an account has: any of them is enough to sign in with."""
    kinds = versions.upper().split()
    for kind in ("10G", "HTTP", "11G", "12C"):
        if kind in kinds:
            return kind.lower()
    return None if not kinds else Unknown(Reason.UNRESOLVED, f"hashes {clean(versions, 40)}")
