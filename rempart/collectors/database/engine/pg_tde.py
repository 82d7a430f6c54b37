"""pg_tde of Percona Server for PostgreSQL: encrypted tables and where the principal key lives.

Source: pg_tde documentation, functions and key providers; tried on recorded rows, since no package
of Debian has it. Columns of its functions are named by place: their names changed between versions.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from rempart.check import Seen
from rempart.collectors.database.engine.asked import Asked, named
from rempart.collectors.text import clean
from rempart.observations.engines import EngineKey

_SCHEMA: Final = (
    "SELECT quote_ident(n.nspname) FROM pg_catalog.pg_extension e "
    "JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_tde'"
)
_SEALED: Final = (
    "SELECT c.oid::text, {schema}.pg_tde_is_encrypted(c.oid)::text FROM pg_catalog.pg_class c "
    "JOIN pg_catalog.pg_am a ON a.oid = c.relam "
    "WHERE c.relkind IN ('r', 'm') AND a.amname LIKE 'tde%'"
)
# Of a provider's options only the path and the scheme of the address: a token may stand there.
_PROVIDERS: Final = (
    "SELECT '{scope} ' || p.name, p.kind, coalesce(p.options->>'path', ''), "
    "coalesce(substring(p.options->>'url' from '^[a-z]+'), '') "
    "FROM {schema}.pg_tde_list_all_{scope}_key_providers() AS p(id, name, kind, options)"
)
_KINDS: Final = ("file", "vault", "kmip", "kms")


def schema(told: Asked) -> str | None:
    """Where the extension lives, quoted; None where it is not installed."""
    found = told.rows(_SCHEMA)
    return str(found[0][0]) if found else None


def sealed(told: Asked) -> Mapping[str, Seen[bool]]:
    """Whether each table of an encrypting access method is encrypted, by its oid."""
    where = schema(told)
    if where is None:
        return {}
    rows = told.rows(_SEALED.format(schema=where))
    return {str(oid): (value or "")[:1] == "t" for oid, value in rows}


def keys(told: Asked) -> Iterator[EngineKey]:
    """Each key provider, of the whole server and of this database."""
    where = schema(told)
    for scope in ("global", "database") if where else ():
        for name, kind, path, scheme in told.rows(_PROVIDERS.format(schema=where, scope=scope)):
            family = next((one for one in _KINDS if one in (kind or "").lower()), kind or "")
            yield EngineKey(
                clean(family, 40),
                clean(path or "", 200),
                _below(told, path or "") if family == "file" else False,
                "none" if family == "file" else "",
                True,
                scheme == "http",
                f"{clean(kind or '', 40)} provider",
                key=named(name),
                source=f"pg_tde_list_all_{scope}_key_providers",
            )


def _below(told: Asked, path: str) -> Seen[bool]:
    base = told.value("data_directory")
    if not isinstance(base, str):
        return base
    return path.startswith(base.rstrip("/") + "/") or not path.startswith("/")
