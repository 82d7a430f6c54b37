"""Devices a host opens with dm-crypt: as crypttab says for its start, and as they are open now.

Of a key file its place and its mode are told, never its content; `dmsetup` is asked for no key,
and its field for one is left out. Sources: crypttab(5) of systemd and of Debian; dmsetup(8).
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from rempart.check import Observation, Reason, Seen, Unknown
from rempart.collectors.artefacts.keys import readers
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.luks import luks_headers
from rempart.collectors.host.section import Section, written
from rempart.collectors.host.volumes import place_encrypted
from rempart.collectors.text import clean
from rempart.errors import CollectError
from rempart.observations.volumes import CryptMapping, LuksHeader, Swap

FILE = "/etc/crypttab"
AWK = "/usr/bin/awk"
DMSETUP = "/usr/sbin/dmsetup"
RANDOM = ("/dev/urandom", "/dev/random", "/dev/hwrng")
TOKENS = ("tpm2-device", "fido2-device", "pkcs11-uri", "tpm2-pcrs")
BINDING = ("tpm2", "clevis", "tang", "fido2", "pkcs11")
_MODES = {
    "LUKS1": "luks",
    "LUKS2": "luks",
    "PLAIN": "plain",
    "BITLK": "bitlocker",
    "TCRYPT": "tcrypt",
}
_ROWS = "NF && $1 !~ /^#/ { print $1, $2, $3, $4 }"
_TABLE = r"""crypttab() {
  [ -e /etc/crypttab ] || return 0
  if [ -r /etc/crypttab ]; then table=$($limit awk "$1" /etc/crypttab)
  else table=$(as_root /usr/bin/awk "$1" /etc/crypttab) || return
  fi
  printf '%s\n' "$table"
  printf '%s\n' "$table" | awk '$3 ~ /^[/]/ && $3 !~ /^[/]dev[/]/ { print $3 }' |
  while read -r file; do
    printf '@%s ' "${file%%:*}"
    stat -c '%a %U' "${file%%:*}" 2>/dev/null || echo '?'
  done
}
"""
_OPEN = """mappings() {
  as_root /usr/sbin/dmsetup info -c --noheadings -o name,uuid && echo @ || return
  as_root /usr/sbin/dmsetup table --target crypt |
  awk '{ line = $1 " " $4 " " $5; for (i = 9; i <= NF; i++) line = line " " $i; print line }'
}
"""


class Row(NamedTuple):
    """One line of crypttab."""

    name: str
    device: str
    key: str = ""
    options: tuple[str, ...] = ()

    def option(self, name: str) -> str:
        """The value of an option; empty where it has none or is not there."""
        return next((one.partition("=")[2] for one in self.options if _is(one, name)), "")

    def has(self, *names: str) -> bool:
        """Whether one of these options is there."""
        return any(_is(one, name) for one in self.options for name in names)


class Open(NamedTuple):
    """A mapping in use: its mode, cipher and whether it passes discards on."""

    mode: str
    cipher: str = ""
    discards: bool = False


def crypt_mappings(answers: Answers) -> Iterator[Observation]:
    """Each mapping of crypttab and each that is open."""
    text = _section(answers, "crypttab")
    rows = {row.name: row for row in _rows(text)} if isinstance(text, str) else {}
    told = _section(answers, "mappings")
    opened = _opened(told) if isinstance(told, str) else {}
    if isinstance(text, Unknown) and not opened:
        answers.text("crypttab")  # raises why
    headers = [one for one in _headers(answers) if isinstance(one, LuksHeader)]
    modes = _modes(text) if isinstance(text, str) else {}
    for name in sorted({*rows, *opened}):
        yield _mapping(name, rows.get(name), opened.get(name), answers, headers, modes)


def _section(answers: Answers, name: str) -> str | Unknown:
    try:
        return answers.text(name)
    except CollectError as error:
        return Unknown(error.reason, str(error))


def _headers(answers: Answers) -> list[object]:
    try:
        return list(luks_headers(answers))
    except CollectError:
        return []


def _rows(text: str) -> Iterator[Row]:
    for line in text.split("\n"):
        fields = line.split()
        if len(fields) > 1 and line[0] not in "#@?":
            key = fields[2] if len(fields) > 2 else ""
            options = tuple(fields[3].split(",")) if len(fields) > 3 else ()
            yield Row(clean(fields[0], 80), clean(fields[1], 120), clean(key, 200), options)


def _modes(text: str) -> dict[str, str]:
    """Who may read each key file; empty for one that was not reached."""
    found = {}
    for file, mode in re.findall(r"^@(/\S*) (\?|[0-7]{3,4})", text, re.MULTILINE):
        found[file] = "" if mode == "?" else readers(int(mode, 8))
    return found


def _opened(text: str) -> dict[str, Open]:
    """Mappings in use: `name:CRYPT-LUKS2-...`, then `name: cipher key offset options`."""
    names, _, tables = text.partition("\n@\n")
    modes = {}
    for line in names.split("\n"):
        name, _, uuid = line.partition(":")
        if uuid.startswith("CRYPT-"):
            modes[clean(name, 80)] = _MODES.get(uuid.split("-")[1], "")
    ciphers = {}
    for line in tables.split("\n"):
        name, told, rest = line.partition(": ")
        words = rest.split()
        if told and words[:1] == ["crypt"] and len(words) > 1:
            ciphers[clean(name, 80)] = (clean(words[1], 60), "allow_discards" in words)
    return {
        name: Open(modes.get(name, ""), *ciphers.get(name, ("", False)))
        for name in {*modes, *ciphers}
    }


def _mapping(
    name: str,
    row: Row | None,
    opened: Open | None,
    answers: Answers,
    headers: list[LuksHeader],
    modes: Mapping[str, str],
) -> CryptMapping:
    unlock = _unlock(row) if row else ""
    file = row.key.partition(":")[0] if row and unlock == "file" else ""
    header = _header(row, headers) if row else None
    return CryptMapping(
        row.device if row else "",
        _mode(row, opened, header),
        unlock,
        file,
        _readable(file, modes),
        place_encrypted(answers, file) if file else None,
        _bound(row, header),
        opened.discards if opened else bool(row and row.has("discard")),
        (opened.cipher if opened else "") or (row.option("cipher") if row else ""),
        key=name,
        source=FILE if row else "dmsetup table",
    )


def _unlock(row: Row) -> str:
    if row.has(*TOKENS):
        return "token"
    if row.has("keyscript"):
        return "script"
    if row.key in ("", "none", "-"):
        return "passphrase"
    return "random" if row.key in RANDOM else "file"


def _mode(row: Row | None, opened: Open | None, header: LuksHeader | None) -> str:
    if opened and opened.mode:
        return opened.mode
    if header is not None or (row and row.has("luks")):
        return "luks"
    if row and row.has("plain", "bitlk", "tcrypt"):
        return next(word for word in ("plain", "bitlk", "tcrypt") if row.has(word))
    return "plain" if row and row.has("swap", "tmp") and row.key in RANDOM else ""


def _header(row: Row, headers: list[LuksHeader]) -> LuksHeader | None:
    named = row.device.removeprefix("UUID=").strip('"').lower()
    place = row.device.removeprefix("/dev/disk/by-uuid/").lower()
    return next(
        (
            one
            for one in headers
            if one.key == row.device or (one.uuid and one.uuid in (named, place))
        ),
        None,
    )


def _readable(file: str, modes: Mapping[str, str]) -> Seen[str | None]:
    if not file:
        return None
    told = modes.get(file)
    if told is None:
        return Unknown(Reason.UNRESOLVED, f"the mode of {file} was not handed over")
    return told or Unknown(Reason.PRIVILEGE, f"{file} was not reached by this account")


def _bound(row: Row | None, header: LuksHeader | None) -> Seen[bool]:
    if row and row.has(*TOKENS):
        return True
    if header is None:
        return Unknown(Reason.UNRESOLVED, "no header of its device was seen")
    return any(word in token for token in header.tokens for word in BINDING)


def _is(option: str, name: str) -> bool:
    return option == name or option.startswith(f"{name}=")


def handed(text: str) -> str:
    """What somebody hands over of `dmsetup table`, without its field for the key."""
    rows = []
    for line in text.split("\n"):
        fields = line.split()
        if len(fields) > 8 and fields[3] == "crypt":
            rows.append(" ".join([fields[0], "crypt", fields[4], *fields[8:]]))
    return "\n".join(["", "@", *rows]) if rows else text


SECTIONS = (
    Section(
        "crypttab",
        FILE,
        (Swap, CryptMapping),
        (("crypttab", _ROWS),),
        code=_TABLE,
        sudo=(written(AWK, _ROWS, FILE),),
        given=(FILE,),
    ),
    Section(
        "mappings",
        "dmsetup table",
        (CryptMapping,),
        (("mappings",),),
        code=_OPEN,
        sudo=(
            written(DMSETUP, "info", "-c", "--noheadings", "-o", "name,uuid"),
            written(DMSETUP, "table", "--target", "crypt"),
        ),
        given=("dmsetup.txt", "dmsetup-table.txt"),
        reduced=handed,
    ),
)
READERS = {CryptMapping: crypt_mappings}
