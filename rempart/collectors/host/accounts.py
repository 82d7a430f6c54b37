"""Who may sign in, from passwd and shadow as the host reduced them: no hash is among the words."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rempart.check import Observation, Seen, Unknown
from rempart.collectors.host.defaults import FIRST, LAST, setting
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.groups import Belonging
from rempart.collectors.host.hashes import (
    AWK,
    REDUCE_PASSWD,
    REDUCE_SHADOW,
    reduced_passwd,
    reduced_shadow,
    secret,
)
from rempart.collectors.host.homes import Places, key_counts, places
from rempart.collectors.host.pam_files import LOGIN_DEFS, seen_files
from rempart.collectors.host.people import PEOPLE
from rempart.collectors.host.section import Section
from rempart.collectors.host.sign_ins import SignIns
from rempart.collectors.host.sudo import all_powerful
from rempart.collectors.host.sudo_sources import elsewhere
from rempart.errors import CollectError, Reason
from rempart.observations.accounts import UNASKED, Account

NO_SIGN_IN: Final = frozenset({"nologin", "false", "sync", "halt", "shutdown", "true"})
NEVER: Final = 99_999  # shadow writes "no limit" so
# Words that name a program or a task, not a person.
SERVICES: Final = frozenset(
    {
        *("svc", "srv", "service", "app", "apps", "batch", "cron", "daemon", "bot", "robot", "job"),
        *("deploy", "deployer", "ansible", "puppet", "chef", "salt", "jenkins", "gitlab", "runner"),
        *("backup", "bkp", "borg", "restic", "rsync", "sftp", "ftp", "edi", "transfer", "mft"),
        *("monitor", "monitoring", "nagios", "zabbix", "prometheus", "icinga", "nrpe", "audit"),
        *("postgres", "postgresql", "mysql", "mariadb", "oracle", "redis", "mongodb", "elastic"),
        *("tomcat", "wildfly", "jboss", "nginx", "apache", "httpd", "www", "web", "git", "docker"),
    }
)
_WORDS = re.compile(r"[a-z]+")
_SECRET: Final = ("hash_scheme", "hash_cost", "locked", "empty_password")
_AGES: Final = ("password_set", "min_days", "max_days", "inactive_days", "expires")


def accounts(answers: Answers) -> Iterator[Observation]:
    """Each local account; where shadow could not be read, what it would say is unknown."""
    yield from answers.once(_accounts)


def _accounts(answers: Answers) -> tuple[Account, ...]:
    return tuple(_read(answers))


def _read(answers: Answers) -> Iterator[Account]:
    host = _Host.of(answers)
    for name, state, scheme, cost, uid, shell, *more in _rows(answers.text("passwd")):
        if _number(uid) is None:
            continue  # an NIS `+` line is no account
        number = int(uid[:10])
        gid, home = (_number(more[0]), more[1]) if len(more) == 2 else (None, "")
        enters = shell.rsplit("/", 1)[-1] not in NO_SIGN_IN
        groups = host.groups.of_account(name, gid)
        yield Account(
            uid=number,
            shell=shell,
            can_sign_in=enters,
            hash_in_passwd=state in ("set", "locked") and scheme != "none",
            gid=UNASKED if gid is None else gid,
            home=home,
            kind=host.kind(name, number, enters=enters),
            groups=groups,
            admin=host.admin(name, number, groups),
            last_sign_in=host.sign_ins.of_account(name),
            keys=host.opened_by(name, home, number),
            key=name,
            **_joined(host.shadow, name, state, secret(state, scheme, cost, "/etc/passwd")),
        )


@dataclass(frozen=True, slots=True)
class _Host:
    """What is asked once for all accounts of a host."""

    shadow: Mapping[str, dict[str, Any]] | Unknown
    groups: Belonging
    people: tuple[Seen[int], Seen[int]]
    powerful: frozenset[str] | Unknown
    other_rules: Unknown | None
    sign_ins: SignIns
    key_files: Mapping[str, int] | Unknown
    looked: Places

    @classmethod
    def of(cls, answers: Answers) -> "_Host":
        powerful: frozenset[str] | Unknown
        try:
            powerful = all_powerful(answers)
        except CollectError as error:
            powerful = Unknown(error.reason, str(error))
        return cls(
            shadow=_shadow(answers),
            groups=Belonging.of(answers),
            people=_people(answers),
            powerful=powerful,
            other_rules=next((Unknown(gap.reason, gap.detail) for gap in elsewhere(answers)), None),
            sign_ins=SignIns.of(answers),
            key_files=key_counts(answers),
            looked=places(answers),
        )

    def opened_by(self, name: str, home: str, uid: int) -> Seen[int]:
        """How many keys lie where sshd looks for them; unknown where it may find others."""
        if isinstance(self.key_files, Unknown):
            return self.key_files
        files = list(self.looked.files(name, home, uid))
        count = sum(self.key_files.get(file, 0) for file in files)
        unseen = [
            *self.looked.elsewhere,
            *(file for file in files if not self.looked.looked_at(file)),
        ]
        if count or not unseen:
            return count
        place = unseen[0]
        return Unknown(Reason.UNRESOLVED, f"sshd also looks at {place}, which was not read")

    def kind(self, name: str, uid: int, *, enters: bool) -> Seen[str]:
        """Root, system, service or person: by its number, then by its shell and its name."""
        if uid == 0:
            return "root"
        least, most = self.people
        if not isinstance(least, int) or not isinstance(most, int):
            return least if not isinstance(least, int) else most  # type: ignore[return-value]
        if not least <= uid <= most:
            return "system"
        words = set(_WORDS.findall(name.lower()))
        return "person" if enters and not words & SERVICES else "service"

    def admin(self, name: str, uid: int, groups: Seen[tuple[str, ...]]) -> Seen[bool]:
        """Whether sudo lets it do everything, or it is root."""
        if uid == 0:
            return True
        if isinstance(self.powerful, Unknown):
            return self.powerful
        if self.powerful & {name, f"#{uid}", "ALL"}:
            return True
        by_group = any(one.startswith(("%", "+")) for one in self.powerful)
        if not isinstance(groups, tuple):
            return groups if by_group and isinstance(groups, Unknown) else False
        by_rule = any(f"%{group}" in self.powerful for group in groups)
        return by_rule if by_rule or self.other_rules is None else self.other_rules


def _people(answers: Answers) -> tuple[Seen[int], Seen[int]]:
    """The least and the greatest number of accounts of people."""
    try:
        found = seen_files(answers)
    except CollectError:
        return FIRST, LAST  # no PAM: shadow's own bounds, which busybox keeps too
    if found.partial and LOGIN_DEFS not in found.lines:
        return FIRST, LAST
    return setting(found, LOGIN_DEFS, "UID_MIN", FIRST), setting(found, LOGIN_DEFS, "UID_MAX", LAST)


def _joined(
    shadow: Mapping[str, dict[str, Any]] | Unknown, name: str, state: str, own: dict[str, Any]
) -> dict[str, Any]:
    """The secret's facts: passwd's own word, else shadow's; no line in shadow matches nothing."""
    if isinstance(shadow, Unknown):
        unseen = {**dict.fromkeys((*_SECRET, *_AGES), shadow), "source": "/etc/shadow"}
        return unseen if state == "shadow" else unseen | own
    told = shadow.get(name)
    if state != "shadow":
        return {**dict.fromkeys(_AGES), **own}
    return told or {**dict.fromkeys(_AGES), **secret("locked", "none", "", "/etc/shadow")}


