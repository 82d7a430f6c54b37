"""Parameters of LUKS containers, as `cryptsetup luksDump` prints their headers.

The script leaves out salts and digests. Source: cryptsetup-luksDump(8) of 2.6, both versions.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from rempart.check import Gap, Observation, Reason
from rempart.collectors.host.blocks import blocks
from rempart.collectors.host.framing import NEEDS_ROOT, Answers
from rempart.collectors.host.section import Section
from rempart.collectors.text import clean
from rempart.errors import CollectError
from rempart.observations.volumes import CryptMapping, LuksHeader

SOURCE = "cryptsetup luksDump"
WEAKEST = ("pbkdf2", "argon2i", "argon2id")
_DEVICE = re.compile(r"^@(\S+) (\d{1,3})$", re.MULTILINE)


def luks_headers(answers: Answers) -> Iterator[Observation | Gap]:
    """Each container's header; a gap for one that could not be read, or was not found."""
    try:
        told = _dumps(answers.text("luks"))
    except CollectError:
        if not answers.captured:
            raise
        told = {}  # nobody hands over the headers of a host without containers
    for device, (status, dump) in told.items():
        yield _header(device, status, dump)
    if not told:
        yield from _hidden(answers)


def ciphers(answers: Answers) -> dict[str, str]:
    """The cipher of each container whose header was read, by its path."""
    try:
        told = _dumps(answers.text("luks"))
    except CollectError:
        return {}
    headers = (_header(device, status, dump) for device, (status, dump) in told.items())
    return {header.key: header.cipher for header in headers if isinstance(header, LuksHeader)}


def _hidden(answers: Answers) -> Iterator[Gap]:
    """lsblk without udev knows no file system types: an opened container then shows without one."""
    try:
        tree = blocks(answers.text("lsblk"))
    except CollectError as error:
        yield Gap("LuksHeader", error.reason, str(error), source=SOURCE)
        return
    devices = tree.luks or (["a container is open, but its device is not named"] * tree.crypts)
    for device in devices:
        yield Gap("LuksHeader", Reason.UNRESOLVED, f"{device}: no header seen", source=SOURCE)


def _dumps(text: str) -> dict[str, tuple[int, str]]:
    marks = list(_DEVICE.finditer(text))
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    return {
        mark[1]: (int(mark[2]), text[mark.end() : end])
        for mark, end in zip(marks, ends, strict=False)
    }


def _header(device: str, status: int, dump: str) -> LuksHeader | Gap:
    if status == NEEDS_ROOT:
        words = "needs root, and the account may not become root for it"
        return Gap("LuksHeader", Reason.PRIVILEGE, words, key=device, source=SOURCE)
    version = _value(dump, r"Version:\s*(\d)")
    cipher = _value(dump, r"^\s*cipher:\s*(\S+)") or _joined_cipher(dump)
    bits = _value(dump, r"^\s*(?:Key|MK bits):\s*(\d{1,6})")
    if status or not (version and cipher and bits):
        words = f"status {status}" if status else "the header is of a kind not read"
        return Gap("LuksHeader", Reason.UNRESOLVED, words, key=device, source=SOURCE)
    slots = list(_slots(dump, int(version)))
    weakest = min(slots, key=_strength, default=_Slot("pbkdf2"))  # LUKS1 knows no other
    return LuksHeader(
        version=int(version),
        cipher=cipher,
        key_bits=int(bits),
        derivation=weakest.derivation,
        memory_kib=weakest.memory,
        passes=weakest.passes,
        iterations=weakest.iterations,
        hash=weakest.hash,
        slots=len(slots),
        tokens=tuple(clean(one, 40) for one in _tokens(dump)),
        uuid=clean(_value(dump, r"^UUID:\s*(\S+)"), 40),
        key=device,
        source=f"{SOURCE} {device}",
    )


