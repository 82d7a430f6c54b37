"""What a policy looks at, asked in one script: every file, folder and command once.

POSIX sh. Root's own words are had by `sudo -n` for a command sudo lists, else what needs root comes
back as 77. Hashes of passwords become their scheme before anything leaves the host.
"""

import hashlib
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from rempart.collectors.sca.allowed import refusal
from rempart.collectors.sca.grammar import Malformed, Rule, words
from rempart.collectors.sca.policy import Policy

SECONDS: Final = 30  # a command may take
FILE: Final = 1 << 20  # bytes of a file
FILES: Final = 300  # of a folder whose content is asked for
ENTRIES: Final = 20_000  # names in a folder
ABSENT, OTHER, LARGE, NEEDS_ROOT, LATE, MISSING = 1, 3, 4, 77, 124, 127
# Without root these answer with half the truth, and say nothing of it.
ROOTS: Final = frozenset(
    (
        *("sshd", "auditctl", "augenrules", "nft", "iptables", "ip6tables", "iptables-save"),
        *("ip6tables-save", "ufw", "passwd", "chage", "visudo", "crontab", "dconf", "ausearch"),
        *("lastb", "blkid", "firewall-cmd", "apparmor_status", "aa-status", "faillock"),
    )
)
_HASHES: Final = (
    r"s#\(\$[0-9A-Za-z-]\{1,12\}\$\(rounds=[0-9]*\$\)\{0,1\}\)[A-Za-z0-9./$=,+-]\{12,\}#\1[hash]#g;"
    r"s#^\([^:]\{1,64\}:!*\)[A-Za-z0-9./]\{13\}:#\1[hash]:#"
)
_PREAMBLE: Final = rf"""LC_ALL=C; export LC_ALL
PATH=$PATH:/usr/sbin:/sbin; export PATH
cd /etc 2>/dev/null || cd /
uid=$(id -u)
limit=
timeout 5 true </dev/null >/dev/null 2>&1 && limit='timeout {SECONDS}'
pack=cat packed=
printf x | gzip -c 2>/dev/null | gzip -dc >/dev/null 2>&1 && packed=' gzip' pack='gzip -c'
q() {{
  printf '\n==rempart %s begin %s\n' "$nonce" "$1"; shift
  "$@" </dev/null 2>&1; printf '\n==rempart %s end %s\n' "$nonce" "$?"
}}
as_root() {{
  if [ "$uid" = 0 ]; then $limit "$@"
  elif [ "$become" = sudo ] && sudo -n -l "$@" >/dev/null 2>&1; then $limit sudo -n "$@"
  else return {NEEDS_ROOT}
  fi
}}
ask() {{ command -v "$1" >/dev/null 2>&1 || return {MISSING}; $limit "$@"; }}
own() {{ command -v "$1" >/dev/null 2>&1 || return {MISSING}; as_root "$@"; }}
there() {{
  [ -e "$1" ] && return 0
  up=${{1%/*}}
  while [ -n "$up" ] && [ ! -e "$up" ]; do up=${{up%/*}}; done
  [ -z "$up" ] || [ ! -d "$up" ] || [ -x "$up" ] || return {NEEDS_ROOT}
  return {ABSENT}
}}
file() {{
  there "$1" || return
  [ -f "$1" ] || return {OTHER}
  if [ ! -r "$1" ]; then as_root /usr/bin/cat "$1"; return; fi
  [ -z "$(find -L "$1" -prune -size +{FILE >> 9} 2>/dev/null)" ] || return {LARGE}
  cat "$1"
}}
kind() {{
  there "$1" || return
  [ -f "$1" ] && return 0
  return {OTHER}
}}
folder() {{
  there "$1" || return
  [ -d "$1" ] || return {OTHER}
  [ -r "$1" ] && [ -x "$1" ] || return {NEEDS_ROOT}
}}
tree() {{
  folder "$1" || return
  $limit find "$1" -mindepth 1 -type f -exec printf 'f %s\n' {{}} + 2>/dev/null | head -n {ENTRIES}
  $limit find "$1" -mindepth 1 -type l -exec printf 'l %s\n' {{}} + 2>/dev/null | head -n {ENTRIES}
  $limit find "$1" -mindepth 1 ! -type f ! -type l -exec printf 'o %s\n' {{}} + 2>/dev/null |
    head -n {ENTRIES}
}}
contents() {{
  folder "$1" || return
  $limit find "$1" -mindepth 1 \( -type f -o -type l \) 2>/dev/null | head -n {FILES} |
  while IFS= read -r one; do
    printf '\n==rempart %s file %s\n' "$nonce" "$one"
    [ -f "$one" ] || continue
    if [ -r "$one" ]; then head -c {FILE} "$one"
    else printf '==rempart %s hidden\n' "$nonce"
    fi
  done
}}
place() {{
  there "$1" || return
  [ -d "$1" ] || return {OTHER}
}}
processes() {{
  printf 'uid %s\n' "$uid"
  $limit ps -e -o comm= 2>/dev/null || $limit ps -o comm
  ls -l /proc/[0-9]*/exe 2>/dev/null
}}
"""


