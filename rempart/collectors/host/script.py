"""The one script a host is asked: fixed, read-only commands, each answer framed and digested.

POSIX sh, tried with dash and busybox; fed on stdin of `sh -s`, so its length has no limit and the
login shell's own output stays before the first marker. It writes no file, asks for no terminal and
becomes root only for the full command lines of `SECTIONS`, and then only by `sudo -n`.
"""

import secrets
import shlex
from collections.abc import Iterable
from dataclasses import dataclass

from rempart.check import Observation
from rempart.observations.accounts import Account, SudoRule
from rempart.observations.hosts import HostFacts
from rempart.observations.passwords import PasswordPolicy
from rempart.observations.ssh import SshdSettings
from rempart.observations.volumes import LuksHeader, Swap, Volume

# What a password field is reduced to on the host, from passwd and shadow alike:
# name|set, empty, locked or shadow|scheme tag|cost|field 3|field 7. No salt, no hash: a tag is
# printed when crypt(5) knows it, and of what follows only rounds, a bcrypt or a yescrypt cost.
REDUCE = (
    '{h=$2;s="set";if(h=="")s="empty";if(h=="x")s="shadow";'
    'if(h~/^[!*]/){s="locked";sub(/^[!*]+/,"",h)}'
    'n=split(h,p,"$");k="none";c="";'
    'if(n>3&&p[1]==""){'
    'k=index(" 1 2a 2b 2x 2y 3 5 6 7 8 md5 sha1 y gy "," "p[2]" ")?p[2]:"other";'
    "if(k~/^2/&&p[3]~/^[0-9][0-9]$/||k~/y$/&&length(p[3])<9||p[3]~/^rounds=[0-9]+$/)c=p[3]}"
    'else if(length(h)==13)k="des";else if(h~/^_/&&length(h)==20)k="bsdi";'
    'print $1"|"s"|"k"|"c"|"$3"|"$7}'
)
AWK = "/usr/bin/awk"
SSHD = "/usr/sbin/sshd"
CRYPTSETUP = "/usr/sbin/cryptsetup"
CVTSUDOERS = "/usr/bin/cvtsudoers"
LSBLK = "NAME,KNAME,TYPE,FSTYPE,UUID,MAJ:MIN,MOUNTPOINT"

# 77 (EX_NOPERM) says that root would be needed; 124 is timeout's.
PREAMBLE = r"""LC_ALL=C; export LC_ALL
PATH=$PATH:/usr/sbin:/sbin; export PATH
uid=$(id -u)
limit=
timeout 5 true </dev/null >/dev/null 2>&1 && limit='timeout 20'
crc=
printf x | cksum >/dev/null 2>&1 && crc=yes
as_root() {
  [ -x "$1" ] || return 127
  if [ "$uid" = 0 ]; then $limit "$@"
  elif [ "$become" = sudo ] && sudo -n -l "$@" >/dev/null 2>&1; then $limit sudo -n "$@"
  else return 77
  fi
}
show() {
  for file do
    shift
    if [ -f "$file" ] && [ -r "$file" ]; then set -- "$@" "$file"
    elif [ -e "$file" ]; then printf '?%s\n' "$file"
    elif [ -d "${file%/*}" ] && [ ! -r "${file%/*}" ]; then printf '?%s\n' "${file%/*}"
    fi
  done
  [ $# -eq 0 ] || $limit awk '!/^[ \t]*(#[ \t]|#?$)/ { print FILENAME ":" FNR ":" $0 }' "$@"
}
daemon() {
  waits='$1 == "sshd:" && /\[listener\]/ || $1 ~ /\/sshd$/'
  pid=$$
  while [ "${pid:-0}" -gt 1 ]; do
    line=$($limit ps -ww -o args= -p "$pid" | awk "$waits")
    [ -z "$line" ] || { printf '%s\n' "$line"; return; }
    pid=$($limit ps -o ppid= -p "$pid" | tr -d ' ')
  done
  $limit ps -ww -e -o args= | awk "$waits"
}
sudoers() {
  [ -e /etc/sudoers ] || return 0
  as_root /usr/bin/cvtsudoers -e -f sudoers /etc/sudoers
}
sudoers_files() {
  [ -x /usr/bin/cvtsudoers ] || show /etc/sudoers /etc/sudoers.d/*
}
luks() {
  devices=$($limit lsblk -rnpo KNAME,FSTYPE) || return
  for device in $(printf '%s\n' "$devices" | awk '$2 == "crypto_LUKS" && !n[$1]++ { print $1 }'); do
    dump=$(as_root /usr/sbin/cryptsetup luksDump "$device"); code=$?
    printf '@%s %s\n' "$device" "$code"
    printf '%s\n' "$dump" | awk '!/[0-9a-f][0-9a-f] [0-9a-f][0-9a-f] [0-9a-f][0-9a-f]/'
  done
}
digest() {
  if [ -n "$crc" ]; then printf '%s' "$text" | { printf 'cksum '; cksum; }
  else
    printf 'sha256 %s %s\n' "$(printf '%s' "$text" | sha256sum | cut -d' ' -f1)" \
      "$(printf '%s' "$text" | wc -c)"
  fi
}
frame() {
  text=$("section_$1" </dev/null 2>/dev/null); status=$?
  printf '==rempart %s begin %s\n%s\n' "$nonce" "$1" "$text"
  printf '==rempart %s end %s %s %s\n' "$nonce" "$1" "$status" "$(digest)"
}
"""


