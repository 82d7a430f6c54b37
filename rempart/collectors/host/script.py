"""The one script a host is asked: fixed, read-only commands, each answer framed and digested.

POSIX sh, tried with dash and busybox; fed on stdin of `sh -s`, so its length has no limit and the
login shell's own output stays before the first marker. It writes no file, asks for no terminal and
becomes root only for the full command lines of its sections, and then only by `sudo -n`. What is
asked stands in the modules of this package, each beside what reads it: here it is collected.
"""

import importlib
import pkgutil
import secrets
import shlex
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import TypeAlias

from rempart.check import Gap, Observation
from rempart.collectors import host
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.section import Section

Reader: TypeAlias = Callable[[Answers], Iterator[Observation | Gap]]

FRAME = frozenset({"captured", "script", "sudoers"})  # modules that read what is collected here

# 77 (EX_NOPERM) says that root would be needed; 124 is timeout's.
PREAMBLE = r"""LC_ALL=C; export LC_ALL
PATH=$PATH:/usr/sbin:/sbin; export PATH
uid=$(id -u)
limit=
packed=
pack=cat
printf x | gzip -c 2>/dev/null | gzip -dc >/dev/null 2>&1 && packed=' gzip' pack='gzip -c'
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
said='!/^[ \t]*(#[ \t]|#?$)/'
show() {
  for file do
    shift
    if [ -f "$file" ] && [ -r "$file" ]; then set -- "$@" "$file"
    elif [ -e "$file" ]; then printf '?%s\n' "$file"
    elif [ -d "${file%/*}" ] && [ ! -r "${file%/*}" ]; then printf '?%s\n' "${file%/*}"
    fi
  done
  [ $# -eq 0 ] || $limit awk "${only:-$said} { print FILENAME \":\" FNR \":\" \$0 }" "$@"
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


def _topics() -> Iterator[ModuleType]:
    for found in pkgutil.iter_modules(host.__path__, f"{host.__name__}."):
        if found.name.rpartition(".")[2] not in FRAME:
            yield importlib.import_module(found.name)


_TOPICS = tuple(_topics())
SECTIONS: tuple[Section, ...] = tuple(
    section for topic in _TOPICS for section in getattr(topic, "SECTIONS", ())
)
READERS: dict[type[Observation], Reader] = {
    kind: reader for topic in _TOPICS for kind, reader in getattr(topic, "READERS", {}).items()
}
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

    Everything stands in one pair of braces: a script that was cut on its way does not start. The
    answers come packed where the host has gzip.
    """
    chosen = tuple(sections)
    lines = [
        "{",
        f"nonce={shlex.quote(nonce)}; become={shlex.quote(become)}",
        PREAMBLE + "\n".join(section.shell() for section in chosen),
        r"""printf '\n==rempart %s start 1%s\n' "$nonce" "$packed" """.rstrip(),
        "{",
        *(f"frame {section.name}" for section in chosen),
        "} | $pack",
        rf"""printf '\n==rempart %s done {len(chosen)}\n' "$nonce" """.rstrip(),
        "}",
        "",
    ]
    return "\n".join(lines).encode()