def _shadow(answers: Answers) -> Mapping[str, dict[str, Any]] | Unknown:
    try:
        text = answers.text("shadow")
    except CollectError as error:
        return Unknown(error.reason, str(error))
    found: dict[str, dict[str, Any]] = {}
    for name, state, scheme, cost, day, inactive, *more in _rows(text):
        facts = secret(state, scheme, cost, "/etc/shadow")
        facts |= {"password_set": _number(day), "inactive_days": _number(inactive)}
        if len(more) == 3:
            least, most, ends = map(_number, more)
            limit = None if most is None or most >= NEVER else most
            facts |= {"min_days": least, "max_days": limit, "expires": ends}
        else:  # a host asked by an older version
            facts["inactive_days"] = UNASKED
        found.setdefault(name, facts)  # the first line of a name is the one that counts
    return found


def _number(text: str) -> int | None:
    return int(text[:10]) if text.isascii() and text.isdigit() else None


def _rows(text: str) -> Iterator[list[str]]:
    for line in text.split("\n"):
        fields = line.split("|")
        if len(fields) in (6, 8, 9) and fields[0]:
            yield fields


SECTIONS = (
    Section(
        "passwd",
        "/etc/passwd",
        PEOPLE,
        ((AWK, "-F:", REDUCE_PASSWD, "/etc/passwd"),),
        given=("/etc/passwd",),
        reduced=reduced_passwd,
    ),
    Section(
        "shadow",
        "/etc/shadow",
        PEOPLE,
        ((AWK, "-F:", REDUCE_SHADOW, "/etc/shadow"),),
        root=True,
        given=("/etc/shadow",),
        reduced=reduced_shadow,
    ),
)
READERS = {Account: accounts}