@dataclass(slots=True)
class Questions:
    """Everything the rules of some policies need; each thing has a short name in the script.

    A name is made of what is asked: a bundle made with one policy answers no other's questions.
    """

    files: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    trees: dict[str, str] = field(default_factory=dict)
    contents: dict[str, str] = field(default_factory=dict)
    commands: dict[tuple[str, ...], str] = field(default_factory=dict)
    processes: bool = False

    @classmethod
    def of(cls, policies: Iterable[Policy], *, every_command: bool = False) -> "Questions":
        """What these policies need, their requirements included."""
        made = cls()
        for policy in policies:
            for item in (*policy.items, *([policy.requirements] if policy.requirements else [])):
                for rule in item.rules:
                    made.add(rule, every_command=every_command)
        return made

    def add(self, rule: Rule, *, every_command: bool = False) -> None:
        """Ask what a rule needs; `every_command`: also commands that may do more than read."""
        if rule.kind == "p":
            self.processes = True
        elif rule.kind == "c":
            self._command(rule, every_command=every_command)
        for path in rule.targets if rule.kind in ("f", "d") else ():
            if rule.kind == "f":
                _name(
                    self.files if rule.pattern else self.kinds, path, "f" if rule.pattern else "k"
                )
            elif rule.pattern:
                _name(self.contents, path, "n")
            elif rule.name is None:
                _name(self.places, path, "i")
            else:
                _name(self.trees, path, "d")

    def _command(self, rule: Rule, *, every_command: bool) -> None:
        if rule.dialect.version == 4 and not rule.pattern:
            return  # found without being run
        try:
            argv = words(rule.target)
        except Malformed:
            return
        if argv and (every_command or not refusal(argv)):
            _name(self.commands, argv, "c")

    @property
    def asked(self) -> bool:
        """Whether there is anything to ask."""
        known = (self.files, self.kinds, self.places, self.trees, self.contents, self.commands)
        return self.processes or any(known)

    def script(self, nonce: str, *, become: str = "") -> bytes:
        """The script that asks all of it. Between the first and the last marker it is packed."""
        asked = [
            *(f"q {name} file {shlex.quote(path)}" for path, name in self.files.items()),
            *(f"q {name} kind {shlex.quote(path)}" for path, name in self.kinds.items()),
            *(f"q {name} place {shlex.quote(path)}" for path, name in self.places.items()),
            *(f"q {name} tree {shlex.quote(path)}" for path, name in self.trees.items()),
            *(f"q {name} contents {shlex.quote(path)}" for path, name in self.contents.items()),
            *(f"q {name} {_how(argv)} {shlex.join(argv)}" for argv, name in self.commands.items()),
            *(["q p processes"] if self.processes else []),
        ]
        lines = [
            "{",
            f"nonce={shlex.quote(nonce)}; become={shlex.quote(become)}",
            _PREAMBLE,
            r"""printf '\n==rempart %s policies 1%s\n' "$nonce" "$packed" """.rstrip(),
            "{",
            *asked,
            r"""printf '\n==rempart %s done\n' "$nonce" """.rstrip(),
            f"}} | sed {shlex.quote(_HASHES)} | $pack",
            r"""printf '\n==rempart %s done policies\n' "$nonce" """.rstrip(),
            "}",
            "",
        ]
        return "\n".join(lines).encode("utf-8", "replace")


def needs_root(argv: Iterable[str]) -> bool:
    """Whether a command, or one within a shell's text, tells the truth to root alone."""
    found = list(argv)
    inside = found[2].replace("|", " ").replace(";", " ").split() if len(found) == 3 else []
    return any(one.rpartition("/")[2] in ROOTS for one in (found[0], *inside))


def _how(argv: tuple[str, ...]) -> str:
    return "own" if needs_root(argv) else "ask"


K = TypeVar("K")


def _name(known: dict[K, str], thing: K, letter: str) -> None:
    if thing not in known:
        digest = hashlib.blake2b(repr(thing).encode("utf-8", "replace"), digest_size=6)
        known[thing] = f"{letter}{digest.hexdigest()}"
