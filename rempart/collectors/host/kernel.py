"""Kernel settings as they are in force, read where the kernel shows them.

Source: proc_sys(5). Files handed over are what `sysctl -a` prints. A setting that is not there is
not in this kernel; one that only root may read comes back as `?name`.
"""

from collections.abc import Iterator

from rempart.check import Observation, Reason, Unknown
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.section import Section
from rempart.collectors.text import clean
from rempart.observations.kernel import KernelSetting

NAMES = (
    *("fs.protected_fifos", "fs.protected_hardlinks", "fs.protected_regular"),
    *("fs.protected_symlinks", "fs.suid_dumpable"),
    *("kernel.core_pattern", "kernel.dmesg_restrict", "kernel.kptr_restrict"),
    *("kernel.modules_disabled", "kernel.perf_event_paranoid", "kernel.randomize_va_space"),
    *("kernel.sysrq", "kernel.unprivileged_bpf_disabled", "kernel.yama.ptrace_scope"),
    *("kernel.panic_on_oops", "kernel.kexec_load_disabled", "net.core.bpf_jit_harden"),
    *("net.ipv4.conf.all.accept_redirects", "net.ipv4.conf.default.accept_redirects"),
    *("net.ipv4.conf.all.accept_source_route", "net.ipv4.conf.all.log_martians"),
    *("net.ipv4.conf.all.rp_filter", "net.ipv4.conf.all.secure_redirects"),
    *("net.ipv4.conf.all.send_redirects", "net.ipv4.conf.all.forwarding"),
    *("net.ipv4.icmp_echo_ignore_broadcasts", "net.ipv4.icmp_ignore_bogus_error_responses"),
    *("net.ipv4.ip_forward", "net.ipv4.tcp_rfc1337", "net.ipv4.tcp_syncookies"),
    *("net.ipv6.conf.all.accept_ra", "net.ipv6.conf.all.accept_redirects"),
    *("net.ipv6.conf.all.accept_source_route", "net.ipv6.conf.all.forwarding"),
)
# One grep reads them all: a shell reads byte by byte, and /proc/sys answers the first byte alone.
_READ = """sysctls() {
  files=
  for name do
    if [ ! -e "/proc/sys/$name" ]; then continue
    elif [ -r "/proc/sys/$name" ]; then files="$files /proc/sys/$name"
    else printf '?%s\\n' "/proc/sys/$name"
    fi
  done
  [ -z "$files" ] || grep -H . $files
  return 0
}
"""
_FOLDER = "/proc/sys/"


def kernel_settings(answers: Answers) -> Iterator[Observation]:
    """Each of the settings that some check looks at."""
    found: dict[str, str | Unknown | None] = {}
    for line in answers.text("sysctl").split("\n"):
        file, told, value = line.partition(":" if line.startswith(_FOLDER) else "=")
        if told:
            found[_dotted(file)] = clean(value.strip(), 120)
        elif line.startswith("?"):
            name = _dotted(line[1:])
            found[name] = Unknown(Reason.PRIVILEGE, f"{name} may be read by root only")
    for name in NAMES:
        yield KernelSetting(value=found.get(name), key=name, source=f"sysctl {name}")


def _dotted(name: str) -> str:
    return name.strip().removeprefix(_FOLDER).replace("/", ".")


SECTIONS = (
    Section(
        "sysctl",
        "/proc/sys",
        (KernelSetting,),
        (("sysctls", *(name.replace(".", "/") for name in NAMES)),),
        code=_READ,
        given=("sysctl.txt",),
    ),
)
READERS = {KernelSetting: kernel_settings}
