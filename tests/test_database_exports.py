"""SQL Server and Oracle, from the answers their administrator saved."""

import re
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from rempart.check import Gap, Reason, Unknown
from rempart.cli.collect import command
from rempart.collectors import database
from rempart.collectors.database import credentials, exports
from rempart.collectors.database.exports.table import QUERIES
from rempart.errors import ContentErrors, NoCollector
from rempart.inventory import Database, load
from rempart.observations.database_accounts import ClientRule, DatabaseAccount, DatabaseServer
from rempart.observations.datastores import IdentifierColumn
from rempart.observations.passwords import PasswordPolicy
from rempart.transport import sql
from tests.loopback import access

WANTED = frozenset(credentials.BRINGS) | {IdentifierColumn}
SERVER = "sqlserver-server;1;16.0.4085.2;0;1"
LOGINS = """\
export;total;name;type_desc;is_disabled;administrator;is_policy_checked;is_expiration_checked;hash_algorithm;empty_password;name_as_password;days_left
sqlserver-logins;5;app;SQL_LOGIN;0;0;0;0;2;0;1;NULL
sqlserver-logins;5;empty;SQL_LOGIN;0;0;1;0;1;1;0;NULL
sqlserver-logins;5;sa;SQL_LOGIN;1;1;1;0;2;0;0;NULL
sqlserver-logins;5;PAYER\\dba;WINDOWS_LOGIN;0;1;NULL;NULL;NULL;0;0;NULL
sqlserver-logins;5;chef;SQL_LOGIN;0;1;1;1;2;0;0;30
"""
USERS = """\
"oracle-users","4","SYS","OPEN","11G 12C ","PASSWORD","","DEFAULT","1","0"
"oracle-users","4","APP","OPEN","10G 11G 12C","PASSWORD","2027-01-01","APPS","0","1"
"oracle-users","4","OPS$BATCH","OPEN","","EXTERNAL","","DEFAULT","0","0"
"oracle-users","4","XDB","EXPIRED & LOCKED","12C","PASSWORD","","DEFAULT","0","1"
"""
PROFILES = """\
"oracle-profiles","8","DEFAULT","FAILED_LOGIN_ATTEMPTS","10"
"oracle-profiles","8","DEFAULT","PASSWORD_LOCK_TIME","1/24"
"oracle-profiles","8","DEFAULT","PASSWORD_LIFE_TIME","UNLIMITED"
"oracle-profiles","8","DEFAULT","PASSWORD_VERIFY_FUNCTION","NULL"
"oracle-profiles","8","DEFAULT","PASSWORD_REUSE_MAX","UNLIMITED"
"oracle-profiles","8","APPS","FAILED_LOGIN_ATTEMPTS","DEFAULT"
"oracle-profiles","8","APPS","PASSWORD_LIFE_TIME","180"
"oracle-profiles","8","APPS","PASSWORD_VERIFY_FUNCTION","ORA12C_STRONG_VERIFY_FUNCTION"
"""
VERSION = '"oracle-server","1","19.0.0.0.0"\n'


def seen(folder: Path, **files: str | bytes) -> list[Any]:
    for name, content in files.items():
        raw = content if isinstance(content, bytes) else content.encode()
        (folder / f"{name}.csv").write_bytes(raw)
    subject = Database(id="claims", captured=folder)
    return list(database.collect(subject, None, WANTED))


def of(found: list[Any], kind: type[Any]) -> dict[str, Any]:
    return {one.key: one for one in found if isinstance(one, kind)}


def test_logins_of_sql_server_are_told_apart(tmp_path: Path) -> None:
    found = seen(tmp_path, server=SERVER, logins=LOGINS)
    accounts = of(found, DatabaseAccount)
    app, empty, sa = accounts["app"], accounts["empty"], accounts["sa"]
    assert (app.scheme, app.guessable, app.rules_apply) == ("sha512", True, False)
    assert (empty.scheme, empty.no_secret) == ("sha1", True)
    assert (sa.can_sign_in, sa.administrator) == (False, True)
    dba = accounts["PAYER\\dba"]
    assert (dba.scheme, dba.external, dba.administrator) == (None, "windows", True)
    assert date.fromisoformat(accounts["chef"].expires) > date.today()  # noqa: DTZ011
    (server,) = of(found, DatabaseServer).values()
    assert (server.version, server.new_passwords) == ("16.0.4085.2", "sha512")
    assert (server.checkers, server.tls_required) == ((), True)


def test_users_and_profiles_of_oracle_are_told(tmp_path: Path) -> None:
    found = seen(tmp_path, all=VERSION + USERS + PROFILES)
    accounts = of(found, DatabaseAccount)
    assert (accounts["SYS"].administrator, accounts["SYS"].scheme) == (True, "11g")
    assert (accounts["APP"].scheme, accounts["APP"].guessable) == ("10g", True)
    assert (accounts["APP"].max_age_days, accounts["APP"].expires) == (180, "2027-01-01")
    assert (accounts["OPS$BATCH"].external, accounts["OPS$BATCH"].scheme) == ("external", None)
    assert accounts["XDB"].can_sign_in is False
    policies = of(found, PasswordPolicy)
    default, apps = policies["DEFAULT"], policies["APPS"]
    assert (default.min_length, default.max_failures, default.unlock_seconds) == (0, 10, 3600)
    assert (default.max_age_days, default.bound) == (None, "")
    assert (apps.min_length, apps.upper, apps.min_classes) == (9, 2, 4)
    assert (apps.max_failures, apps.max_age_days, apps.bound) == (10, 180, "profile APPS")
    assert of(found, DatabaseServer)["oracle"].checkers == ()


