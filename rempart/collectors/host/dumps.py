"""Where memory goes when a process or the kernel crashes: which folder, whose program, what volume.

Sources: core(5), proc_sys_fs(5), coredump.conf(5), kdump.conf(5), Debian's kdump-tools, SUSE's
sysconfig.kdump.
"""

import re
from collections.abc import Iterator
from typing import Final

from rempart.check import Fact, Observation, Reason, Seen, Unknown
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.lines import Files, files
from rempart.collectors.host.section import Section
from rempart.collectors.host.volumes import place_encrypted, volumes
from rempart.collectors.text import clean
from rempart.errors import CollectError
from rempart.observations.volumes import CoreDumps, CrashDumps, Volume

PATTERN: Final = "/proc/sys/kernel/core_pattern"
PRIVILEGED: Final = "/proc/sys/fs/suid_dumpable"
ARMED: Final = "/sys/kernel/kexec_crash_loaded"
COREDUMP: Final = (
    "/usr/lib/systemd/coredump.conf.d/*.conf",
    "/etc/systemd/coredump.conf",
    "/etc/systemd/coredump.conf.d/*.conf",
)
KDUMP: Final = ("/etc/kdump.conf", "/etc/default/kdump-tools", "/etc/sysconfig/kdump")
SYSTEMD: Final = "systemd-coredump"
PLACES: Final = {
    SYSTEMD: "/var/lib/systemd/coredump",
    "apport": "/var/crash",
    "abrt-hook-ccpp": "/var/spool/abrt",
}
NOWHERE: Final = frozenset({"false", "true"})
_REMOTE: Final = ("ssh", "nfs", "net", "sshkey", "raw ssh")


def core_dumps(answers: Answers) -> Iterator[Observation]:
    """Where cores go. Raises CollectError where the kernel's pattern was not told."""
    told = _told(answers)
    pattern, number = _line(told, PATTERN), _line(told, PRIVILEGED)
    if answers.captured:
        pattern = _handed(answers, "kernel.core_pattern", pattern)
        number = _handed(answers, "fs.suid_dumpable", number)
    privileged: Seen[int] = (
        int(number)
        if isinstance(number, str) and number in ("0", "1", "2")
        else Unknown(Reason.UNRESOLVED, "fs.suid_dumpable was not told")
    )
    if isinstance(pattern, Unknown):
        yield CoreDumps(pattern, pattern, "", pattern, privileged, key="core", source=PATTERN)
        return
    handler, place, kept = _handled(pattern, told)
    encrypted = place_encrypted(answers, place) if place else _anywhere(answers)
    yield CoreDumps(handler, kept, place, encrypted, privileged, key="core", source=PATTERN)


def _told(answers: Answers) -> Files:
    """The files of the section; where somebody handed others over, none of these may be there."""
    try:
        return files(answers.text("dumps"), partial=answers.captured)
    except CollectError:
        if not answers.captured:
            raise
        answers.text("sysctl")  # raises why, where that is not there either
        return files("", partial=True)


def _handed(answers: Answers, name: str, told: str | Unknown) -> str | Unknown:
    """The same setting in what somebody hands over of `sysctl -a`."""
    try:
        text = answers.text("sysctl")
    except CollectError:
        return told
    match = re.search(rf"^{re.escape(name)} ?= ?(.*)$", text, re.MULTILINE)
    return match[1].strip() if match and isinstance(told, Unknown) else told


def _anywhere(answers: Answers) -> Fact:
    """Whether all volumes are encrypted, or none: a core lands in the folder of its process."""
    told = [one.encrypted for one in volumes(answers) if isinstance(one, Volume)]
    if told and all(one is True for one in told):
        return True
    if told and all(one is False for one in told):
        return False
    words = "cores land in the folder of each process, and some volumes are encrypted"
    return Unknown(Reason.UNRESOLVED, words)


def _line(told: Files, file: str) -> str | Unknown:
    rows = told.lines.get(file)
    if rows:
        return rows[0].text.strip()
    hidden = told.hides(file)
    reason = Reason.PRIVILEGE if hidden else Reason.UNRESOLVED
    return Unknown(reason, f"{file} was not told")


