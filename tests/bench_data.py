"""Discovery in databases: a million rows, what statistics keep, columns told apart.

The rows come from Debian's PostgreSQL and MariaDB, started for the time of the measurement.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from rempart.collectors.database import discovery
from rempart.collectors.database.discovery import statistics
from rempart.collectors.database.discovery.dialects import DIALECTS
from rempart.collectors.values import sure
from rempart.observations.datastores import IdentifierColumn, IdentifierCount
from rempart.scope import Scope, guarded
from rempart.transport import sql
from rempart.transport.access import Access
from tests.bench import Row
from tests.column_estate import Score, estate, score, statements
from tests.lab.databases import PASSWORD, SERVERS, Served

MILLION = 1_000_000
_PG_KEY = "lpad((97 - n::bigint % 97)::text, 2, '0')"
_MY_KEY = "lpad(97 - mod(cast(n as unsigned), 97), 2, '0')"
_PG_BODY = (
    "'1' || lpad((g % 100)::text, 2, '0') || lpad((1 + g % 12)::text, 2, '0')"
    " || lpad((1 + g % 95)::text, 2, '0') || '000' || lpad((g % 1000)::text, 3, '0')"
)
_MY_BODY = (
    "concat('1', lpad(mod(seq, 100), 2, '0'), lpad(1 + mod(seq, 12), 2, '0'),"
    " lpad(1 + mod(seq, 95), 2, '0'), '000', lpad(mod(seq, 1000), 3, '0'))"
)
# The eleven columns of a table of insured people: a clear number, its base64, decoys and words.
TABLES = {
    "postgresql": f"""\
CREATE TABLE assures AS SELECT g AS id, n || {_PG_KEY} AS nir, 'Nom' || g AS nom,
 'Prenom' || g AS prenom, date '1940-01-01' + g % 25000 AS naissance,
 encode((n || {_PG_KEY})::bytea, 'base64') AS jeton, 100000000000000 + g::bigint AS reference,
 '06' || lpad((g % 100000000)::text, 8, '0') AS telephone, md5(g::text) AS trace,
 'Patient ' || g || ' vu pour un transport, dossier complet' AS note, now() AS cree
FROM (SELECT g, {_PG_BODY} AS n FROM generate_series(1, {MILLION}) g) s;
ANALYZE assures; GRANT SELECT ON assures TO reader;
""",  # noqa: S608  (of our own)
    "mysql": f"""
USE adh; CREATE TABLE assures (PRIMARY KEY (id)) AS SELECT seq AS id, concat(n, {_MY_KEY}) AS nir,
 concat('Nom', seq) AS nom, concat('Prenom', seq) AS prenom,
 date '1940-01-01' + interval mod(seq, 25000) day AS naissance,
 to_base64(concat(n, {_MY_KEY})) AS jeton, 100000000000000 + seq AS reference,
 concat('06', lpad(mod(seq, 100000000), 8, '0')) AS telephone, md5(seq) AS trace,
 concat('Patient ', seq, ' vu pour un transport, dossier complet') AS note, now() AS cree
FROM (SELECT seq, {_MY_BODY} AS n FROM seq_1_to_{MILLION}) s; ANALYZE TABLE assures;
""",  # noqa: S608  (of our own)
}


@contextmanager
def opened(server: Served, **changed: Any) -> Iterator[tuple[sql.Server, Any, Access]]:
    """A session with a server, inside a mandate."""
    os.environ.update(LAB_PASSWORD=PASSWORD, LAB_KEY="a key of the bench, long enough")
    with tempfile.TemporaryDirectory() as name:
        inventory = server.inventory(Path(name) / "log", "t")
        subject = replace(inventory.by_id["adh"], **changed)
        scope = Scope.of(inventory.authorisation)
        with (
            guarded(scope),
            Access.open(subject, inventory, scope) as access,
            sql.opened(access, subject, spare=2, counts=True) as session,
        ):
            yield session, subject, access


def looked(server: Served, **changed: Any) -> tuple[float, list[IdentifierColumn]]:
    """Seconds of a look at everything, sign-in left out, and the columns; the best of three."""
    best, columns = 1e9, []
    for _ in range(3):
        with opened(server, **changed) as (session, subject, access):
            begun = time.monotonic()
            wanted = frozenset({IdentifierColumn})
            found = list(discovery.collect(session, subject, access, wanted))
            best = min(best, time.monotonic() - begun)
        columns = [one for one in found if isinstance(one, IdentifierColumn)]
    return best, columns


def told_apart(server: Served) -> tuple[float, Score]:
    """Seconds for the estate of 300 columns, and how they were told apart."""
    made = estate()
    use = "USE adh; " if server.scheme == "mysql" else ""
    grant = (
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader; ANALYZE;"
        if server.scheme == "postgresql"
        else ""
    )
    server.run(use + statements(made, lambda text: "'" + text.replace("'", "''") + "'") + grant)
    seconds, columns = looked(server)
    claims: dict[tuple[str, str], set[str]] = {}
    for one in columns:
        _, table, name = one.key.split(".")
        figures = (one.sampled, one.candidates, one.valid)
        proven = sure(IdentifierCount(name, one.identifier, one.encoding, *figures))
        claims.setdefault((table, name), set()).update({one.identifier} if proven else ())
    return seconds, score(made, claims)


def kept(server: Served) -> float:
    """Milliseconds for the statistics of a hundred columns."""
    with opened(server) as (session, _, __):
        best = 1e9
        for _ in range(3):
            begun = time.monotonic()
            count = len(list(statistics.kept(session, DIALECTS["postgresql"], 10)))
            best = min(best, time.monotonic() - begun)
    return best * 1000 * 100 / count


def rows() -> Iterator[Row]:
    """What issue 5 promises of databases."""
    for scheme, started in SERVERS.items():
        product = {"postgresql": "PostgreSQL", "mysql": "MariaDB"}[scheme]
        with started() as server:
            seconds, found = told_apart(server)
            share = f"precision {found.precision:.4f}, recall {found.found / found.planted:.4f}"
            bar = "precision >= 0.999, recall >= 0.99"
            yield Row(f"{product}: 300 columns, {seconds:.1f} s", share, bar)
            if scheme == "postgresql":
                yield Row("statistics, 100 columns", f"{kept(server):.0f} ms", "<= 50 ms")
            tables = {one.table for one in estate()}
            place = "adh." if scheme == "mysql" else ""
            server.run("".join(f"DROP TABLE {place}{one};" for one in tables))
            server.run(TABLES[scheme])
            sampled, _ = looked(server)
            name = f"{product}: 11 columns of {MILLION:,} rows"
            yield Row(f"{name}, sampled", f"{sampled:.2f} s", "<= 0.5 s")
            whole, _ = looked(server, rows="all")
            counted = whole - sampled
            yield Row(f"{name}, every row of one counted", f"{counted:.2f} s", "<= 1.5 s")
            for kind, (hit, of) in sorted(found.recall.items()):
                yield Row(f"{product}: recall of {kind}", f"{hit} of {of}", "")


BENCHES = {"data": rows}
