"""Debian hosts with a real sshd on loopback: one tree, and overlays of it that differ.

Each host is a namespace of its own (mounts, processes, name) over the same read-only tree. What a
variant changes lies in a layer below the one the running host writes to: whatever an audit leaves
behind is found alone in `Lab.written`.
"""

import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rempart.inventory.subjects import Host
from rempart.inventory.values import Key
from tests.lab import lacking, need
from tests.ssh_server import write_key

PACKAGES = (
    *("openssh-server", "sudo", "procps", "busybox", "csh"),
    *("libpam-pwquality", "libpam-google-authenticator"),
)
AUDITOR = "audit"
# Where records of a sign-in are kept: the only files an audit may leave behind.
SIGN_IN_RECORDS = re.compile(
    r"var/log/(?:lastlog|wtmp|btmp|faillog|auth\.log)|run/utmp|run/motd\.dynamic(?:\.new)?"
    r"|run/(?:sudo|systemd|user)(?:/.*)?|var/lib/sudo(?:/.*)?|var/lib/lastlog/.*"
)


@dataclass(frozen=True, slots=True)
class Variant:
    """What makes a host different: files by their path, then shell commands run in it as root."""

    files: Mapping[str, str] = field(default_factory=dict)
    prepare: str = ""


@dataclass(frozen=True, slots=True)
class Lab:
    """A running host: its port and keys, and the folder in which all it writes turns up."""

    name: str
    port: int
    key: Path
    known_hosts: Path
    upper: Path
    process: int

    def host(self, user: str = "root", *, become: str = "") -> Host:
        """The host as an inventory names it."""
        return Host(
            id=self.name,
            ssh=f"{user}@127.0.0.1:{self.port}",
            key=Key(self.key),
            known_hosts=self.known_hosts,
            become="sudo" if become else "",
        )

    def command(self, line: str) -> tuple[str, ...]:
        """What runs a line of shell there, as root."""
        ways = (f"-{one}" for one in "mpurw")
        return (need("nsenter", "util-linux"), "-t", str(self.process), *ways, "sh", "-c", line)

    def run(self, line: str) -> str:
        """What a line of shell prints there, as root."""
        done = subprocess.run(
            self.command(line), capture_output=True, text=True, check=False, env=_PLAIN
        )
        return done.stdout + done.stderr

    def written(self) -> set[str]:
        """Files that were made, changed or removed since it started, but records of sign-ins."""
        found = (file.relative_to(self.upper) for file in self.upper.rglob("*"))
        return {
            str(file)
            for file in found
            if not (self.upper / file).is_dir() and not SIGN_IN_RECORDS.fullmatch(str(file))
        }


_PLAIN = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}
_SSHD = """Port {port}
ListenAddress 127.0.0.1
PidFile none
"""
_NAMESPACE = ("--mount", "--pid", "--fork", "--kill-child", "--uts")
# Run in the new namespace: the overlay, what a system has mounted, then the command in it.
_INSIDE = r"""set -e
mount --make-rprivate /
mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=$UPPER,workdir=$WORK" "$ROOT"
mount -t proc proc "$ROOT/proc"
mount --bind -o ro /sys "$ROOT/sys"
for device in null zero random urandom tty; do
  [ -e "$ROOT/dev/$device" ] || : > "$ROOT/dev/$device"
  mount --bind "/dev/$device" "$ROOT/dev/$device"
done
hostname "$NAME"
exec chroot "$ROOT" /bin/sh -c "$COMMAND"
"""


def debian(folder: Path, *more: str) -> Path:
    """A Debian 12 as its installer leaves it, with a few packages; about 20 s."""
    if os.geteuid() != 0:
        lacking("a Debian tree needs root")
    program = need("mmdebstrap", "mmdebstrap")
    tree = folder / "debian"
    done = subprocess.run(
        [
            *(program, "--quiet", "--mode=root", "--variant=minbase"),
            *("--dpkgopt=force-unsafe-io", "--dpkgopt=path-exclude=/usr/share/doc/*"),
            *("--dpkgopt=path-exclude=/usr/share/man/*",),
            *("--dpkgopt=path-exclude=/usr/share/locale/*",),
            *(f"--include={','.join((*PACKAGES, *more))}", "bookworm", str(tree)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lacking(f"no Debian tree: {done.stderr[-300:]}")
    return tree


@contextmanager
def running(tree: Path, name: str, variant: Variant | None = None) -> Iterator[Lab]:
    """A host over the tree, listening on a free port, until the block ends."""
    variant = variant or Variant()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=_overlayable())))
        layer, key, known = folder / "layer", folder / "id_ed25519", folder / "known_hosts"
        public = write_key(key)
        line = f"{public.get_name()} {public.get_base64()}\n"
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        _prepared(tree, layer, variant, port, line, name)
        host_key = (layer / "etc/ssh/ssh_host_ed25519_key.pub").read_text().split()
        known.write_text(f"[127.0.0.1]:{port} {host_key[0]} {host_key[1]}\n")
        upper = folder / "upper"
        process = _started(name, f"{layer}:{tree}", upper, "exec /usr/sbin/sshd -D -e")
        stack.callback(_ended, process)
        assert process.stderr is not None
        told = []
        for said in process.stderr:
            told.append(said)
            if "listening" in said:
                break
        else:
            lacking(f"sshd did not start: {''.join(told)[-300:]}")
        child = _child(process.pid)
        yield Lab(name, port, key, known, upper, child)