def _handled(pattern: str, told: Files) -> tuple[str, str, Seen[bool]]:
    """Which program or file takes a core, the folder it lands in, and whether it is kept."""
    if not pattern.startswith("|"):
        folder = pattern.rpartition("/")[0] if pattern.startswith("/") else ""
        return "file", clean(folder, 120), bool(pattern)
    program = pattern[1:].strip().partition(" ")[0].rpartition("/")[2]
    if program in NOWHERE:
        return "none", "", False
    if program != SYSTEMD:
        kept: Seen[bool] = True
        if program not in PLACES:
            kept = Unknown(Reason.UNRESOLVED, f"what {clean(program, 60)} keeps is not known here")
        return clean(program, 60), PLACES.get(program, ""), kept
    storage = _setting(told, "Storage") or "external"
    if _setting(told, "ProcessSizeMax") == "0" and storage == "external":
        return SYSTEMD, PLACES[SYSTEMD], False
    place = "/var/log/journal" if storage == "journal" else PLACES[SYSTEMD]
    return SYSTEMD, place, storage != "none"


def _setting(told: Files, name: str) -> str:
    """A setting of coredump.conf: the last of the files, in the order systemd reads them."""
    found = ""
    for pattern in COREDUMP:
        for file in told.matching(pattern):
            for line in told.lines[file]:
                match = re.match(rf"\s*{name}\s*=\s*(\S+)", line.text)
                found = match[1].lower() if match else found
    return found


def crash_dumps(answers: Answers) -> Iterator[Observation]:
    """Where the kernel's memory goes, on a host that has kdump."""
    told = _told(answers)
    source = next((file for file in KDUMP if told.lines.get(file)), "")
    loaded = _line(told, ARMED)
    if not source and (isinstance(loaded, Unknown) or loaded == "0"):
        return
    target, remote, secret = _target(told, source)
    armed: Seen[bool] = loaded if isinstance(loaded, Unknown) else loaded == "1"
    if isinstance(armed, Unknown) and _off(told, source):
        armed = False
    if remote:
        encrypted: Fact = secret
    elif target.startswith("/") and not target.startswith("/dev/"):
        encrypted = place_encrypted(answers, target)
    else:
        encrypted = Unknown(Reason.UNRESOLVED, f"what lies under {target} was not followed")
    yield CrashDumps(armed, target, remote, encrypted, key="kdump", source=source or ARMED)


def _off(told: Files, source: str) -> bool:
    return any(re.match(r"\s*USE_KDUMP\s*=\s*[\"']?0", line.text) for line in told.lines[source])


def _target(told: Files, source: str) -> tuple[str, bool, Fact]:
    """The folder or address, whether it is another machine's, and whether the way is encrypted."""
    if source == "/etc/kdump.conf":
        return _directives([line.text for line in told.lines[source]])
    names = r"(?:KDUMP_COREDIR|KDUMP_SAVEDIR|SSH|NFS)"
    found = {}
    for line in told.lines.get(source, ()):
        match = re.match(rf"\s*({names})\s*=\s*[\"']?([^\"'\s]+)", line.text)
        if match:
            found[match[1]] = clean(match[2], 120)
    for name, secret in (("SSH", True), ("NFS", False)):
        if name in found:
            return found[name], True, secret
    place = found.get("KDUMP_SAVEDIR") or found.get("KDUMP_COREDIR") or "/var/crash"
    scheme, _, rest = place.partition("://")
    if rest and scheme != "file":
        return place, True, scheme in ("ssh", "sftp")
    return rest or place, False, False


def _directives(lines: list[str]) -> tuple[str, bool, Fact]:
    """kdump.conf: one directive a line; a file system named is mounted, `path` lies in it."""
    place, target = "/var/crash", ""
    for line in lines:
        word, _, value = line.strip().partition(" ")
        value = clean(value.strip(), 120)
        if word in _REMOTE and word != "sshkey":
            return value, True, word == "ssh" or "@" in value
        if word == "path":
            place = value
        elif word in ("ext4", "xfs", "btrfs", "raw", "ext3"):
            target = value
    return target or place, False, False


SECTIONS = (
    Section(
        "dumps",
        PATTERN,
        (CoreDumps, CrashDumps),
        paths=(PATTERN, PRIVILEGED, ARMED, *COREDUMP, *KDUMP),
    ),
)
READERS = {CoreDumps: core_dumps, CrashDumps: crash_dumps}