@dataclass(frozen=True, slots=True)
class Section:
    """One framed answer: the commands that print it, and the observations read from it.

    A command is an argument list. `root` marks those that need root. `paths` may hold patterns the
    host's shell expands; their lines come back as `file:line:text`, unreadable files as `?file`.
    """

    name: str
    source: str
    brings: tuple[type[Observation], ...]
    commands: tuple[tuple[str, ...], ...] = ()
    root: bool = False
    paths: tuple[str, ...] = ()

    def shell(self) -> str:
        """The section as a function of the script."""
        prefix = "as_root " if self.root else ""
        lines = [prefix + shlex.join(command) for command in self.commands]
        if self.paths:
            lines.append(" ".join(("show", *self.paths)))
        return f"section_{self.name}() {{ {'; '.join(lines)}; }}"


_PAM = (
    "/etc/pam.d/*",
    "/usr/etc/pam.d/*",
    "/usr/lib/pam.d/*",
    "/etc/security/pwquality.conf",
    "/etc/security/pwquality.conf.d/*.conf",
    "/etc/security/faillock.conf",
    "/etc/login.defs",
)
SECTIONS = (
    Section("release", "os-release", (HostFacts,), (("uname", "-sr"),), paths=("/etc/os-release",)),
    Section("daemon", "ps", (SshdSettings,), (("daemon",),)),
    Section("sshd", "sshd -T", (SshdSettings,), ((SSHD, "-T"),), root=True),
    Section(
        "sshd_config",
        "/etc/ssh/sshd_config",
        (SshdSettings,),
        paths=("/etc/ssh/sshd_config", "/etc/ssh/sshd_config.d/*.conf"),
    ),
    Section("passwd", "/etc/passwd", (Account,), ((AWK, "-F:", REDUCE, "/etc/passwd"),)),
    Section("shadow", "/etc/shadow", (Account,), ((AWK, "-F:", REDUCE, "/etc/shadow"),), root=True),
    Section("sudoers", "/etc/sudoers", (SudoRule,), (("sudoers",),)),
    Section("sudoers_files", "/etc/sudoers", (SudoRule,), (("sudoers_files",),)),
    Section("pam", "/etc/pam.d", (PasswordPolicy,), paths=_PAM),
    Section("lsblk", "lsblk", (Volume, Swap, LuksHeader), (("lsblk", "-J", "-b", "-o", LSBLK),)),
    Section("mounts", "/proc/self/mountinfo", (Volume, Swap), (("cat", "/proc/self/mountinfo"),)),
    Section("swaps", "/proc/swaps", (Swap,), (("cat", "/proc/swaps"),)),
    Section("luks", "cryptsetup luksDump", (LuksHeader,), (("luks",),)),
)
NAMES = {section.name: section for section in SECTIONS}


def needed(wanted: Iterable[type[Observation]]) -> tuple[Section, ...]:
    """The sections the wanted observations are read from, in the order of the script."""
    kinds = set(wanted)
    return tuple(section for section in SECTIONS if kinds.intersection(section.brings))


def new_nonce() -> str:
    """A fresh word that marks one run's frames, so that no answer can be mistaken for one."""
    return secrets.token_hex(8)


def script(sections: Iterable[Section], nonce: str, *, become: str = "") -> bytes:
    """The script for these sections; `become` is `sudo` or empty.

    Everything stands in one pair of braces: a script that was cut on its way does not start.
    """
    chosen = tuple(sections)
    lines = [
        "{",
        f"nonce={shlex.quote(nonce)}; become={shlex.quote(become)}",
        PREAMBLE + "\n".join(section.shell() for section in chosen),
        r"""printf '\n==rempart %s start 1\n' "$nonce" """.rstrip(),
        *(f"frame {section.name}" for section in chosen),
        rf"""printf '==rempart %s done {len(chosen)}\n' "$nonce" """.rstrip(),
        "}",
        "",
    ]
    return "\n".join(lines).encode()