def _prepared(tree: Path, layer: Path, variant: Variant, port: int, key: str, host: str) -> None:
    """The layer of a variant: its files, accounts with the auditor's key, then its commands."""
    layer.mkdir(parents=True)
    files = {
        "etc/ssh/sshd_config.d/00-lab.conf": _SSHD.format(port=port),
        "root/.ssh/authorized_keys": key,
        f"home/{AUDITOR}/.ssh/authorized_keys": key,
        "etc/hosts": f"127.0.0.1 localhost {host}\n",  # sudo looks its own host up
        **variant.files,
    }
    for name, text in files.items():
        file = layer / name.lstrip("/")
        for parent in reversed(file.relative_to(layer).parents):
            (layer / parent).mkdir(exist_ok=True)
            if (tree / parent).is_dir():
                shutil.copystat(tree / parent, layer / parent)
        file.write_text(text)
    commands = (
        "set -e",
        "chmod 700 /root /root/.ssh; mkdir -p /run/sshd",
        f"useradd -s /bin/bash -p '*' -M {AUDITOR}",
        f"chown -R {AUDITOR} /home/{AUDITOR}; chmod 700 /home/{AUDITOR} /home/{AUDITOR}/.ssh",
        "rm -f /etc/ssh/ssh_host_*",
        "ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key",
        variant.prepare,
    )
    process = _started("prepare", str(tree), layer, "\n".join(commands))
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said


def _started(name: str, lower: str, upper: Path, command: str) -> subprocess.Popen[str]:
    root, work = upper.with_name(f"{upper.name}-root"), upper.with_name(f"{upper.name}-work")
    for folder in (upper, root, work):
        folder.mkdir(exist_ok=True)
    return subprocess.Popen(
        [need("unshare", "util-linux"), *_NAMESPACE, "sh", "-c", _INSIDE],
        env={
            **_PLAIN,
            "LOWER": lower,
            "UPPER": str(upper),
            "WORK": str(work),
            "ROOT": str(root),
            "NAME": name,
            "COMMAND": command,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if name == "prepare" else subprocess.PIPE,
        text=True,
    )


def _ended(process: subprocess.Popen[str]) -> None:
    process.kill()  # its only child goes with it, and with that one the namespace
    process.communicate(timeout=10)


def _child(process: int) -> int:
    """The first process of the namespace, as numbered outside."""
    return int(Path(f"/proc/{process}/task/{process}/children").read_text().split()[0])


def _overlayable() -> Path | None:
    """A folder an overlay may write to: no overlay itself."""
    kind = subprocess.run(
        [need("stat", "coreutils"), "-f", "-c", "%T", tempfile.gettempdir()],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    return Path("/dev/shm") if kind == "overlayfs" else None


DEFAULT = Variant()
HARDENED = Variant(
    files={
        "etc/ssh/sshd_config.d/10-hardened.conf": """PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
MaxAuthTries 3
MaxSessions 4
MaxStartups 10:30:60
LoginGraceTime 30
ClientAliveInterval 300
ClientAliveCountMax 2
AllowTcpForwarding no
AllowAgentForwarding no
X11Forwarding no
AllowGroups root audit
GSSAPIAuthentication no
LogLevel VERBOSE
Ciphers aes256-gcm@openssh.com,aes128-gcm@openssh.com
MACs hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com
KexAlgorithms curve25519-sha256,curve25519-sha256@libssh.org,diffie-hellman-group16-sha512
""",
        "etc/security/pwquality.conf": """minlen = 14
minclass = 4
dictcheck = 1
enforce_for_root
""",
        "etc/security/faillock.conf": """deny = 5
unlock_time = 900
even_deny_root
""",
    },
    prepare="sed -i 's/nullok//' /etc/pam.d/common-auth",
)
# Everything looks right at first sight, and one line elsewhere takes it back.
SUBTLE = Variant(
    files={
        "etc/ssh/sshd_config.d/10-subtle.conf": """PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
Match Group sudo
  PasswordAuthentication yes
Match User svc-batch Address 127.0.0.0/8
  PermitEmptyPasswords yes
  PasswordAuthentication yes
""",
        "etc/security/pwquality.conf": """minlen = 14
minclass = 4
enforcing = 0
""",
    },
    prepare="""useradd -m -s /bin/bash -G sudo alice
echo 'alice:Rempart-of-the-lab-2026' | chpasswd
useradd -r -s /bin/bash svc-batch
""",
)
