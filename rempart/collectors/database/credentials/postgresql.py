"""PostgreSQL: its roles, what their passwords are kept as, and what a new password must be like.

Source: PostgreSQL 10 to 17, system catalogs pg_authid and pg_auth_members, view pg_settings. A
hash is reduced to its scheme and rounds by the server itself.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from rempart.check import Gap, Unknown
from rempart.check import Seen as Value
from rempart.collectors import Seen
from rempart.collectors.client_rules import RULES, STALE, not_in_force, rules
from rempart.collectors.text import clean
from rempart.errors import CollectError, Privilege, Reason
from rempart.observations.database_accounts import ClientRule, DatabaseAccount, DatabaseServer
from rempart.observations.passwords import PasswordPolicy

PRODUCT: Final = "postgresql"
SETTINGS: Final = (
    "SELECT name, setting FROM pg_catalog.pg_settings WHERE name IN ('server_version', "
    "'password_encryption', 'ssl', 'listen_addresses', 'shared_preload_libraries', "
    "'session_preload_libraries') OR name LIKE 'credcheck.%'"
)
# Who is, or may become, a superuser: a member may SET ROLE, and a program of the server is all.
_STRONG: Final = (
    "WITH RECURSIVE strong(oid) AS (SELECT oid FROM pg_catalog.pg_roles WHERE rolsuper OR rolname "
    "IN ('pg_execute_server_program', 'pg_write_server_files') UNION SELECT m.member FROM "
    "pg_catalog.pg_auth_members m JOIN strong s ON m.roleid = s.oid) "
)
_ROLE: Final = (
    "SELECT r.rolname, r.rolcanlogin, EXISTS (SELECT FROM strong s WHERE s.oid = r.oid), "
    "to_char(r.rolvaliduntil AT TIME ZONE 'UTC', 'YYYY-MM-DD'), "
)
ROLES: Final = (
    f"{_STRONG}{_ROLE}CASE WHEN r.rolpassword IS NULL THEN 'none' "
    "WHEN r.rolpassword LIKE 'SCRAM-SHA-256$%' THEN 'scram-sha-256 ' || "
    "split_part(split_part(r.rolpassword, '$', 2), ':', 1) "
    "WHEN r.rolpassword ~ '^md5[0-9a-f]{32}$' THEN 'md5' ELSE 'clear' END, "
    "r.rolpassword IN ('md5' || md5(r.rolname || r.rolname), "
    "'md5' || md5('postgres' || r.rolname), 'md5' || md5('password' || r.rolname)) "
    "FROM pg_catalog.pg_authid r WHERE r.rolcanlogin ORDER BY r.rolname"
)
VISIBLE_ROLES: Final = (
    f"{_STRONG}{_ROLE}'hidden', NULL FROM pg_catalog.pg_roles r "
    "WHERE r.rolcanlogin ORDER BY r.rolname"
)
OWNER: Final = (SETTINGS, ROLES, RULES, STALE)
_HIDDEN: Final = Unknown(Reason.PRIVILEGE, "pg_authid: only a superuser may see it")


def read(session: Any) -> Iterator[Seen]:  # noqa: ANN401
    """What the server says, and a gap for each rule that is not readable."""
    settings = {name or "": value for name, value in session.ask(SETTINGS, owner=True)}
    found = _rules(session)
    yield server(settings, found)
    yield policy(settings)
    yield from found
    yield from _accounts(session)


def _rules(session: Any) -> list[ClientRule | Gap]:  # noqa: ANN401
    try:
        found = list(rules(session.ask(RULES, owner=True)))
    except CollectError as error:
        return [Gap(ClientRule.__name__, error.reason, str(error))]
    with contextlib.suppress(CollectError):  # whoever may see the rules may not see the file's age
        if session.ask(STALE, owner=True) == [("t",)]:
            found.append(not_in_force())
    return found


def _accounts(session: Any) -> Iterator[DatabaseAccount]:  # noqa: ANN401
    try:
        rows = session.ask(ROLES, owner=True)
    except Privilege:
        rows = session.ask(VISIBLE_ROLES)
    yield from accounts(rows)


def accounts(rows: Sequence[Sequence[str | None]]) -> Iterator[DatabaseAccount]:
    """The roles that may sign in."""
    for name, signs_in, strong, until, kept, guessable in rows:
        word, _, rounds = (kept or "").partition(" ")
        scheme: Value[str | None] = None if word == "none" else word
        unseen = word == "hidden"
        yield DatabaseAccount(
            PRODUCT,
            signs_in == "t",
            strong == "t",
            _HIDDEN if unseen else scheme,
            cost=int(rounds) if rounds.isdecimal() else None,
            guessable=_HIDDEN if unseen else guessable == "t",
            expires=None if until in (None, "infinity") else until,
            key=clean(name or ""),
            source="pg_roles" if unseen else "pg_authid",
        )


def server(settings: Mapping[str, str | None], found: Sequence[ClientRule | Gap]) -> DatabaseServer:
    """The server's own settings; what only a superuser sees is unknown without one."""
    listens = settings.get("listen_addresses")
    return DatabaseServer(
        PRODUCT,
        clean((settings.get("server_version") or "").split(" ")[0]),
        _kept(settings.get("password_encryption")),
        _checkers(settings),
        (settings.get("ssl") == "on") if settings.get("ssl") else _unseen("ssl"),
        _tls_required(listens, found),
        clean(listens) if listens is not None else _unseen("listen_addresses"),
        key=PRODUCT,
        source="pg_settings",
    )