class _Slot(NamedTuple):
    """A key slot in use: the work one guess costs."""

    derivation: str
    memory: int | None = None
    passes: int | None = None
    iterations: int | None = None
    hash: str = ""


def _slots(dump: str, version: int) -> Iterator[_Slot]:
    """The key slots alone: LUKS2 also has a PBKDF2 digest, which says nothing of a guess."""
    if version == 1:
        hashed = _value(dump, r"^Hash spec:\s*(\S+)")
        for found in re.finditer(r"^Key Slot \d: ENABLED\s+Iterations:\s*(\d{1,10})", dump, re.M):
            yield _Slot("pbkdf2", iterations=int(found[1]), hash=hashed)
        return
    _, _, behind = dump.partition("\nKeyslots:")
    between = re.split(r"^(?:Tokens|Digests):", behind, maxsplit=1, flags=re.M)[0]
    for text in re.split(r"^\s+\d+: \S+$", between, flags=re.M)[1:]:
        derivation = _value(text, r"^\s*PBKDF:\s*(\S+)")
        if derivation:
            yield _Slot(
                derivation,
                _figure(text, "Memory"),
                _figure(text, "Time cost"),
                _figure(text, "Iterations"),
                _value(text, r"^\s*Hash:\s*(\S+)"),
            )


def _tokens(dump: str) -> Iterator[str]:
    _, _, behind = dump.partition("\nTokens:")
    for found in re.finditer(r"^\s+\d+: (\S+)$", behind.partition("\nDigests:")[0], re.M):
        yield found[1]


def _figure(text: str, name: str) -> int | None:
    told = _value(text, rf"^\s*{name}:\s*(\d{{1,10}})")
    return int(told) if told else None


def _strength(slot: _Slot) -> tuple[int, int]:
    rank = WEAKEST.index(slot.derivation) if slot.derivation in WEAKEST else -1
    return rank, slot.memory or slot.iterations or 0


def _joined_cipher(dump: str) -> str:
    """LUKS1 prints the name and the mode apart."""
    name, mode = _value(dump, r"^Cipher name:\s*(\S+)"), _value(dump, r"^Cipher mode:\s*(\S+)")
    return f"{name}-{mode}" if name and mode else ""


def _value(text: str, pattern: str) -> str:
    match = re.search(pattern, text, re.MULTILINE)
    return match[1] if match else ""


# Each bracket stands for one character: no blank, slash or option fits a device of this set.
DEVICES = (
    "/dev/[hsv]d[a-z]",
    "/dev/[hsv]d[a-z][0-9]",
    "/dev/[hsv]d[a-z][0-9][0-9]",
    "/dev/xvd[a-z]",
    "/dev/xvd[a-z][0-9]",
    "/dev/nvme[0-9]n[0-9]",
    "/dev/nvme[0-9]n[0-9]p[0-9]",
    "/dev/md[0-9]",
    "/dev/md[0-9][0-9][0-9]",
    "/dev/dm-[0-9]",
    "/dev/dm-[0-9][0-9]",
)
_DUMPS = r"""luks() {
  devices=$($limit lsblk -rnpo KNAME,FSTYPE) || return
  for device in $(printf '%s\n' "$devices" | awk '$2 == "crypto_LUKS" && !n[$1]++ { print $1 }'); do
    dump=$(as_root /usr/sbin/cryptsetup luksDump "$device"); code=$?
    printf '@%s %s\n' "$device" "$code"
    printf '%s\n' "$dump" | awk '!/[0-9a-f][0-9a-f] [0-9a-f][0-9a-f] [0-9a-f][0-9a-f]/'
  done
}
"""
SECTIONS = (
    Section(
        "luks",
        SOURCE,
        (LuksHeader, CryptMapping),
        (("luks",),),
        code=_DUMPS,
        sudo=tuple(f"/usr/sbin/cryptsetup luksDump {device}" for device in DEVICES),
        given=("luksDump*.txt",),
        labelled=True,
    ),
)
READERS = {LuksHeader: luks_headers}
