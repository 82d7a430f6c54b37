"""What tasks of the system's own modules decide: commands, downloads, users, files of servers.

Source: the modules' documentation in ansible-core 2.18 and the collections named beside them.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final, TypeAlias

from rempart.check import Gap, Observation, unseen
from rempart.collectors.repository.ansible.firewalls import firewalld, iptables, ufw
from rempart.collectors.repository.commands import told
from rempart.collectors.repository.compose.file import published
from rempart.collectors.repository.compose.service import service_facts
from rempart.collectors.repository.dockerfile.file import remote
from rempart.collectors.repository.leaks import given_away
from rempart.collectors.repository.places import Place
from rempart.collectors.repository.servers.reading import configuration
from rempart.collectors.repository.terraform.values import unresolved
from rempart.collectors.text import clean
from rempart.observations.exposure import LiteralSecret, OpenPort
from rempart.observations.sign_in import SignIn
from rempart.observations.transit import PeerVerification, Transit

Facts: TypeAlias = Callable[[dict[str, Any], str, Place], Iterator[Observation | Gap]]
FALSE: Final = (False, "false", "False", "no", "No", "off", "0", 0)
TRUE: Final = (True, "true", "True", "yes", "Yes", "on", "1", 1)
VERIFY: Final = (
    *("validate_certs", "validate_cert", "verify_ssl", "ssl_verify", "verify_certs", "sslverify"),
    *("tls_verify", "ssl_verify_host", "verify", "validate_api_certs", "verify_tls", "check_ssl"),
)
INSECURE: Final = (
    *("insecure", "skip_tls_verify", "insecure_registry", "ignore_certs", "tls_skip_verify"),
    *("allow_insecure", "insecure_skip_tls_verify"),
)
VERIFIED: Final = (
    ("certificate", True, VERIFY),
    ("certificate", False, INSECURE),
    ("package signature", False, ("disable_gpg_check", "allow_unauthenticated")),
)
CONTAINER: Final = {
    "published_ports": "ports",
    "publish": "ports",
    "env": "environment",
    "pid_mode": "pid",
    "pid": "pid",
    "network": "network_mode",
    "capabilities": "cap_add",
    "volume": "volumes",
}
FRAGMENTS: Final = {"sshd_config": "sshd_config.d/task.conf", "postgresql.conf": "task.conf"}


def verification(given: dict[str, Any], key: str, place: Place) -> Iterator[PeerVerification]:
    """Whether a task of any module verifies whom it speaks to, or what it installs."""
    told_: set[str] = set()
    for kind, good, names in VERIFIED:
        for name in names:
            value = given.get(name)
            on = _plain(value) and value in TRUE
            known = unseen(value) or (_plain(value) and value in (*TRUE, *FALSE))
            if value is None or kind in told_ or not known:
                continue
            told_.add(kind)
            fact: Any = on == good
            shown = f"{name}: {'yes' if on else 'no'}"
            if unseen(value):
                shown = f"{name} is not decided here"
                fact = unresolved(shown)
            yield PeerVerification(kind, fact, shown, **place.stamp(key))


def _plain(value: object) -> bool:
    return isinstance(value, str | int | bool)


def _command(given: dict[str, Any], key: str, place: Place) -> Iterator[Observation]:
    text = given.get("cmd") or given.get("_raw") or ""
    argv = given.get("argv")
    if isinstance(argv, list):
        text = " ".join(f"'{one}'" for one in argv)
    if isinstance(text, str):
        yield from given_away(told(text), key, place, lines=False)


def _cron(given: dict[str, Any], key: str, place: Place) -> Iterator[Observation]:
    if isinstance(given.get("job"), str) and given.get("state") != "absent":
        yield from given_away(told(given["job"]), key, place, lines=False)


def _download(given: dict[str, Any], key: str, place: Place) -> Iterator[Observation]:
    url = given.get("url") or given.get("src") or given.get("baseurl") or ""
    if not isinstance(url, str) or not url.lower().startswith(("http://", "ftp://")):
        return
    host = url.partition("://")[2].partition("/")[0].rpartition("@")[2].partition(":")[0]
    checked = given.get("checksum") or given.get("sha256sum") or given.get("gpgcheck") in TRUE
    if remote(host) and not checked:
        yield Transit("download", False, clean(url.partition("?")[0], 100), **place.stamp(key))


def _hba(given: dict[str, Any], key: str, place: Place) -> Iterator[Observation]:
    if given.get("state") == "absent":
        return
    rules = given.get("rules") if isinstance(given.get("rules"), list) else [given]
    lines = []
    for rule in rules or ():
        if not isinstance(rule, dict) or not (rule.get("contype") or given.get("contype")):
            continue
        kind = rule.get("contype") or given.get("contype")
        address = (
            rule.get("address") or rule.get("source") or rule.get("src") or given.get("source")
        )
        words = [kind, rule.get("databases") or "all", rule.get("users") or "all"]
        words += [] if kind == "local" else [address or "samehost"]
        words.append(rule.get("method") or given.get("method") or "md5")
        lines.append(" ".join(map(str, words)))
    yield from _as_file("pg_hba.conf", "\n".join(lines), key, place)


def _file(given: dict[str, Any], key: str, place: Place) -> Iterator[Observation]:
    """A whole file that a task writes out."""
    target, content = given.get("dest") or given.get("path"), given.get("content")
    if isinstance(target, str) and isinstance(content, str) and content.strip():
        yield from _as_file(target, content, key, place)


def _line(given: dict[str, Any], key: str, place: Place) -> Iterator[Observation]:
    """A line or block in a file: it decides what it says and nothing else."""
    target = given.get("path") or given.get("dest") or given.get("destfile") or given.get("name")
    content = given.get("line") or given.get("block") or given.get("insertline")
    if given.get("state") == "absent" or not (isinstance(target, str) and isinstance(content, str)):
        return
    name = target.rpartition("/")[2]
    folder = target.rpartition("/")[0].rpartition("/")[2]
    named = FRAGMENTS.get(name, target if folder.endswith(".d") else "")
    if named or name in ("pg_hba.conf", "pwquality.conf", "faillock.conf"):
        yield from _as_file(named or name, content, key, place)


def _replaced(given: dict[str, Any], key: str, place: Place) -> Iterator[Observation]:
    yield from _line({**given, "line": given.get("replace")}, key, place)


def _option(given: dict[str, Any], key: str, place: Place) -> Iterator[Observation]:
    """One option of an INI file; of those of MySQL only what it says."""
    target, section = given.get("path") or given.get("dest"), given.get("section")
    option, value = given.get("option"), given.get("value")
    if given.get("state") == "absent" or not all(isinstance(one, str) for one in (target, option)):
        return
    if str(target).rpartition(".")[2] == "cnf" and isinstance(section, str):
        content = f"[{section}]\n{option}" + ("" if value is None else f" = {value}")
        yield from _as_file("conf.d/task.cnf", content, key, place)


def _as_file(name: str, content: str, key: str, place: Place) -> Iterator[Observation]:
    """What a server's configuration says, as what the task says."""
    for one in configuration(name, content):
        if isinstance(one, LiteralSecret):
            own = f"{key} {one.attribute}"
        else:
            own = f"{key} {one.key.rpartition(' ')[2]}" if hasattr(one, "version") else key
        yield replace(
            one, key=clean(own, 300), source=place.path, line=place.line, end_line=place.line
        )


