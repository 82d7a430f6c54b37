"""MariaDB and MySQL: accounts, what their passwords are kept as, and the rules for new ones.

Source: MariaDB 10.4 to 11 (mysql.global_priv), MySQL 5.7 to 8.4 and older MariaDB (mysql.user). Of
a hash only its presence is asked for.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from rempart.check import Seen as Value
from rempart.check import Unknown
from rempart.collectors import Seen
from rempart.collectors.database.credentials import mysql_policy
from rempart.collectors.text import clean
from rempart.errors import Reason
from rempart.observations.database_accounts import DatabaseAccount, DatabaseServer

SETTINGS: Final = (
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('version', 'have_ssl', 'ssl_cert', "
    "'require_secure_transport', 'bind_address', 'skip_networking', "
    "'default_authentication_plugin', 'authentication_policy', 'max_password_errors', "
    "'default_password_lifetime', 'password_history', 'password_reuse_check_interval') "
    "OR Variable_name LIKE 'simple_password_check%' OR Variable_name LIKE 'validate_password%' "
    "OR Variable_name LIKE 'cracklib_password_check%'"
)
_WAYS: Final = 4  # ways in of one account that are looked at (IDENTIFIED VIA a OR b)


def _way(place: str) -> str:
    """One way in: its plugin, and whether a password is there."""
    text = f"JSON_VALUE(Priv, '{place}.authentication_string')"
    return (
        f"JSON_VALUE(Priv, '{place}.plugin'), CASE WHEN {text} IS NULL OR {text} = '' THEN 'empty' "
        f"WHEN {text} = 'invalid' THEN 'invalid' ELSE 'set' END"
    )


# SUPER, CREATE USER and the right to pass rights on, as bits of the rights for everything.
MARIADB: Final = (
    "SELECT User, Host, "  # noqa: S608  (fixed words)
    "(JSON_VALUE(Priv, '$.access') & (32768 | 33554432 | 1024)) <> 0, "
    "JSON_VALUE(Priv, '$.account_locked'), JSON_VALUE(Priv, '$.password_lifetime'), "
    f"JSON_VALUE(Priv, '$.ssl_type'), {_way('$')}, "
    + ", ".join(_way(f"$.auth_or[{number}]") for number in range(_WAYS))
    + " FROM mysql.global_priv WHERE COALESCE(JSON_VALUE(Priv, '$.is_role'), 'false') "
    "NOT IN ('true', '1') AND Host <> '' ORDER BY User, Host"
)
_ADMIN: Final = "(Super_priv = 'Y' OR Create_user_priv = 'Y' OR Grant_priv = 'Y')"
MYSQL: Final = (
    f"SELECT User, Host, {_ADMIN}, account_locked = 'Y', "  # noqa: S608  (fixed words)
    "password_lifetime, ssl_type <> '', plugin, "
    "CASE WHEN authentication_string IS NULL OR authentication_string = '' THEN 'empty' "
    "WHEN authentication_string LIKE '%THISISNOTAVALIDPASSWORD%' THEN 'invalid' ELSE 'set' END "
    "FROM mysql.user ORDER BY User, Host"
)
OLDER: Final = (
    f"SELECT User, Host, {_ADMIN}, 0, NULL, ssl_type <> '', plugin, "  # noqa: S608  (fixed words)
    "CASE WHEN Password = '' AND authentication_string = '' THEN 'empty' ELSE 'set' END "
    "FROM mysql.user WHERE Host <> '' ORDER BY User, Host"
)
OWNER: Final = (SETTINGS, MARIADB, MYSQL, OLDER)
_EXTERNAL: Final = {
    "unix_socket": "unix_socket",
    "auth_socket": "unix_socket",
    "pam": "pam",
    "auth_pam": "pam",
    "authentication_pam": "pam",
    "auth_pam_compat": "pam",
    "gssapi": "kerberos",
    "authentication_kerberos": "kerberos",
    "authentication_ldap_simple": "ldap",
    "authentication_ldap_sasl": "ldap",
    "authentication_windows": "windows",
    "named_pipe": "windows",
    "authentication_webauthn": "webauthn",
    "authentication_fido": "webauthn",
    "authentication_openid_connect": "oidc",
    "mysql_no_login": "",
}
_PASSWORDS: Final = (
    *("mysql_native_password", "mysql_old_password", "caching_sha2_password"),
    *("sha256_password", "ed25519", "client_ed25519", "parsec"),
)


def read(session: Any) -> Iterator[Seen]:  # noqa: ANN401
    """What the server says."""
    found = session.ask(SETTINGS, owner=True)
    settings = {(name or "").lower(): value or "" for name, value in found}
    product = "mariadb" if "mariadb" in settings.get("version", "").lower() else "mysql"
    yield server(product, settings)
    yield mysql_policy.policy(product, settings)
    statement = _statement(product, settings.get("version", ""))
    yield from accounts(product, session.ask(statement, owner=True), settings)


def _statement(product: str, version: str) -> str:
    numbers = tuple(map(int, re.findall(r"\d+", version)[:2]))
    if product == "mariadb":
        return MARIADB if numbers >= (10, 4) else OLDER
    return MYSQL if numbers >= (5, 7) else OLDER


def accounts(
    product: str, rows: Sequence[Sequence[str | None]], settings: Mapping[str, str]
) -> Iterator[DatabaseAccount]:
    """The accounts, roles left out."""
    lifetime = settings.get("default_password_lifetime", "")
    everybody = int(lifetime) if lifetime.isdecimal() and lifetime != "0" else None
    for name, host, strong, locked, own, tls, *ways in rows:
        scheme, external, empty = _kept(list(zip(ways[::2], ways[1::2], strict=True)))
        closed = (locked or "").lower() in ("1", "true", "y")
        age = everybody if own is None or own == "-1" else int(own) if own.isdecimal() else None
        yield DatabaseAccount(
            product,
            False if closed else _any(scheme, external),
            strong == "1",
            scheme,
            external=external,
            no_secret=empty,
            anonymous=not name,
            anywhere=host in ("%", "%.%", "0.0.0.0/0.0.0.0", "::"),
            needs_tls=(tls or "0").lower() not in ("0", "", "false"),
            expires=None,
            max_age_days=age or None,
            key=clean(f"{name}@{host}"),
            source="mysql.global_priv" if len(ways) > 2 else "mysql.user",
        )


def _any(scheme: Value[str | None], external: str) -> Value[bool]:
    return scheme if isinstance(scheme, Unknown) else scheme is not None or bool(external)


def _kept(ways: list[tuple[str | None, str | None]]) -> tuple[Value[str | None], str, bool]:
    """The weakest password among an account's ways in, what lets it in besides, and whether one
    way asks for nothing."""
    schemes, external, empty = [], "", False
    for number, (named, state) in enumerate(ways):
        if named is None and number:
            continue
        plugin = named or "mysql_native_password"
        if plugin in _EXTERNAL:
            external = external or _EXTERNAL[plugin]
        elif plugin not in _PASSWORDS:
            return Unknown(Reason.UNRESOLVED, f"sign-in by {clean(plugin, 40)}"), external, empty
        elif state != "invalid":
            schemes.append(plugin.removeprefix("client_"))
            empty = empty or state == "empty"
    weakest = next((one for one in _PASSWORDS[1::-1] if one in schemes), None)
    return weakest or (schemes[0] if schemes else None), external, empty


def server(product: str, settings: Mapping[str, str]) -> DatabaseServer:
    """The server's own settings."""
    offered = settings.get("have_ssl", "") == "YES" or bool(settings.get("ssl_cert"))
    binds = settings.get("bind_address", "")
    closed = settings.get("skip_networking") == "ON" or binds in ("127.0.0.1", "::1", "localhost")
    default = settings.get("default_authentication_plugin") or _policy(settings)
    if product == "mariadb":
        default = "mysql_native_password"
    return DatabaseServer(
        product,
        clean(settings.get("version", "").partition("-")[0]),
        default or Unknown(Reason.UNRESOLVED, "the server names no default for passwords"),
        mysql_policy.checkers(settings),
        offered,
        None if closed else settings.get("require_secure_transport") == "ON",
        clean(binds) or ("nobody" if closed else "*"),
        key=product,
        source="SHOW GLOBAL VARIABLES",
    )


def _policy(settings: Mapping[str, str]) -> str:
    """authentication_policy of MySQL 8.0.27 and newer: `*:name` or `*`, then further factors."""
    first = settings.get("authentication_policy", "").split(",")[0].strip()
    if not first:
        return ""
    return clean(first.removeprefix("*:").removeprefix("*")) or "caching_sha2_password"
