"""Files of sshd: who may change or read them, and what keys the host proves itself with.

Host keys are read from their public files; the private ones are never opened.
"""

from collections.abc import Iterator

from rempart.check import Gap, Observation, Reason
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.lines import files
from rempart.collectors.host.public_keys import measured
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
                bits=measured(words[1])[0],
                key=clean(file),
                source=clean(file),
            )


SECTIONS = (
    Section("ssh_files", "stat /etc/ssh", (SshFile,), (("ssh_files",),), code=_STAT),
    Section("host_keys", "/etc/ssh", (SshHostKey,), paths=("/etc/ssh/ssh_host_*_key.pub",)),
)
READERS = {SshFile: ssh_files, SshHostKey: host_keys}
