"""Keys and passphrases in the files where backups and databases are set up on a host.

The host's own awk looks for them with the patterns of `artefacts.key_words`: what comes back is
file, line and which pattern, never the line. Files this account may not read are gaps.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, NamedTuple

from rempart.check import Gap, Observation, Reason, Seen, Unknown
from rempart.collectors.artefacts.key_words import KEYS, SERVICES, TOKENS
from rempart.collectors.artefacts.keys import grouped, readers
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.section import Section
from rempart.collectors.text import clean
from rempart.observations.keys import REACH_UNTOLD, SEAL_UNTOLD, KeyReference, StoredKey

NAMED: Final = ("age identity", "borg key")
PLACES: Final = (
    *("/etc/crontab", "/etc/cron.d/*", "/etc/cron.daily/*", "/etc/cron.hourly/*"),
    *("/etc/cron.weekly/*", "/var/spool/cron/crontabs/*", "/var/spool/cron/*"),
    *("/etc/pgbackrest.conf", "/etc/pgbackrest/*.conf", "/etc/pgbackrest/conf.d/*.conf"),
    *("/etc/barman.conf", "/etc/barman.d/*.conf", "/etc/restic/*", "/etc/borgmatic/*"),
    *("/etc/borgmatic.d/*", "/etc/duplicity/*", "/etc/backup*", "/etc/backups/*"),
    *("/etc/mysql/*.cnf", "/etc/mysql/conf.d/*", "/etc/mysql/mariadb.conf.d/*", "/etc/my.cnf"),
    *("/etc/my.cnf.d/*", "/etc/mysql/encryption/*", "/etc/mysql/*key*", "/var/lib/mysql/*key*"),
    *("/etc/default/*", "/etc/sysconfig/*", "/etc/systemd/system/*.service", "/etc/vault*/*"),
    *("/usr/local/bin/*.sh", "/usr/local/bin/*backup*", "/usr/local/bin/*dump*"),
    *("/usr/local/sbin/*.sh", "/usr/local/sbin/*backup*", "/usr/local/sbin/*dump*"),
    *("/opt/*/*.sh", "/opt/*/bin/*.sh", "/root/*.sh"),
    *("/root/.config/age/*", "/root/.config/borg/keys/*", "/root/.vault-token", "/etc/*.age"),
)


# What names a key and opens nothing: age's public key, a Borg repository's number.
_PUBLIC: Final = (
    '/^# public key: age1[0-9a-z]+$/ { print FILENAME ":" FNR ":p" $4; next }\n'
    '/^BORG_KEY [0-9a-f]+/ { print FILENAME ":" FNR ":p" substr($2, 1, 64) }\n'
)


def _quoted(pattern: str) -> str:
    return '"' + pattern.replace("\\", "\\\\").replace('"', '\\"') + '"'


def program() -> str:
    """awk: a line is told once a file and pattern, as `file:line:letter number`.

    After `p` stands what is public of the key in that file.
    """
    asked = [("k", number, word.pattern) for number, word in enumerate(KEYS)]
    asked += [("t", number, pattern) for number, pattern in enumerate(TOKENS)]
    for number, service in enumerate(SERVICES):
        asked.append(("s", number, service.pattern))
        asked += [("c", number, service.clear)] if service.clear else []
    rules = "".join(
        f'$0 ~ {_quoted(pattern)} && !n[FILENAME "{letter}{number}"]++ '
        f'{{ print FILENAME ":" FNR ":{letter}{number}" }}\n'
        for letter, number, pattern in asked
    )
    return f"{_PUBLIC}/^[ \t]*#/ {{ next }}\n{rules}"


_CODE: Final = (
    r"""key_files() {
  program=$1
  set -- """
    + " ".join(PLACES)
    + r"""
  for file do
    shift
    if [ -f "$file" ] && [ -r "$file" ]; then set -- "$@" "$file"
    elif [ -f "$file" ]; then printf '?%s\n' "$file"
    fi
  done
  for folder in /etc/pgbackrest /etc/restic /etc/borgmatic /var/spool/cron/crontabs /root; do
    [ ! -d "$folder" ] || [ -r "$folder" ] || printf '?%s\n' "$folder"
  done
  [ $# -eq 0 ] && return 0
  found=$($limit awk "$program" "$@")
  printf '%s\n' "$found"
  printf '%s\n' "$found" | awk -F: '!n[$1]++ { print $1 }' | while IFS= read -r file; do
    [ -z "$file" ] || stat -c '@%a %U %Y %n' "$file"
  done
  return 0
}
"""
)
_HIT: Final = re.compile(r"^(/[^:]*):(\d{1,7}):([kstc])(\d{1,2})$")
_MARK: Final = re.compile(r"^(/[^:]*):\d{1,7}:p([0-9a-z]{16,100})$")
_STAT: Final = re.compile(r"^@([0-7]{3,4}) (\S+) (\d{1,12}) (/.*)$")


class _Mode(NamedTuple):
    """Who may read a file, whose it is, the day it changed."""

    readers: Seen[str]
    owner: str
    day: str


class _Told(NamedTuple):
    """What the section said: places of each kind, modes, files that were not read."""

    hits: dict[str, list[tuple[str, int, int]]]
    modes: dict[str, _Mode]
    hidden: tuple[str, ...]
    marks: dict[str, str]


def stored_keys(answers: Answers) -> Iterator[Observation | Gap]:
    """Keys in files of the host, each kind once a file."""
    told = _read(answers.text("key_files"))
    for file, hits in told.hits.items():
        mode = told.modes.get(file, _untold(file))
        kinds: set[str] = set()
        for letter, number, line in hits:
            if letter != "k" or number >= len(KEYS) or KEYS[number].kind in kinds:
                continue
            word = KEYS[number]
            kinds.add(word.kind)
            yield StoredKey(
                word.kind,
                SEAL_UNTOLD if word.kind == "borg key" else False,
                mode.readers,
                mode.owner,
                word.opens,
                False,
                told.marks.get(file, "") if word.kind in NAMED else "",
                mode.day,
                key=f"{file}:{line}",
                source=file,
                line=line,
            )
    yield from _gaps(told, StoredKey)


def key_references(answers: Answers) -> Iterator[Observation | Gap]:
    """Services that files of the host name as holders of keys."""
    told = _read(answers.text("key_files"))
    for file, hits in told.hits.items():
        clear = {number for letter, number, _ in hits if letter == "c"}
        token = any(letter == "t" for letter, _, _ in hits)
        for letter, number, line in hits:
            if letter != "s" or number >= len(SERVICES):
                continue
            service = SERVICES[number]
            encrypted: Seen[bool] = number not in clear
            if not service.clear:
                encrypted = REACH_UNTOLD
            yield KeyReference(
                service.name,
                encrypted,
                token,
                key=f"{file}: {service.name}",
                source=file,
                line=line,
            )
    yield from _gaps(told, KeyReference)


def _read(text: str) -> _Told:
    hidden = tuple(clean(row[1:], 200) for row in text.split("\n") if row[:2] == "?/")
    told = _Told({}, {}, hidden, {})
    for row in text.split("\n"):
        if hit := _HIT.match(row):
            place = (hit[3], int(hit[4]), int(hit[2]))
            told.hits.setdefault(clean(hit[1], 200), []).append(place)
        elif mark := _MARK.match(row):
            public = mark[2] if mark[2].startswith("age1") else grouped(mark[2])
            told.marks[clean(mark[1], 200)] = public
        elif stat := _STAT.match(row):
            mode = int(stat[1], 8)
            moment = datetime.fromtimestamp(min(int(stat[3]), 32_503_680_000), UTC)
            day = moment.date().isoformat()
            told.modes[clean(stat[4], 200)] = _Mode(readers(mode), clean(stat[2], 40), day)
    return told


def _untold(file: str) -> _Mode:
    return _Mode(Unknown(Reason.UNRESOLVED, f"the mode of {file} was not told"), "", "")


def _gaps(told: _Told, type_: type[Observation]) -> Iterator[Gap]:
    for file in told.hidden:
        words = "this account may not read it"
        yield Gap(type_.__name__, Reason.PRIVILEGE, words, key=file, source=file)


SECTIONS = (
    Section(
        "key_files",
        "key files",
        (StoredKey, KeyReference),
        (("key_files", program()),),
        code=_CODE,
        given=("key_files.txt",),
    ),
)
READERS = {StoredKey: stored_keys, KeyReference: key_references}
