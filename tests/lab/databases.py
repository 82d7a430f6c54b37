"""Debian's PostgreSQL and MariaDB on loopback, over TLS or not, while a context lasts."""

import os
import pwd
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trustme

from rempart.inventory import load
from tests.lab import need

PASSWORD = "pässword-of-the-lab"
_INVENTORY = """
schema: rempart.inventory/1
organisation: Tiers Payant Démonstration
language: fr
authorisation:
  reference: M-2026-1
  granted_by: Directrice
  contact: rssi@payer.example
  valid: {{from: 2026-01-01T00:00:00+01:00, until: 2046-12-31T23:59:59+01:00}}
  scope: ["127.0.0.0/8"]
  budget: {{connections: 20, requests: 20, per_second: 1000, seconds: {seconds}}}
subjects:
  read_logs:
    - {{id: file, path: {path}, pseudonyms: env:LAB_KEY}}
    - {{id: table, table: {table}, database: adh, pseudonyms: env:LAB_KEY}}
  databases:
    - {{id: adh, url: "{url}", password: env:LAB_PASSWORD{ca}}}
"""


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: how to reach it, and how its administrator talks to it."""

    scheme: str
    port: int
    folder: Path
    run: Callable[[str], str]

    @property
    def account(self) -> str:
        return "reader" if self.scheme == "postgresql" else "reader@'127.0.0.1'"

    def inventory(self, path: Path, table: str, *, seconds: int = 60, ca: bool = True) -> Any:
        text = _INVENTORY.format(
            seconds=seconds,
            path=path,
            table=table,
            url=f"{self.scheme}://reader@127.0.0.1:{self.port}/adh",
            ca=f", ca: 'file:{self.folder / 'ca.pem'}'" if ca else "",
        )
        file = path.parent / "inventory.yaml"
        file.write_text(text, encoding="utf-8")
        return load(file)


def _as() -> dict[str, Any]:
    """Servers run as nobody where the tests are root's."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def called(command: list[str], given: str = "") -> str:
    """What a command prints, run as the servers are."""
    done = subprocess.run(
        command, input=given, text=True, capture_output=True, check=False, cwd="/", **_as()
    )
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


@contextmanager
def place() -> Iterator[Path]:
    """A folder whose path another user may walk, which a test's own is not."""
    with tempfile.TemporaryDirectory(prefix="rempart-lab-") as name:
        folder, own = Path(name), _as()
        authority = trustme.CA()
        issued = authority.issue_cert("127.0.0.1")
        authority.cert_pem.write_to_path(folder / "ca.pem")
        issued.cert_chain_pems[0].write_to_path(folder / "server.pem")
        issued.private_key_pem.write_to_path(folder / "server.key")
        (folder / "server.key").chmod(0o600)
        if own:
            for each in (folder, *folder.iterdir()):
                os.chown(each, own["user"], own["group"])
        yield folder


def _port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def postgresql(*, tls: bool = True, settings: tuple[str, ...] = ()) -> Iterator[Served]:
    """A PostgreSQL; `settings` are its own (`log_statement=all`)."""
    need("psql", "postgresql")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    home = str(found[-1].parent) if found else str(Path(need("postgres", "postgresql")).parent)
    with place() as folder:
        data, port = folder / "data", _port()
        called([f"{home}/initdb", "-D", str(data), "-U", "admin", "-A", "trust", "-E", "UTF8"])
        (data / "pg_hba.conf").write_text("local all all trust\nhost all all all scram-sha-256\n")
        options = f"-k {folder} -p {port} -h 127.0.0.1 -c fsync=off"
        if tls:
            options += f" -c ssl=on -c ssl_cert_file={folder}/server.pem"
            options += f" -c ssl_key_file={folder}/server.key"
        options += "".join(f" -c {setting}" for setting in settings)
        control = [f"{home}/pg_ctl", "-D", str(data), "-w", "-s", "-l", str(folder / "log")]
        called([*control, "-o", options, "start"])
        try:
            client = ["psql", "-h", str(folder), "-p", str(port), "-U", "admin", "-Atq"]
            client += ["-v", "ON_ERROR_STOP=1"]
            called([*client, "postgres"], "CREATE DATABASE adh;")
            served = Served(
                "postgresql", port, folder, lambda given: called([*client, "adh"], given)
            )
            served.run(
                f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}';"  # noqa: S608
                "CREATE SCHEMA audit; GRANT USAGE ON SCHEMA audit TO reader;"
                "CREATE VIEW audit.never AS SELECT g::text AS login, pg_sleep(60)::text AS nir,"
                " '' AS ts FROM generate_series(1, 100) g;"
                "CREATE VIEW audit.many AS SELECT (g % 9)::text AS login, g::text AS nir,"
                " '2026-11-02 10:15:30' AS ts FROM generate_series(1, 900000) g;"
            )
            yield served
        finally:
            called([*control, "-m", "immediate", "stop"])


def _sealed(folder: Path) -> list[str]:
    """The options of a MariaDB that encrypts with a key from a file, which is made."""
    keys = folder / "keys.txt"
    keys.write_text(f"1;{os.urandom(32).hex()}\n", encoding="ascii")
    keys.chmod(0o600)
    if own := _as():
        os.chown(keys, own["user"], own["group"])
    return ["--plugin-load-add=file_key_management", f"--file-key-management-filename={keys}"]


@contextmanager
def mysql(*, tls: bool = True, sealing: tuple[str, ...] = ()) -> Iterator[Served]:
    """A MariaDB; with `sealing`, it encrypts by a key file and these options."""
    program, install = need("mariadbd", "mariadb-server"), "mariadb-install-db"
    with place() as folder:
        data, port, door = folder / "data", _port(), folder / "door"
        called(
            [
                *(need(install, "mariadb-server"), "--no-defaults", f"--datadir={data}"),
                *("--auth-root-authentication-method=normal", "--skip-test-db"),
            ]
        )
        options = [f"--datadir={data}", f"--socket={door}", f"--port={port}"]
        options += ["--bind-address=127.0.0.1", f"--pid-file={folder}/pid"]
        options += [f"--log-error={folder}/log", "--innodb-flush-log-at-trx-commit=0"]
        if tls:
            options += [f"--ssl-cert={folder}/server.pem", f"--ssl-key={folder}/server.key"]
        if sealing:
            options += [*_sealed(folder), *sealing]
        running = subprocess.Popen([program, "--no-defaults", *options], cwd="/", **_as())
        try:
            socketed = ["--no-defaults", f"--socket={door}", "-u", "root"]
            ping = ["mariadb-admin", *socketed, "--wait=30", "--silent", "ping"]
            subprocess.run(ping, check=True, capture_output=True)
            client = ["mariadb", *socketed, "--batch", "--skip-column-names"]
            client += ["--default-character-set=utf8mb4"]
            served = Served("mysql", port, folder, lambda given: called([*client], given))
            served.run(
                "CREATE DATABASE adh; CREATE DATABASE audit;"  # noqa: S608
                f"CREATE USER reader@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';"
                "GRANT SELECT ON adh.* TO reader@'127.0.0.1';"
                "CREATE VIEW audit.never AS SELECT seq AS login, SLEEP(60) AS nir, '' AS ts"
                " FROM adh.seq_1_to_100;"
                "CREATE VIEW audit.many AS SELECT seq % 9 AS login, seq AS nir,"
                " '2026-11-02 10:15:30' AS ts FROM adh.seq_1_to_900000;"
            )
            yield served
        finally:
            running.terminate()
            running.wait(timeout=60)


SERVERS: dict[str, Callable[..., Any]] = {"postgresql": postgresql, "mysql": mysql}
