"""Keys written into the database's own code: views, functions, triggers, defaults, statements.

The server searches and names where something was found; neither the definition nor the literal
comes back. What is looked for is a cipher's call whose second argument, the key, is a literal, or a
variable named like a key that gets one. A setting's name is no key: `current_setting('app.key')`.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from rempart.check import Seen, Unknown
from rempart.collectors.database.engine.asked import Asked, named
from rempart.errors import CollectError, Reason
from rempart.observations.engines import SqlKeys

# Without a backslash, so that the text is the same in a string of either dialect.
_ARGUMENT: Final = (
    "([^(),']|'[^']*'|[(]([^()']|'[^']*'|[(]([^()']|'[^']*'|[(]([^()']|'[^']*')*[)])*[)])*[)])*"
)
_WRAPPERS: Final = (
    "((convert_to|convert|decode|dearmor|unhex|from_base64|sha2|sha1|md5|digest|cast|concat)"
    "[[:space:]]*[(][[:space:]]*)*"
)
_LITERAL: Final = f"[[:space:]]*{_WRAPPERS}([a-z_][a-z0-9_]*)?('[^']+'|[$][a-z_]*[$])"
_WORD: Final = "[[:alnum:]_]*(key|secret|passphrase|password|cle|schluessel)[[:alnum:]_]*"
_TYPE: Final = "([[:space:]]+(constant[[:space:]]+)?[a-z]+([(][0-9]+[)])?)?[[:space:]]*"
_NAMED: Final = (
    f"((^|[^[:alnum:]_]){_WORD}{_TYPE}(:=|default)"
    f"|set[[:space:]]+@*{_WORD}[[:space:]]*=)[[:space:]]*'[^']{{4,}}'"
)
_PGCRYPTO: Final = (
    "pgp_sym_encrypt|pgp_sym_encrypt_bytea|pgp_sym_decrypt|pgp_sym_decrypt_bytea|pgp_pub_decrypt|"
    "pgp_pub_decrypt_bytea|encrypt|decrypt|encrypt_iv|decrypt_iv|hmac"
)
_AES: Final = "aes_encrypt|aes_decrypt|des_encrypt|des_decrypt|encode|decode"


def _call(functions: str) -> str:
    return f"(^|[^[:alnum:]_])({functions})[[:space:]]*[(]"


def _pattern(functions: str) -> str:
    """The pattern as a string of SQL."""
    return _quoted(f"{_call(functions)}{_ARGUMENT},{_LITERAL}")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _postgresql(definition: str) -> str:
    return (
        f"({definition} ~* {_pattern(_PGCRYPTO)} OR ({definition} ~* {_quoted(_call(_PGCRYPTO))} "
        f"AND {definition} ~* {_quoted(_NAMED)}))"
    )


def _mysql(definition: str) -> str:
    text = f"LOWER(CONVERT({definition} USING utf8mb4))"
    return (
        f"({text} REGEXP {_pattern(_AES)} OR ({text} REGEXP {_quoted(_call(_AES))} "
        f"AND {text} REGEXP {_quoted(_NAMED)}))"
    )


_USERS: Final = "n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'"
_OWN_CODE: Final = (
    "NOT EXISTS (SELECT FROM pg_catalog.pg_depend x WHERE x.objid = {oid} AND x.deptype = 'e')"
)
_POSTGRESQL: Final[Mapping[str, str]] = {
    "functions": (
        "SELECT 'function ' || n.nspname || '.' || p.proname FROM pg_catalog.pg_proc p "  # noqa: S608
        f"JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE {_USERS} "
        f"AND {_OWN_CODE.format(oid='p.oid')} AND p.prokind IN ('f', 'p') AND "
        + _postgresql("pg_get_functiondef(p.oid)")
    ),
    "views": (
        "SELECT 'view ' || n.nspname || '.' || c.relname FROM pg_catalog.pg_class c "  # noqa: S608
        f"JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE {_USERS} "
        f"AND {_OWN_CODE.format(oid='c.oid')} AND c.relkind IN ('v', 'm') AND "
        + _postgresql("pg_get_viewdef(c.oid)")
    ),
    "defaults": (
        "SELECT 'column ' || n.nspname || '.' || c.relname || '.' || a.attname "  # noqa: S608
        "FROM pg_catalog.pg_attrdef d JOIN pg_catalog.pg_class c ON c.oid = d.adrelid "
        "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.adnum "
        f"JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE {_USERS} AND "
        + _postgresql("pg_get_expr(d.adbin, d.adrelid)")
    ),
    "indexes": (
        "SELECT 'index ' || n.nspname || '.' || c.relname FROM pg_catalog.pg_index i "  # noqa: S608
        "JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid "
        f"JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE {_USERS} "
        "AND i.indexprs IS NOT NULL AND " + _postgresql("pg_get_indexdef(c.oid)")
    ),
}
_REMEMBERED: Final = (
    "SELECT quote_ident(n.nspname) FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n "
    "ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'"
)
_STATEMENTS: Final = (
    "SELECT count(*) FILTER (WHERE {found}), "
    "count(*) FILTER (WHERE query = '<insufficient privilege>') FROM {schema}.pg_stat_statements"
)
_SCHEMAS: Final = "NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema')"


def _in_schema(kind: str, table: str, schema: str, name: str, definition: str) -> str:
    """Names of definitions that hold a key, and of those the account may not read."""
    return (
        f"SELECT CONCAT('{kind} ', {schema}, '.', {name}), "  # noqa: S608
        f"IFNULL({definition}, '') = '' FROM information_schema.{table} "
        f"WHERE {schema} {_SCHEMAS} "
        f"AND (IFNULL({definition}, '') = '' OR {_mysql(definition)})"
    )


_MYSQL: Final[Mapping[str, str]] = {
    "functions": _in_schema(
        "function", "ROUTINES", "ROUTINE_SCHEMA", "ROUTINE_NAME", "ROUTINE_DEFINITION"
    ),
    "views": _in_schema("view", "VIEWS", "TABLE_SCHEMA", "TABLE_NAME", "VIEW_DEFINITION"),
    "triggers": _in_schema(
        "trigger", "TRIGGERS", "TRIGGER_SCHEMA", "TRIGGER_NAME", "ACTION_STATEMENT"
    ),
    "events": _in_schema("event", "EVENTS", "EVENT_SCHEMA", "EVENT_NAME", "EVENT_DEFINITION"),
    "generated columns": (
        "SELECT CONCAT('column ', TABLE_SCHEMA, '.', TABLE_NAME, '.', COLUMN_NAME), FALSE "  # noqa: S608
        f"FROM information_schema.COLUMNS WHERE TABLE_SCHEMA {_SCHEMAS} "
        f"AND GENERATION_EXPRESSION <> '' AND {_mysql('GENERATION_EXPRESSION')}"
    ),
}
# Who reads all tables reads all code; a right on one schema shows that schema's alone.
_WIDE: Final = (
    "SELECT COUNT(*) FROM information_schema.USER_PRIVILEGES "
    "WHERE PRIVILEGE_TYPE IN ('SELECT', 'SHOW_ROUTINE')"
)
_STORED: Final = "SELECT COUNT(*) FROM mysql.proc WHERE FALSE"
_DIGESTS: Final = (
    "SELECT COUNT(*) FROM performance_schema.events_statements_history_long WHERE "  # noqa: S608
    + _mysql("SQL_TEXT")
)


def postgresql(told: Asked) -> Iterator[SqlKeys]:
    """What the code and the remembered statements of a PostgreSQL database hold."""
    found = [named(name) for query in _POSTGRESQL.values() for (name,) in told.rows(query)]
    yield _keys(_POSTGRESQL, found, _remembered(told), 0)


def _remembered(told: Asked) -> Seen[int]:
    """How many statements that pg_stat_statements remembers hold a key."""
    schemas = told.rows(_REMEMBERED)
    if not schemas:
        return 0
    query = _STATEMENTS.format(found=_postgresql("query"), schema=schemas[0][0])
    try:
        holding, hidden = (int(value or 0) for value in told.rows(query)[0])
    except CollectError as error:
        return Unknown(error.reason, str(error))
    if not holding and hidden:
        return Unknown(Reason.PRIVILEGE, f"{hidden} remembered statements are another account's")
    return holding


def mariadb(told: Asked) -> Iterator[SqlKeys]:
    """What the code of a MariaDB or MySQL server holds."""
    found, hidden = [], 0
    for query in _MYSQL.values():
        for name, unseen in told.rows(query):
            hidden += unseen == "1"
            found += [named(name)] if unseen != "1" else []
    statements = told.count(_DIGESTS)
    if not isinstance(statements, int):
        statements = 0  # it is switched off unless somebody asks for it
    yield _keys(_MYSQL, found, statements, hidden or _narrow(told))


def _narrow(told: Asked) -> Seen[int]:
    """None hidden, where the account sees the code of all; else not known."""
    wide = told.count(_WIDE)
    if (isinstance(wide, int) and wide) or isinstance(told.count(_STORED), int):
        return 0
    return Unknown(Reason.PRIVILEGE, "only code that this account may see was searched")


mysql = mariadb


def _keys(
    searched: Iterable[str], found: list[str], statements: Seen[int], hidden: Seen[int]
) -> SqlKeys:
    return SqlKeys(
        tuple(searched), tuple(sorted(found)), statements, hidden, key="sql", source="definitions"
    )
