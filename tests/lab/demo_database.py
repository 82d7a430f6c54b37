"""The demonstration's database, made on a real MariaDB, and its answers recorded.

`python -m tests.lab.demo_database` writes `inventories/demo/database/answers.json` anew; it is due
whenever a statement of the database collector changes.
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from rempart.collectors.database import TOPICS
from rempart.collectors.text import clean
from rempart.demo.data import _people
from rempart.demo.database import FILE, Answered, name
from rempart.errors import CollectError, Limited, Privilege, Refused, Unreachable
from rempart.inventory import load
from rempart.scope import Scope, guarded
from rempart.secrets import Redactor
from rempart.transport import sql
from rempart.transport.access import Access
from tests.lab.databases import PASSWORD, Served, mysql

INVENTORIES = Path("inventories")
SEALING = (
    *("--innodb-encrypt-tables=ON", "--innodb-encryption-threads=0", "--log-bin", "--server-id=1"),
    "--slow-query-log",
)
CODES = {Privilege: "ERROR 1142", Limited: "ERROR 1969", Unreachable: "ERROR 1146"}
TABLES = """
DROP DATABASE audit;
CREATE TABLE adh.assures (id INT PRIMARY KEY, nir CHAR(15), nom VARCHAR(40), naissance DATE,
  organisme VARCHAR(60), rpps CHAR(11), modifie DATE) ENCRYPTED=YES;
CREATE TABLE adh.assures_2019 (id INT PRIMARY KEY, nir CHAR(15), nom VARCHAR(40), naissance DATE,
  organisme VARCHAR(60), modifie DATE) ENCRYPTED=NO;
CREATE TABLE adh.prestations (id INT PRIMARY KEY, jeton BINARY(32), acte CHAR(7), montant INT,
  soins DATE) ENCRYPTED=YES;
CREATE TABLE adh.relances (id INT PRIMARY KEY, nir CHAR(15), texte VARCHAR(200)) ENGINE=MyISAM;
CREATE VIEW adh.prestations_lisibles AS
  SELECT id, AES_DECRYPT(jeton, 'cle-de-demonstration') AS nir, acte FROM adh.prestations;
ANALYZE TABLE adh.assures PERSISTENT FOR ALL;
GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON adh.* TO reader@'127.0.0.1';
GRANT PROCESS ON *.* TO reader@'127.0.0.1';
GRANT SELECT ON mysql.* TO reader@'127.0.0.1';
CREATE USER portail@'%' IDENTIFIED VIA mysql_native_password USING PASSWORD('Portail-2019-demo!');
GRANT SELECT, INSERT, UPDATE ON adh.* TO portail@'%';
CREATE USER sauvegarde@localhost IDENTIFIED VIA unix_socket;
GRANT SELECT ON *.* TO sauvegarde@localhost;
"""

# Root signs in by its own account alone, as Debian has it.
ROOT = """
DELETE FROM mysql.global_priv WHERE user = 'root' AND host <> 'localhost';
FLUSH PRIVILEGES;
ALTER USER root@localhost IDENTIFIED VIA unix_socket;
"""


class Recorder:
    """A session that keeps its answers; what only the owner may ask, the owner is asked."""

    def __init__(self, session: Any, owner: Any, folder: Path) -> None:
        self.dialect = session.dialect
        self.kept: dict[str, Answered] = {}
        self._session, self._owner, self._folder = session, owner, folder

    def ask(self, statement: str, *, owner: bool = False, seconds: float = 0) -> list[Any]:
        asking = self._owner if owner else self._session
        begun = clean(" ".join(statement.split()), 90)
        try:
            rows = asking.ask(statement, seconds=seconds)
        except CollectError as error:
            code = CODES.get(type(error), "ERROR 1142" if isinstance(error, Refused) else "1146")
            self.kept[name(statement)] = Answered(begun, error=code)
            raise
        told = tuple(tuple(map(self._elsewhere, row)) for row in rows)
        self.kept[name(statement)] = Answered(begun, told)
        return list(told)

    def _elsewhere(self, value: str | None) -> str | None:
        """The value as a server would tell it that lies where the demonstration says."""
        if value is None:
            return None
        value = value.replace(str(self._folder / "data"), "/srv/mysql")
        value = value.replace(str(self._folder / "keys.txt"), "/etc/mysql/encryption/keys.txt")
        value = value.replace(str(self._folder / "door"), "/run/mysqld/mysqld.sock")
        return value.replace(str(self._folder), "/run/mysqld").replace("reader", "audit")


def filled(server: Served) -> None:
    """The payer's tables, with people who cannot exist."""
    server.run(TABLES)
    people = list(_people())
    for table, since in (("assures", "2024"), ("assures_2019", "2019")):
        extra = ", '10003879623'" if table == "assures" else ""
        rows = ", ".join(
            f"({n}, '{nir}', '{who}', '{born}', '{body}'{extra}, '{since}-0{n % 9 + 1}-11')"
            for n, (nir, who, born, body) in enumerate(people, 1)
        )
        server.run(f"INSERT INTO adh.{table} VALUES {rows};")  # noqa: S608
    rows = ", ".join(
        f"({n}, UNHEX(SHA2('jeton {n}', 256)), 'DEQP003', {n * 7}, '2026-03-{n % 27 + 1:02d}')"
        for n, _ in enumerate(people, 1)
    )
    server.run(f"INSERT INTO adh.prestations VALUES {rows};")  # noqa: S608
    rows = ", ".join(f"({n}, '{nir}', 'Relance')" for n, (nir, *_) in enumerate(people, 1))
    server.run(f"INSERT INTO adh.relances VALUES {rows};")  # noqa: S608
    server.run("ANALYZE TABLE adh.assures PERSISTENT FOR ALL;")


def _subject(place: Path) -> Any:
    """The database as the demonstration's inventory names it."""
    shutil.copyfile(INVENTORIES / "demo.yaml", place / "demo.yaml")
    shutil.copytree(INVENTORIES / "demo", place, dirs_exist_ok=True)
    return next(one for one in load(place / "demo.yaml").subjects if one.id == "adherents")


def answers() -> dict[str, Answered]:
    """What a real server answers to everything the topics ask of the demonstration's database."""
    with mysql(sealing=SEALING) as server, tempfile.TemporaryDirectory() as place:
        subject = _subject(Path(place))
        filled(server)
        os.environ["LAB_PASSWORD"], os.environ["LAB_KEY"] = PASSWORD, "x" * 40
        server.run(f"CREATE USER dba@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';")
        server.run("GRANT ALL ON *.* TO dba@'127.0.0.1';" + ROOT)
        inventory = server.inventory(Path(place) / "log", "audit.many")
        database = next(one for one in inventory.subjects if one.kind == "database")
        root = msgspec.structs.replace(database, url=database.url.replace("reader@", "dba@"))
        scope = Scope.of(inventory.authorisation)
        access = Access.open(database, inventory, scope, Redactor())
        with (
            guarded(scope),
            sql.opened(access, database, spare=1, counts=True) as session,
            sql.opened(access, root, spare=1, counts=True) as owner,
        ):
            recorder = Recorder(session, owner, server.folder)
            for topic in TOPICS:
                list(topic.collect(recorder, subject, access, frozenset(topic.BRINGS)))
    return recorder.kept


def main() -> None:
    """Write the recording."""
    file = INVENTORIES / FILE
    file.parent.mkdir(exist_ok=True)
    raw = msgspec.json.encode(answers(), order="sorted")
    file.write_bytes(msgspec.json.format(raw, indent=1) + b"\n")


if __name__ == "__main__":
    main()
