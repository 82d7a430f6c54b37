"""The statements that make the account of an audit: it reads, and nothing beside.

Each right stands with what it is for, so that an administrator may leave one out; what then is not
seen is `notchecked: privilege`, never a pass.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from rempart.collectors.database.discovery.dialects import DIALECTS, Dialect
from rempart.collectors.text import clean

DEFAULT: Final = "audit"
_POSTGRESQL: Final = """\
-- As a superuser, while connected to the database {database}. PostgreSQL 14 and later.
CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 4;
-- Its password: \\password {shown}   (never in a file)
ALTER ROLE {role} SET default_transaction_read_only = on;
ALTER ROLE {role} SET statement_timeout = '60s';
ALTER ROLE {role} SET lock_timeout = '10s';
GRANT CONNECT ON DATABASE {database} TO {role};
-- To count identifiers in tables and in the statistics the server keeps of them:
GRANT pg_read_all_data TO {role};
-- Or, schema by schema, and for PostgreSQL 13 and earlier:
--   GRANT USAGE ON SCHEMA public TO {role};
--   GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role};
-- To see where the server writes and what its logs hold:
GRANT pg_read_all_settings, pg_read_all_stats TO {role};
-- To see which clients may sign in how:
GRANT SELECT ON pg_catalog.pg_hba_file_rules TO {role};
GRANT EXECUTE ON FUNCTION pg_catalog.pg_hba_file_rules() TO {role};
-- Tables with row level security stay closed to it, and are reported as not seen.
-- How password hashes are made is asked of their owner on the host: rempart inventory sudoers.
-- When the audit is over:
--   REVOKE ALL ON pg_catalog.pg_hba_file_rules FROM {role};
--   REVOKE ALL ON FUNCTION pg_catalog.pg_hba_file_rules() FROM {role};
--   REVOKE CONNECT ON DATABASE {database} FROM {role}; DROP ROLE {role};
"""
_MYSQL: Final = """\
-- As an administrator of the server. MariaDB 10.5 and later, MySQL 8.0 and later.
-- '%' is the auditor's address: write it instead. Its password: SET PASSWORD, never in a file.
CREATE USER {role} WITH MAX_USER_CONNECTIONS 4;
-- To count identifiers in tables, and to find keys written into views, triggers and events:
GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON {schema} TO {role};
-- To see which tablespaces are encrypted, and by which key:
GRANT PROCESS ON *.* TO {role};
-- MariaDB: accounts, who may read which table, routines, values kept in statistics:
GRANT SELECT ON mysql.global_priv TO {role};
GRANT SELECT ON mysql.user TO {role};
GRANT SELECT ON mysql.db TO {role};
GRANT SELECT ON mysql.tables_priv TO {role};
GRANT SELECT ON mysql.proc TO {role};
GRANT SELECT ON mysql.column_stats TO {role};
-- MySQL has no mysql.global_priv, mysql.proc and mysql.column_stats; leave these out, and add:
--   GRANT SELECT ON performance_schema.* TO {role};
-- When the audit is over:
--   DROP USER {role};
"""
_SCRIPTS: Final[Mapping[str, str]] = {"postgresql": _POSTGRESQL, "mysql": _MYSQL}


def scripts(databases: Iterator[Any]) -> Iterator[str]:
    """The statements for each database of an inventory that is a server."""
    for database in databases:
        parts = urlsplit(database.url)
        if parts.scheme in _SCRIPTS:
            account, name = unquote(parts.username or ""), unquote(parts.path.lstrip("/"))
            yield f"-- {clean(database.id)}\n" + script(parts.scheme, account or DEFAULT, name)


def script(scheme: str, account: str, database: str) -> str:
    """The statements for one account and one database; without one, for all of the server."""
    dialect = DIALECTS[scheme]
    role = dialect.name(account) if scheme == "postgresql" else f"{dialect.text(account)}@'%'"
    return _SCRIPTS[scheme].format(
        role=role,
        shown=clean(account, 63),
        database=dialect.name(database or "postgres"),
        schema=_schema(dialect, database),
    )


def _schema(dialect: Dialect, database: str) -> str:
    return f"{dialect.name(database)}.*" if database else "*.*"
