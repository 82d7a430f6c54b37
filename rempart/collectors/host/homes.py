"""What lies in people's homes: keys and tokens. What a file holds is reduced where it lies.

`find` looks at a few folders, no deeper than the commands say, never through links, on one file
system each; of regular files it has awk print what `_READ` prints and nothing else: of authorized
keys the public key and the names of its options, of private keys which kind of header they have.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from shlex import join
from typing import Final

from rempart.check import Unknown
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.handed_homes import handed
from rempart.collectors.host.hashes import AWK
from rempart.collectors.host.people import PEOPLE
from rempart.collectors.host.section import Section, written
from rempart.errors import CollectError

FIND: Final = "/usr/bin/find"
STAT: Final = "/bin/stat"
DEPTHS: Final = (4, 3)  # how many levels below the near folders, and below the far ones
SHOWN: Final = "G|%a|%u|%g|%F|%n"
NEAR: Final = ("/root", "/home")
USUAL: Final = (".ssh/authorized_keys", ".ssh/authorized_keys2")  # where sshd looks by itself
FAR: Final = ("/var/lib", "/srv", "/opt", "/etc/ssh")
# Prints K|file|line|options|type|key, X|file|line for a line that is no key, P|file|format|state.
_READ: Final = (
    'function key(s,o,n,q,w,i,c,p){sub(/^[ \\t]+/,"",s);'
    "if(s!~/^(ssh|ecdsa|sk)-[a-z0-9@.-]+[ \\t]+AAAA/){w=1;"
    "for(i=1;i<=length(s);i++){c=substr(s,i,1);"
    'if(q){if(c=="\\\\")i++;else if(c=="\\"")q=0;continue}'
    'if(c=="\\""){q=1;w=0;continue}if(c=="="){w=0;continue}'
    'if(c==","||c==" "||c=="\\t"){o=o n",";n="";w=1;if(c!=",")break;continue}'
    'if(w&&c~/[A-Za-z0-9-]/)n=n c}s=substr(s,i);sub(/^[ \\t]+/,"",s)}'
    "split(s,p,/[ \\t]+/);"
    "if(p[1]~/^(ssh|ecdsa|sk)-[a-z0-9@.-]+$/&&p[2]~/^AAAA[A-Za-z0-9+\\/=]+$/)"
    'print "K|"f"|"FNR"|"o"|"p[1]"|"p[2];else print "X|"f"|"FNR}'
    'function said(k,s){print "P|"f"|"k"|"s;h=""}'
    'FNR==1{h="";f=FILENAME;gsub(/[^ -z}{~]/,"?",f)}'
    '{sub(/\\r$/,"")}'
    "FILENAME~/google[-_]authenticator|u2f_keys/{next}"
    "FILENAME~/authorized_keys/{if($0!~/^[ \\t]*(#|$)/)key($0);next}"
    'h=="pem"{said(h,$0~/^Proc-Type: 4,ENCRYPTED/?"sealed":"clear")}'
    'h=="openssh"{said(h,$0~/^b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ/?"clear":"sealed")}'
    'h=="putty"&&/^Encryption:/{said(h,$2=="none"?"clear":"sealed")}'
    '/^-----BEGIN (RSA|EC|DSA) PRIVATE KEY-----$/{h="pem"}'
    '/^-----BEGIN OPENSSH PRIVATE KEY-----$/{h="openssh"}'
    '/^PuTTY-User-Key-File-/{h="putty"}'
    '/^-----BEGIN PRIVATE KEY-----$/{said("pkcs8","clear")}'
    '/^-----BEGIN ENCRYPTED PRIVATE KEY-----$/{said("pkcs8","sealed")}'
)
_NAMED: Final = (
    *("-path", "*/.ssh", "-o", "-path", "*/.ssh/*", "-o", "-name", ".google_authenticator"),
    *("-o", "-path", "*/google-authenticator/*", "-o", "-name", "u2f_keys"),
    *("-o", "-path", "/etc/ssh/authorized_keys*", "-o", "-name", "id_*", "-o", "-name", "*.ppk"),
)
_TOLD: Final = (
    *("-exec", STAT, "-c", SHOWN, "{}", "+"),
    *("-type", "f", "-size", "-2048", "-exec", AWK, _READ, "{}", "+"),
)
_HOMES: Final = (
    *("-path", "/root", "-o", "-path", "/home/*", "!", "-path", "/home/*/*", "-o"),
    *("-name", "*.pem", "-o", "-name", "*.key", "-o"),  # elsewhere servers keep theirs
)
_PLAIN: Final = ("!", "-path", "*[[:cntrl:]]*")  # a line break in a name would forge a row
LOOKS: Final = (
    (
        FIND,
        *NEAR,
        "-xdev",
        "-maxdepth",
        str(DEPTHS[0]),
        *_PLAIN,
        "(",
        *_HOMES,
        *_NAMED,
        ")",
        *_TOLD,
    ),
    (FIND, *FAR, "-xdev", "-maxdepth", str(DEPTHS[1]), *_PLAIN, "(", *_NAMED, ")", *_TOLD),
)
# 1 is a folder that is not there; what is not there holds no keys.
_CODE: Final = (
    "homes() {\n"
    + "".join(
        f'  as_root {join(look)}; code=$?\n  [ "$code" -le 1 ] || return "$code"\n'
        for look in LOOKS
    )
    + "}\n"
)


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One line of a file of authorized keys."""

    file: str
    line: int
    options: tuple[str, ...]
    kind: str
    blob: str


