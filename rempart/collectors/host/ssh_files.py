"""Files of sshd: who may change or read them, and what keys the host proves itself with.

Host keys are read from their public files; the private ones are never opened.
"""

import base64
import binascii
from collections.abc import Iterator

from rempart.check import Gap, Observation, Reason, Seen, Unknown
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.lines import files
from rempart.collectors.host.section import Section
from rempart.collectors.text import clean
from rempart.errors import Unresolved
from rempart.observations.ssh import SshFile, SshHostKey

MOST = 500  # files of one host
_STAT = r"""ssh_files() {
  set --
  for file in /etc/ssh /etc/ssh/sshd_config /etc/ssh/sshd_config.d /etc/ssh/sshd_config.d/*.conf \
    /etc/ssh/ssh_host_*_key; do
    [ ! -e "$file" ] || set -- "$@" "$file"
  done
  [ $# -eq 0 ] || stat -L -c '%a %U %G %n' "$@"
}
"""
_BITS = {"ssh-ed25519": 256, "ssh-dss": 1024, "ssh-ed448": 456}


def ssh_files(answers: Answers) -> Iterator[Observation]:
    """The configuration, its folders and the private host keys."""
    found = False
    for line in answers.text("ssh_files").split("\n")[:MOST]:
        words = line.split(" ", 3)
        if len(words) == 4 and words[3].startswith("/etc/ssh") and words[0].isdigit():
            mode, owner, group, path = words
            kind = "private key" if path.endswith("_key") else "config"
            found = True
            yield SshFile(
                kind=kind,
                owner=clean(owner, 40),
                group=clean(group, 40),
                mode=mode[-4:],
                key=clean(path, 200),
                source="stat",
            )
    if not found:
        raise Unresolved("/etc/ssh is not there")


def host_keys(answers: Answers) -> Iterator[Observation | Gap]:
    """Each public host key with its size."""
    found = files(answers.text("host_keys"))
    for file in found.unreadable[:MOST]:
        yield Gap("SshHostKey", Reason.PRIVILEGE, f"{file} may not be read", key=file)
    for file, lines in list(found.lines.items())[:MOST]:
        words = lines[0].text.split() if lines else []
        if len(words) > 1:
            algorithm = clean(words[0], 60)
            yield SshHostKey(
                algorithm=algorithm,
                bits=_bits(algorithm, words[1]),
                key=clean(file),
                source=clean(file),
            )


def _bits(algorithm: str, blob: str) -> Seen[int]:
    """The size of a key; that of RSA is its modulus's (RFC 4253, 6.6)."""
    if algorithm in _BITS:
        return _BITS[algorithm]
    if algorithm.startswith("ecdsa-sha2-nistp") and algorithm[16:].isdigit():
        return int(algorithm[16:][:4])
    try:
        parts = _strings(base64.b64decode(blob, validate=True))
        if algorithm == "ssh-rsa" and len(parts) == 3:
            return int.from_bytes(parts[2]).bit_length()
    except (binascii.Error, ValueError):
        pass
    return Unknown(Reason.UNRESOLVED, f"the size of a key of {algorithm} is not read")


def _strings(raw: bytes) -> list[bytes]:
    found: list[bytes] = []
    place = 0
    while place + 4 <= len(raw) and len(found) < 8:
        length = int.from_bytes(raw[place : place + 4])
        found.append(raw[place + 4 : place + 4 + length])
        place += 4 + length
    return found


SECTIONS = (
    Section("ssh_files", "stat /etc/ssh", (SshFile,), (("ssh_files",),), code=_STAT),
    Section("host_keys", "/etc/ssh", (SshHostKey,), paths=("/etc/ssh/ssh_host_*_key.pub",)),
)
READERS = {SshFile: ssh_files, SshHostKey: host_keys}
