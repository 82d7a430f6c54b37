"""Which family's reader a file of the repository is for, by its name, its folder or its content."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

SUFFIXES = (
    ".j2",
    ".jinja2",
    ".jinja",
    ".tmpl",
    ".tpl",
    ".template",
    ".erb",
    ".epp",
    ".in",
    ".tftpl",
    ".gotmpl",
    ".ctmpl",
)
PATTERNS: Final = tuple(
    (family, re.compile(pattern, re.I))
    for family, pattern in (
        ("pg_hba", r"(?:.*[._-])?pg_hba(?:[._-].*)?\.conf"),
        ("postgresql", r"(?:.*[._-])?postgres(?:ql)?(?:[._-].*)?\.conf"),
        (
            "mysql",
            r"(?:\.?my|mysqld?|mariadb(?:-server)?|\d+-(?:server|mysqld?|mariadb).*)\.(?:cnf|ini)|.+\.cnf",
        ),
        ("redis", r"(?:.*[._-])?(?:redis|valkey)(?:[._-].*)?\.conf"),
        ("mongodb", r"(?:.*[._-])?mongo(?:d|db|s)(?:[._-].*)?\.(?:conf|cfg|ya?ml)"),
        ("search", r"(?:elasticsearch|opensearch|kibana|opensearch_dashboards)\.ya?ml"),
        ("rabbitmq", r"rabbitmq\.conf"),
        ("mosquitto", r"mosquitto\.conf"),
        ("haproxy", r"(?:.*[._-])?haproxy(?:[._-].*)?\.(?:cfg|conf)"),
        (
            "apache",
            r"(?:httpd|apache2?|ssl|httpd-ssl|vhosts?|000-default|default-ssl)(?:[._-].*)?\.conf|\.htaccess",
        ),
        ("sshd", r"sshd_config"),
        ("crypttab", r"crypttab"),
        ("fstab", r"fstab"),
        ("crontab", r"crontab|.+\.cron(?:tab)?"),
        ("unit", r".+\.(?:service|socket|timer|mount)|override\.conf"),
        ("spring", r"(?:application|bootstrap)(?:[.-][\w.-]+)?\.(?:properties|ya?ml)"),
        ("script", r".+\.(?:sh|bash|ksh|zsh)"),
        (
            "policy",
            r"pwquality\.conf|faillock\.conf|login\.defs|common-(?:auth|password|account)|system-auth|password-auth",
        ),
    )
)


FOLDERS: Final = {
    "cron.d": "crontab",
    "crontabs": "crontab",
    "cron.hourly": "script",
    "cron.daily": "script",
    "cron.weekly": "script",
    "cron.monthly": "script",
    "sshd_config.d": "sshd",
    "pam.d": "policy",
    "pwquality.conf.d": "policy",
}
SITES: Final = ("sites-available", "sites-enabled", "vhosts.d")
CONTENTS: Final = (
    ("apache", re.compile(r"<VirtualHost|^[ \t]*SSLProtocol[ \t]", re.M)),
    ("nginx", re.compile(r"(?:^|[\s;}])(?:server|http|upstream)\s*\{", re.M)),
    ("haproxy", re.compile(r"^[ \t]+bind[ \t]+\S+:\d", re.M)),
)


def untemplated(name: str) -> str:
    """A file's name without the endings of templates."""
    while name.endswith(SUFFIXES):
        name = name[: name.rindex(".")]
    return name


def family_of(path: str, content: str | None = None) -> str:
    """Which family's reader a file is for; empty where none is.

    Without its content, a file that only its content tells counts as `unknown`.
    """
    pure = PurePosixPath(path)
    name, folders = untemplated(pure.name), [part.lower() for part in pure.parts[:-1]]
    for family, pattern in PATTERNS:
        if pattern.fullmatch(name):
            return family
    folder = folders[-1] if folders else ""
    if folder in FOLDERS:
        return FOLDERS[folder]
    sites = any(part in SITES for part in folders)
    if not sites and PurePosixPath(name).suffix not in (".conf", ".vhost", ".site", ".cfg"):
        return ""
    return "unknown" if content is None else _of_content(content, folders)


def _of_content(content: str, folders: Sequence[str]) -> str:
    for family, pattern in CONTENTS:
        if pattern.search(content):
            return family
    about = {"postgresql", "postgres", "redis", "haproxy"}.intersection(folders)
    named = min(about, default="")
    return "postgresql" if named == "postgres" else named