@dataclass(frozen=True, slots=True)
class Guard:
    """How one file or folder is guarded."""

    file: str
    mode: int
    owner: int
    group: int
    link: bool


@dataclass(frozen=True, slots=True)
class Homes:
    """What was found: keys, private keys (file, format, state), and how files are guarded.

    `handed` are the homes in a folder somebody handed over, `there` the tokens in them.
    """

    keys: list[KeyLine] = field(default_factory=list)
    private: list[tuple[str, str, str]] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)
    handed: list[str] = field(default_factory=list)
    there: list[str] = field(default_factory=list)


def homes(answers: Answers) -> Homes:
    """What lies in homes; raises Privilege where root was needed and was not to be had."""
    return answers.once(_homes)


def _homes(answers: Answers) -> Homes:
    found = Homes()
    for row in answers.text("homes").split("\n"):
        _kept(found, row)
    return found


@dataclass(frozen=True, slots=True)
class Places:
    """Where sshd looks for keys, in its own patterns, and what of it was not looked at here.

    `handed` are the homes in a folder somebody handed over; None where the host itself looked.
    """

    patterns: tuple[str, ...]
    elsewhere: tuple[str, ...]
    handed: tuple[str, ...] | None = None

    def looked_at(self, path: str) -> bool:
        """Whether a file of this path would have been found."""
        if self.handed is not None:
            return path.startswith(tuple(f"{home}/" for home in self.handed))
        return any(
            path.startswith(f"{folder}/") and path[len(folder) :].count("/") <= depth
            for folders, depth in zip((NEAR, FAR), DEPTHS, strict=True)
            for folder in folders
        )

    def files(self, name: str, home: str, uid: int) -> Iterator[str]:
        """The files that hold an account's keys."""
        words = {"%%": "%", "%h": home, "%u": name, "%U": str(uid)}
        for pattern in self.patterns:
            path = re.sub(r"%[%huU]", lambda match: words[match[0]], pattern)
            yield path if path.startswith("/") else f"{home.rstrip('/')}/{path}"


def places(answers: Answers) -> Places:
    """Where sshd looks; its defaults where it was not asked. Source: sshd_config(5)."""
    try:
        said = dict(_SETTING.findall(answers.text("sshd")))
    except CollectError:
        said = {}
    patterns = tuple(said.get("authorizedkeysfile", " ".join(USUAL)).split())
    command = said.get("authorizedkeyscommand", "none")
    seen = tuple(f"{folder}/" for folder in (*NEAR, *FAR))
    elsewhere = [
        one
        for one in patterns
        if one != "none"
        and not one.startswith((*seen, "%h/"))
        and (one.startswith("/") or "authorized_keys" not in one)
    ]
    unread = (*elsewhere, *([] if command == "none" else [command.split()[0]]))
    return Places(patterns, unread, _handed(answers) if answers.captured else None)


def _handed(answers: Answers) -> tuple[str, ...]:
    try:
        return tuple(homes(answers).handed)
    except CollectError:
        return ()


_SETTING: Final = re.compile(r"^(authorizedkeysfile|authorizedkeyscommand) (.+)$", re.MULTILINE)


def key_counts(answers: Answers) -> Mapping[str, int] | Unknown:
    """How many keys each file of authorized keys holds."""
    try:
        return Counter(one.file for one in homes(answers).keys)
    except CollectError as error:
        return Unknown(error.reason, str(error))


def guard(row: str) -> Guard | None:
    """One row of `stat`; None for any other."""
    fields = row.split("|", 5)
    if len(fields) != 6 or fields[0] != "G":
        return None
    _, mode, owner, group, kind, file = fields
    numbers = all(one.isascii() and one.isdigit() and len(one) < 11 for one in (owner, group))
    if not re.fullmatch(r"[0-7]{1,5}", mode) or not numbers:
        return None
    return Guard(file, int(mode, 8), int(owner), int(group), kind == "symbolic link")


def _kept(found: Homes, row: str) -> None:
    fields = row.split("|")
    if fields[0] == "K" and len(fields) == 6 and fields[2].isdigit():
        options = tuple(one for one in fields[3].lower().split(",") if one)
        found.keys.append(KeyLine(fields[1], int(fields[2][:7]), options, fields[4], fields[5]))
    elif fields[0] == "P" and len(fields) == 4:
        found.private.append((fields[1], fields[2], fields[3]))
    elif fields[0] in ("H", "T") and len(fields) == 2:
        (found.handed if fields[0] == "H" else found.there).append(fields[1])
    elif (one := guard(row)) is not None:
        found.guards.append(one)


SECTIONS = (
    Section(
        "homes",
        "find /home",
        PEOPLE,
        (("homes",),),
        code=_CODE,
        sudo=tuple(written(*look) for look in LOOKS),
        handed=handed,
    ),
)
