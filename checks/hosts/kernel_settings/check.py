from collections.abc import Iterator, Mapping

from rempart.check import Fact, Figure, Reason, Result, Unknown, all_of, notapplicable, verdict
from rempart.observations.kernel import KernelSetting

Wanted = Mapping[str, tuple[str, ...]]
PROCESSES: Wanted = {
    "kernel.randomize_va_space": ("2",),
    "kernel.dmesg_restrict": ("1",),
    "kernel.kptr_restrict": ("1", "2"),
    "kernel.perf_event_paranoid": ("2", "3", "4"),
    "kernel.unprivileged_bpf_disabled": ("1", "2"),
    "kernel.yama.ptrace_scope": ("1", "2", "3"),
    "kernel.sysrq": ("0",),
}
FILES: Wanted = {
    "fs.suid_dumpable": ("0",),
    "fs.protected_symlinks": ("1",),
    "fs.protected_hardlinks": ("1",),
    "fs.protected_fifos": ("1", "2"),
    "fs.protected_regular": ("1", "2"),
}
NETWORK: Wanted = {
    "net.ipv4.tcp_syncookies": ("1",),
    "net.ipv4.conf.all.accept_redirects": ("0",),
    "net.ipv4.conf.default.accept_redirects": ("0",),
    "net.ipv4.conf.all.secure_redirects": ("0",),
    "net.ipv4.conf.all.send_redirects": ("0",),
    "net.ipv4.conf.all.accept_source_route": ("0",),
    "net.ipv4.conf.all.rp_filter": ("1", "2"),
    "net.ipv4.icmp_echo_ignore_broadcasts": ("1",),
    "net.ipv6.conf.all.accept_redirects": ("0",),
    "net.ipv6.conf.all.accept_source_route": ("0",),
}
ROUTING: Wanted = {"net.ipv4.ip_forward": ("0",), "net.ipv6.conf.all.forwarding": ("0",)}


def check(settings: tuple[KernelSetting, ...], *, routes: bool = False) -> Iterator[Result]:
    found = {one.key: one for one in settings}
    network = NETWORK if routes else {**NETWORK, **ROUTING}
    for name, wanted in (("processes", PROCESSES), ("files", FILES), ("network", network)):
        there = {key: found[key] for key in wanted if key in found and found[key].value is not None}
        if not there:
            yield notapplicable("this kernel has none of them", "sysctl", of=name)
            continue
        facts = [_as_asked(one, wanted[key]) for key, one in there.items()]
        wrong = [one for key, one in there.items() if _as_asked(one, wanted[key]) is False]
        words = ", ".join(f"{one.key} = {one.value}" for one in wrong)
        first = wrong[0] if wrong else next(iter(there.values()))
        said: dict[str, Figure] = {"wrong": words or "-", "looked_at": len(there)}
        seen = words or f"{len(there)} settings as asked"
        yield verdict(all_of(*facts), seen, first, of=name, facts=said)


def _as_asked(setting: KernelSetting, wanted: tuple[str, ...]) -> Fact:
    value = setting.value
    if isinstance(value, Unknown):
        return value
    if not isinstance(value, str):
        return Unknown(Reason.UNRESOLVED, f"{setting.key} is not known")
    return value in wanted