def _mount(given: dict[str, Any], key: str, place: Place) -> Iterator[Observation]:
    words = [
        given.get("src"),
        given.get("path") or given.get("name"),
        given.get("fstype"),
        given.get("opts"),
    ]
    if given.get("state") in ("absent", "unmounted"):
        return
    shown = [str(one or "-") for one in words]
    yield from _as_file("fstab", " ".join(one.replace(" ", "") for one in shown), key, place)


def _container(given: dict[str, Any], key: str, place: Place) -> Iterator[Observation | Gap]:
    if given.get("state") in ("absent", "stopped"):
        return
    service = {CONTAINER.get(name, name): value for name, value in given.items()}
    found = list(published(service, key, lambda _: place))
    yield from found
    ports = tuple(one for one in found if isinstance(one, OpenPort))
    yield from service_facts(service, key, lambda _: place, ports)


def _database_user(given: dict[str, Any], key: str, place: Place) -> Iterator[Observation]:
    if given.get("state") == "absent":
        return
    if given.get("password") == "":
        yield SignIn("anonymous", False, "password is empty", **place.stamp(key))


def _template(given: dict[str, Any], key: str, place: Place) -> Iterator[Observation]:
    host_key = str(given.get("ssh_opts") or "")
    if "StrictHostKeyChecking=no" in host_key:
        yield PeerVerification("host key", False, "StrictHostKeyChecking=no", **place.stamp(key))


FACTS: Final[dict[str, tuple[Facts, ...]]] = {
    "shell": (_command,),
    "command": (_command,),
    "raw": (_command,),
    "win_shell": (_command,),
    "win_command": (_command,),
    "script": (_command,),
    "expect": (_command,),
    "cron": (_cron,),
    "get_url": (_download,),
    "uri": (_download,),
    "unarchive": (_download,),
    "win_get_url": (_download,),
    "yum_repository": (_download,),
    "git": (_template,),
    "copy": (_file,),
    "lineinfile": (_line,),
    "blockinfile": (_line,),
    "replace": (_replaced,),
    "ini_file": (_option,),
    "postgresql_pg_hba": (_hba,),
    "postgresql_user": (_database_user,),
    "mysql_user": (_database_user,),
    "mount": (_mount,),
    "ufw": (ufw,),
    "iptables": (iptables,),
    "firewalld": (firewalld,),
    "docker_container": (_container,),
    "podman_container": (_container,),
}


def facts(
    module: str, given: dict[str, Any], key: str, place: Place
) -> Iterator[Observation | Gap]:
    """What a task of one of these modules decides."""
    for fact in FACTS.get(module, ()):
        yield from fact(given, key, place)