def _kept(setting: str | None) -> Value[str]:
    """`on` and `off` are what servers before 14 also take."""
    if setting is None:
        return _unseen("password_encryption")
    return {"on": "md5", "off": "clear"}.get(setting, clean(setting))


def _checkers(settings: Mapping[str, str | None]) -> tuple[str, ...] | Unknown:
    if "shared_preload_libraries" not in settings:
        return _unseen("shared_preload_libraries")
    loaded = f"{settings['shared_preload_libraries']},{settings.get('session_preload_libraries')}"
    names = {name.strip().rpartition("/")[2].removesuffix(".so") for name in loaded.split(",")}
    return tuple(name for name in ("passwordcheck", "credcheck") if name in names)


def _tls_required(listens: str | None, found: Sequence[ClientRule | Gap]) -> Value[bool | None]:
    if listens is not None and all(
        one.strip() in ("", "localhost", "127.0.0.1", "::1") for one in listens.split(",")
    ):
        return None
    rules = [one for one in found if isinstance(one, ClientRule)]
    if any(rule.clear_text and rule.method != "reject" for rule in rules):
        return False
    unread = next((one for one in found if isinstance(one, Gap)), None)
    return Unknown(unread.reason, unread.detail) if unread else True


def policy(settings: Mapping[str, str | None]) -> PasswordPolicy:
    """What a new password must be like.

    passwordcheck wants 8 characters, a letter and something else, and not the name; what a client
    has hashed before sending it, it cannot look at. PostgreSQL itself locks nobody.
    """
    checkers = _checkers(settings)
    if isinstance(checkers, Unknown):
        return _policy(dict.fromkeys(_RULES, checkers), failures=checkers)
    if "credcheck" in checkers:
        figures = {name: _figure(settings, key) for name, key in _RULES.items()}
        failures = _figure(settings, "max_auth_failure")
        return _policy(
            figures, failures=failures if isinstance(failures, Unknown) else failures or None
        )
    plain = "passwordcheck" in checkers
    return _policy({**dict.fromkeys(_RULES, 0), "min_length": 8 if plain else 1}, plain=plain)


_RULES: Final = {
    "min_length": "password_min_length",
    "lower": "password_min_lower",
    "upper": "password_min_upper",
    "digits": "password_min_digit",
    "specials": "password_min_special",
}


def _figure(settings: Mapping[str, str | None], key: str) -> int | Unknown:
    value = settings.get(f"credcheck.{key}") or ""
    return int(value) if value.isdecimal() else _unseen(f"credcheck.{key}")


def _policy(
    figures: Mapping[str, Any], *, plain: bool = False, failures: Value[int | None] = None
) -> PasswordPolicy:
    return PasswordPolicy(
        figures["min_length"],
        None,
        2 if plain else 0,
        figures["lower"],
        figures["upper"],
        figures["digits"],
        figures["specials"],
        dictionary=False,
        max_failures=failures,
        unlock_seconds=None,
        max_age_days=None,
        binds_admins=True,
        second_factor=False,
        key=PRODUCT,
        source="pg_settings",
        forbids_username=plain,
        history=0,
        min_age_days=0,
        window_seconds=None,
    )


def _unseen(setting: str) -> Unknown:
    return Unknown(Reason.PRIVILEGE, f"{setting}: only a superuser may see it")