def test_a_function_of_the_payers_own_is_not_known(tmp_path: Path) -> None:
    own = PROFILES.replace("ORA12C_STRONG_VERIFY_FUNCTION", "PAYER_VERIFY")
    policies = of(seen(tmp_path, all=VERSION + USERS + own), PasswordPolicy)
    assert isinstance(policies["APPS"].min_length, Unknown)
    assert policies["APPS"].max_failures == 10


@pytest.mark.parametrize("delimiter", [",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_whatever_a_tool_writes_around_it_is_read(
    tmp_path: Path, delimiter: str, encoding: str
) -> None:
    text = f"Changed database context.\r\n{SERVER}\r\n------\r\n{LOGINS}(5 rows affected)\r\n"
    text = text.replace("sqlserver-logins;5;app;", "sqlserver-logins;5;économe;")
    raw = text.replace(";", delimiter).replace("app", "économe").encode(encoding)
    found = seen(tmp_path, one=raw)
    assert "économe" in of(found, DatabaseAccount)


def test_what_an_export_does_not_hold_was_not_looked_at(tmp_path: Path) -> None:
    gaps = [one for one in seen(tmp_path, s=SERVER, l=LOGINS) if isinstance(one, Gap)]
    assert {(gap.type, gap.reason) for gap in gaps} == {
        ("IdentifierColumn", Reason.NO_COLLECTOR),
        ("PasswordPolicy", Reason.NO_COLLECTOR),
    }
    assert ClientRule.__name__ not in {gap.type for gap in gaps}


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, Reason.UNRESOLVED),
        ({"a": SERVER}, Reason.TRUNCATED),
        ({"a": SERVER, "b": LOGINS[: LOGINS.index("sqlserver-logins;5;chef")]}, Reason.TRUNCATED),
        ({"a": SERVER, "b": "sqlserver-logins;1;app"}, Reason.TRUNCATED),
        ({"a": SERVER, "b": VERSION}, Reason.UNRESOLVED),
        ({"a": VERSION + USERS}, Reason.TRUNCATED),
        ({"a": SERVER, "b": LOGINS.replace(";sa;", ';"sa;')}, Reason.TRUNCATED),
    ],
)
def test_half_an_export_is_no_evidence(
    tmp_path: Path, files: dict[str, str], reason: Reason
) -> None:
    found = seen(tmp_path, **files)
    assert not of(found, DatabaseAccount)
    told = {one.reason for one in found if isinstance(one, Gap) and one.type == "DatabaseAccount"}
    assert told == {reason}


def test_no_folder_and_links_are_refused(tmp_path: Path) -> None:
    gone = list(exports.collect(SimpleNamespace(captured=tmp_path / "none"), WANTED))
    assert {one.reason for one in gone if isinstance(one, Gap)} >= {Reason.UNREACHABLE}
    (tmp_path / "a.csv").symlink_to("/etc/passwd")
    told = [one for one in seen(tmp_path) if isinstance(one, Gap) and one.type == "DatabaseAccount"]
    assert [one.detail for one in told]
    assert "root:" not in repr(told)


def test_a_captured_database_is_never_dialled(tmp_path: Path) -> None:
    subject = Database(id="claims", captured=tmp_path)
    with access(subject) as own, pytest.raises(NoCollector), sql.opened(own, subject, spare=1):
        pytest.fail("there is nobody to ask")


@pytest.mark.parametrize("product", ["sqlserver", "oracle"])
def test_the_queries_only_read(product: str) -> None:
    printed = CliRunner().invoke(command, ["--database", product]).stdout_bytes.decode("ascii")
    bare = "\n".join(line for line in printed.splitlines() if not line.startswith("--"))
    assert set(re.findall(r"(?:\A|;)\s*(\w+)", bare)) <= {"SELECT", "SET"}
    assert not re.search(r"\b(?:INSERT|UPDATE|DELETE|CREATE|DROP|EXEC)\b", bare)
    assert set(re.findall(rf"'({product}-\w+)' AS export", bare)) == {
        name for name in QUERIES if name.startswith(product)
    }


@pytest.mark.parametrize("product", ["sqlserver", "oracle"])
def test_the_documentation_shows_the_queries_as_they_are(product: str) -> None:
    page = Path("docs/databases-and-policies.md").read_text("utf-8")
    assert f"```sql\n{exports.queries(product).decode()}```" in page


INVENTORY = """
schema: rempart.inventory/1
organisation: Tiers Payant Démonstration
language: fr
authorisation:
  reference: M-2026-1
  granted_by: Directrice
  contact: rssi@payer.example
  valid: {{from: 2026-01-01T00:00:00+01:00, until: 2046-12-31T23:59:59+01:00}}
  scope: ["127.0.0.0/8"]
subjects:
  databases:
    - {{id: claims{keys}}}
"""


@pytest.mark.parametrize(
    ("keys", "found"),
    [("", "neither"), (', captured: "dir:x", url: "mysql://a@127.0.0.1/b"', "both")],
)
def test_a_database_is_asked_or_captured(tmp_path: Path, keys: str, found: str) -> None:
    file = tmp_path / "inventory.yaml"
    file.write_text(INVENTORY.format(keys=keys))
    with pytest.raises(
        ContentErrors, match=f'exactly one of the keys "url" and "captured".*{found}'
    ):
        load(file)
    file.write_text(INVENTORY.format(keys=", captured: dir:x"))
    (subject,) = load(file).subjects
    assert isinstance(subject, Database)
    assert subject.captured == tmp_path / "x"
