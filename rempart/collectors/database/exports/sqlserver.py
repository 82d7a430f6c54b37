"""SQL Server: its logins and settings, from the answers of `sqlserver.sql`.

Source: sys.server_principals, sys.sql_logins, LOGINPROPERTY, PWDCOMPARE, SERVERPROPERTY. A login's
rules for passwords are those of Windows where CHECK_POLICY is on, and none where it is off.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from rempart.check import Gap, Observation, Unknown
from rempart.collectors.database.exports.table import Tables
from rempart.collectors.text import clean
from rempart.errors import Reason
from rempart.observations.database_accounts import DatabaseAccount, DatabaseServer
from rempart.observations.passwords import PasswordPolicy

PRODUCT: Final = "sqlserver"
# LOGINPROPERTY(..., 'PasswordHashAlgorithm')
SCHEMES: Final = {"0": "sha1", "1": "sha1", "2": "sha512", "3": "pbkdf2"}
_OUTSIDE: Final = {
    "WINDOWS_LOGIN": "windows",
    "WINDOWS_GROUP": "windows",
    "EXTERNAL_LOGIN": "entra",
    "EXTERNAL_GROUP": "entra",
}
_LISTENS: Final = Unknown(Reason.NO_COLLECTOR, "the export does not say where it listens")


def read(tables: Tables, today: date) -> Iterator[Observation | Gap]:
    """What the export says."""
    ((version, windows_only, forced),) = tables.rows("sqlserver-server")
    logins = tables.rows("sqlserver-logins")
    only_windows = windows_only == "1"
    checked = [row[4] == "1" for row in logins if row[1] == "SQL_LOGIN" and row[2] != "1"]
    yield DatabaseServer(
        PRODUCT,
        clean(version, 40),
        _new(version),
        ("windows_policy",) if only_windows or (checked and all(checked)) else (),
        tls=True,
        tls_required=forced == "1" if forced else _unseen("ForceEncryption"),
        listens=_LISTENS,
        key=PRODUCT,
        source=tables.sources["sqlserver-server"],
    )
    detail = "logins with CHECK_POLICY follow the Windows host's rules: audit that host"
    yield Gap(PasswordPolicy.__name__, Reason.NO_COLLECTOR, detail, key=PRODUCT)
    for row in logins:
        yield _login(row, today, tables.sources["sqlserver-logins"], only_windows=only_windows)


def _login(
    row: tuple[str, ...], today: date, source: str, *, only_windows: bool
) -> DatabaseAccount:
    name, kind, disabled, strong, checked, expiring, algorithm, empty, named, left = row
    outside = _OUTSIDE.get(kind, "")
    own = not outside
    closed = disabled == "1" or (own and only_windows)
    scheme = SCHEMES.get(algorithm, Unknown(Reason.UNRESOLVED, f"hash {clean(algorithm, 20)}"))
    return DatabaseAccount(
        PRODUCT,
        not closed,
        strong == "1",
        scheme if own else None,
        external=outside,
        no_secret=own and empty == "1",
        guessable=own and named == "1",
        anywhere=True,
        expires=_end(left, today) if own and expiring == "1" else None,
        max_age_days=None,
        rules_apply=checked == "1" if own else True,
        key=clean(name, 120),
        source=source,
    )


def _end(left: str, today: date) -> str | Unknown:
    if not left.lstrip("-").isdecimal() or len(left) > 6:
        return Unknown(Reason.PRIVILEGE, "DaysUntilExpiration was not shown")
    return (today + timedelta(days=int(left))).isoformat()


def _new(version: str) -> str | Unknown:
    """PBKDF2 from SQL Server 2025 (17), SHA-512 from 2012 (11)."""
    major = version.partition(".")[0]
    if not major.isdecimal():
        return _unseen("ProductVersion")
    number = int(major)
    return "pbkdf2" if number >= 17 else "sha512" if number >= 11 else "sha1"


def _unseen(what: str) -> Unknown:
    return Unknown(Reason.PRIVILEGE, f"{what} was not shown to the account that asked")
