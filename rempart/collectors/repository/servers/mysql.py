"""MySQL and MariaDB: my.cnf and the files it includes.

Source: MySQL 8.4 reference manual, 7.1.8 (server system variables), 8.4.3 (validate_password);
MariaDB server documentation, innodb_encrypt_tables.
"""

import re
from collections.abc import Iterator

from rempart.check import Observation, Unknown
from rempart.collectors.repository.places import secret
from rempart.collectors.repository.secrets.given import written
from rempart.collectors.repository.servers.lines import Setting, Settings, Text, uncommented
from rempart.collectors.repository.servers.versions import listed, offered
from rempart.observations.datastores import DataStore
from rempart.observations.sign_in import SignIn
from rempart.observations.transit import Transit

SERVER = re.compile(r"mysqld(?:-[\d.]+)?|server|mariadb(?:-[\d.]+)?|mariadbd|galera")
ON = {
    "on": True,
    "1": True,
    "true": True,
    "yes": True,
    "": True,
    "force": True,
    "off": False,
    "0": False,
    "false": False,
    "no": False,
}
_SECTION = re.compile(r"\[([\w.-]+)\]")
_SETTING = re.compile(r"([A-Za-z][\w.-]*)\s*(?:=\s*(.*))?")


def sections(text: Text) -> dict[str, Settings]:
    """The settings by section; `-` and `_` in names are the same."""
    found: dict[str, Settings] = {}
    current = Settings(text)
    for line in text.lines:
        bare = line.text.strip()
        if match := _SECTION.match(bare):
            current = found.setdefault(match[1].lower(), Settings(text, line=line.number))
        elif bare and bare[0] not in "#;!" and (match := _SETTING.fullmatch(bare)):
            name = match[1].lower().replace("-", "_").removeprefix("loose_")
            value = uncommented(match[2] or "", "#;")
            current.found.setdefault(name, []).append(Setting(name, value, line.number, line.sure))
    return found


def my_cnf(text: Text) -> Iterator[Observation]:
    """What a my.cnf decides of the server, and passwords of clients in it."""
    for name, settings in sections(text).items():
        yield from _passwords(text, name, settings)
        if SERVER.fullmatch(name):
            yield from _server(text, name, settings)


def _passwords(text: Text, section: str, settings: Settings) -> Iterator[Observation]:
    for one in settings.found.get("password", ()):
        literal = written(one.value)
        if literal is not None:
            key = f"{text.path} [{section}] password"
            yield secret("password", key, literal, text.place(one.line), one.value, "password")


def _server(text: Text, section: str, settings: Settings) -> Iterator[Observation]:
    key = f"{text.path} [{section}]"
    grants = settings.decided(("skip_grant_tables",), ON, None)
    if grants is not None:
        guarded = grants.value if isinstance(grants.value, Unknown) else grants.value is False
        yield SignIn("anonymous", guarded, grants.words, **text.place(grants.line).stamp(key))
    if not _only_here(settings):
        whole = text.name in ("my.cnf", "my.ini") and section.startswith("mysqld")
        forced = settings.decided(
            ("require_secure_transport",),
            ON,
            False if whole else None,
            "require_secure_transport is absent: OFF by default",
        )
        off = settings.decided(("ssl", "skip_ssl"), {**ON, "disabled": False}, None)
        if off is not None and (off.words.startswith("skip_ssl") or off.value is False):
            yield Transit("database", False, off.words, **text.place(off.line).stamp(key))
        elif forced is not None:
            stamp = text.place(forced.line).stamp(key)
            yield Transit("database", forced.value, forced.words, **stamp)
    versions = settings.last("tls_version")
    value = settings.value("tls_version")
    if versions is not None and isinstance(value, str):
        yield from offered(text, listed(value.split(",")), versions.line, key)
    yield from _encryption(text, key, settings)


def _only_here(settings: Settings) -> bool:
    if settings.last("skip_networking") is not None:
        return True
    bound = settings.value("bind_address")
    return isinstance(bound, str) and bound in ("127.0.0.1", "localhost", "::1")


def _encryption(text: Text, key: str, settings: Settings) -> Iterator[DataStore]:
    names = ("innodb_encrypt_tables", "default_table_encryption")
    decided = settings.decided(names, ON, None)
    if decided is not None:
        holder = "host" if decided.value is True else None
        stamp = text.place(decided.line).stamp(key)
        yield DataStore("database", decided.value, holder, None, setting=decided.words, **stamp)
