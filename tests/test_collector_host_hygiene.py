"""Kernel, volumes, sockets, updates, audit, logs, clock: as each family of systems tells them."""

import base64
import gzip

import pytest

from rempart.check import Gap, Observation, Reason, Unknown
from rempart.collectors.host import read
from rempart.collectors.host.framing import UNPACKED, Answer, Answers, answers, framed
from rempart.collectors.host.script import NAMES
from rempart.observations.hosts import HostAnswers
from rempart.observations.kernel import KernelSetting, MountOptions
from rempart.observations.services import AuditTrail, Listener, LogShipping, TimeSync, Updates
from rempart.observations.ssh import SshFile, SshHostKey

NONCE = "0123456789abcdef"
# What these systems' manuals and default installations say; not recorded on the products.
RHEL = {
    "processes": "auditd\nchronyd\nrsyslogd\nsshd\nsystemd",
    "contained": "",
    "audit": "enabled 1\nfailure 1\npid 702\nrules 37",
    "updates": "now=1763942400\nmanager=dnf\nlists=1763856000\nset=yes\ntool=yes",
    "clock": "Reference ID    : C0A80001 (192.168.0.1)\nLeap status     : Not synchronised\n",
    "clock_sources": "/etc/chrony.conf:3:pool 2.rhel.pool.ntp.org iburst",
    "log_kept": "/var/log/messages",
    "log_targets": (
        '/etc/rsyslog.d/central.conf:1:*.* action(type="omfwd" target="siem.payer.example" '
        'port="6514" protocol="tcp" StreamDriver="gtls" StreamDriverMode="1")'
    ),
    "ssh_files": (
        "755 root root /etc/ssh\n600 root root /etc/ssh/sshd_config\n"
        "640 root ssh_keys /etc/ssh/ssh_host_rsa_key"
    ),
}
SLES = {
    "processes": "systemd\nsystemd-timesyn\nsyslog-ng\nfilebeat",
    "contained": "",
    "updates": "now=1763942400\nmanager=zypper\nlists=1763942000\nforced=yes",
    "clock": "timesyncd",
    "log_kept": "",
    "log_targets": (
        '/etc/syslog-ng/conf.d/c.conf:4:destination d { network("10.0.0.9" port(6514)'
        ' transport("tls")); };'
    ),
}
ALPINE = {
    "processes": "init\nsshd\nntpd",
    "contained": "",
    "updates": (
        "now=1763942400\nmanager=apk\nlists=1763942000\nInst openssl-3.3.1-r0 (apk)\nasked=yes"
    ),
    "clock": "",
    "log_kept": "/var/log/messages",
    "log_targets": "",
}


def found(kind: type[Observation], sections: dict[str, str | Answer]) -> list[Observation | Gap]:
    told = {name: x if isinstance(x, Answer) else Answer(0, x) for name, x in sections.items()}
    return list(read(Answers(told), frozenset({kind})))


def one(kind: type[Observation], sections: dict[str, str]) -> Observation:
    (seen,) = found(kind, dict(sections))
    assert isinstance(seen, kind), seen
    return seen


def test_red_hat_tells_its_audit_and_its_timer() -> None:
    trail = one(AuditTrail, RHEL)
    waiting = one(Updates, RHEL)

    assert isinstance(trail, AuditTrail)
    assert (trail.daemon, trail.enabled, trail.rules) == (True, 1, 37)
    assert isinstance(waiting, Updates)
    assert (waiting.manager, waiting.list_age_days, waiting.automatic) == ("dnf", 1, True)
    assert isinstance(waiting.security, Unknown)
    assert "writes to its cache" in waiting.security.detail


def test_a_clock_that_lost_its_source_is_seen() -> None:
    clock = one(TimeSync, RHEL)

    assert isinstance(clock, TimeSync)
    assert (clock.daemon, clock.synchronised) == ("chrony", False)
    assert clock.sources == ("2.rhel.pool.ntp.org",)


def test_rsyslog_over_tls_is_told_from_rsyslog_in_clear() -> None:
    sealed = one(LogShipping, RHEL)
    clear = one(
        LogShipping, {**RHEL, "log_targets": "/etc/rsyslog.conf:9:*.* @@logs.payer.example:514"}
    )

    assert isinstance(sealed, LogShipping)
    assert isinstance(clear, LogShipping)
    assert (sealed.targets, sealed.encrypted) == (("siem.payer.example",), True)
    assert (clear.targets, clear.encrypted) == (("logs.payer.example",), False)
    assert sealed.persistent is True


@pytest.mark.parametrize(
    ("line", "target"),
    [
        ("*.* @logs.payer.example", "logs.payer.example"),
        ("if $msg contains 'x' then @@(o)10.0.0.9:514", "10.0.0.9"),
        ("& @@[2001:db8::9]:514", "[2001:db8::9]"),
        ("*.* :omrelp:relay.payer.example:2514", "relay.payer.example"),
        ('action(type="omrelp" target="relay" port="2514")', "relay"),
    ],
)
def test_each_way_rsyslog_names_its_target(line: str, target: str) -> None:
    logs = one(LogShipping, {**RHEL, "log_targets": f"/etc/rsyslog.conf:9:{line}"})

    assert isinstance(logs, LogShipping)
    assert (logs.targets, logs.encrypted) == ((target,), False)


@pytest.mark.parametrize(
    ("lines", "encrypted"),
    [
        ("$DefaultNetstreamDriver gtls", False),
        ("$ActionSendStreamDriverMode 1", True),
        ('action(target="x" StreamDriver="gtls")', False),
        ('action(target="x" StreamDriver="gtls" StreamDriverMode="1")', True),
        ('action(type="omrelp" target="x" tls="on")', True),
    ],
)
def test_a_driver_without_its_mode_encrypts_nothing(lines: str, encrypted: bool) -> None:
    told = f"/etc/rsyslog.conf:1:{lines}\n/etc/rsyslog.conf:2:*.* @@logs.payer.example"
    logs = one(LogShipping, {**RHEL, "log_targets": told})

    assert isinstance(logs, LogShipping)
    assert logs.encrypted is encrypted


def test_one_action_over_tls_does_not_cover_the_other() -> None:
    told = "\n".join(
        f"/etc/rsyslog.conf:{n}:{text}"
        for n, text in enumerate(
            (
                '*.* action(type="omfwd"',
                '  target="sealed" StreamDriverMode="1" StreamDriver="gtls")',
                'auth.* action(type="omfwd"',
                '  target="clear" protocol="tcp")',
            ),
            1,
        )
    )
    logs = one(LogShipping, {**RHEL, "log_targets": told})

    assert isinstance(logs, LogShipping)
    assert logs.targets == ("sealed", "clear")
    assert logs.encrypted is False


def test_a_file_whose_daemon_does_not_run_sends_nothing() -> None:
    logs = one(LogShipping, {**RHEL, "processes": "systemd\nsshd"})

    assert isinstance(logs, LogShipping)
    assert (logs.targets, logs.agents) == ((), ())


def test_suse_with_syslog_ng_and_an_agent() -> None:
    logs, clock, waiting = (one(kind, SLES) for kind in (LogShipping, TimeSync, Updates))

    assert isinstance(logs, LogShipping)
    assert (logs.targets, logs.agents) == (("10.0.0.9",), ("filebeat",))
    assert isinstance(logs.encrypted, Unknown)  # nobody knows of filebeat
    assert logs.persistent is False
    assert isinstance(clock, TimeSync)
    assert (clock.daemon, clock.synchronised) == ("systemd-timesyncd", True)
    assert isinstance(waiting, Updates)
    assert (waiting.automatic, waiting.list_age_days) == (True, 0)


def test_alpine_counts_what_waits_and_tells_no_security_apart() -> None:
    waiting, clock = one(Updates, ALPINE), one(TimeSync, ALPINE)

    assert isinstance(waiting, Updates)
    assert waiting.pending == 1
    assert isinstance(waiting.security, Unknown)
    assert isinstance(clock, TimeSync)
    assert clock.daemon == "ntpd"
    assert isinstance(clock.synchronised, Unknown)


def test_without_lists_nobody_knows_what_waits() -> None:
    waiting = one(Updates, {"updates": "now=1763942400\nmanager=apt\nasked=yes"})

    assert isinstance(waiting, Updates)
    assert isinstance(waiting.pending, Unknown)
    assert isinstance(waiting.security, Unknown)


def test_only_later_versions_of_the_security_list_wait() -> None:
    said = (
        "now=1763942400\nmanager=apt\nlists=1763942000\nsecurity=yes\n"
        "Security openssl 3.0.17-1~deb12u2 3.0.17-1~deb12u3\n"
        "Security libssl3 3.0.17-1~deb12u2 3.0.17-1~deb12u3\n"
        "Security tzdata 2025b-0+deb12u2 2025a-0+deb12u1\n"
        "Security vim 2:9.0.1378-2 9.1.0-1\n"
    )
    waiting = one(Updates, {"updates": said})

    assert isinstance(waiting, Updates)
    assert waiting.security == 2
    assert isinstance(waiting.pending, Unknown)


def test_ntpd_follows_the_peer_with_the_star() -> None:
    header = "     remote           refid      st t when poll reach   delay\n====\n"
    for row, follows in (("*10.0.0.1  .GPS.  1 u", True), (" 10.0.0.1  .INIT. 16 u", False)):
        clock = one(TimeSync, {**ALPINE, "clock": header + row})
        assert isinstance(clock, TimeSync)
        assert clock.synchronised is follows


@pytest.mark.parametrize("kind", [AuditTrail, TimeSync])
def test_a_container_has_the_clock_and_the_audit_of_its_host(kind: type[Observation]) -> None:
    (gap,) = found(kind, {**RHEL, "contained": "/run/.containerenv"})

    assert isinstance(gap, Gap)
    assert "container" in gap.detail


def test_what_only_root_may_read_is_privilege() -> None:
    seen = found(AuditTrail, {**RHEL, "audit": Answer(77, "")})
    settings = found(KernelSetting, {"sysctl": "?/proc/sys/fs/protected_fifos"})

    (trail,) = seen
    assert isinstance(trail, AuditTrail)
    assert isinstance(trail.rules, Unknown)
    assert trail.rules.reason is Reason.PRIVILEGE
    values = {one.key: one.value for one in settings if isinstance(one, KernelSetting)}
    fifos = values["fs.protected_fifos"]
    assert isinstance(fifos, Unknown)
    assert fifos.reason is Reason.PRIVILEGE
    assert values["kernel.sysrq"] is None


def test_sysctl_as_somebody_handed_it_over() -> None:
    settings = found(KernelSetting, {"sysctl": "kernel.randomize_va_space = 2\nkernel.sysrq=16"})

    values = {one.key: one.value for one in settings if isinstance(one, KernelSetting)}
    assert (values["kernel.randomize_va_space"], values["kernel.sysrq"]) == ("2", "16")


def test_sockets_are_read_without_ss() -> None:
    table = (
        "tcp 0100007F:1538\ntcp 00000000:0016\n"
        "tcp6 00000000000000000000000001000000:0CEA\n"
        "tcp6 0000000000000000FFFF00000100007F:18EB\nudp 00000000:0202\nrubbish\n"
    )
    seen = [one for one in found(Listener, {"listeners": table}) if isinstance(one, Listener)]

    assert [(one.key, one.address, one.reach) for one in seen] == [
        ("tcp 22", "0.0.0.0", "network"),  # noqa: S104
        ("tcp 3306 on the host itself", "::1", "host"),
        ("tcp 5432 on the host itself", "127.0.0.1", "host"),
        ("tcp 6379 on the host itself", "::ffff:7f00:1", "host"),
        ("udp 514", "0.0.0.0", "network"),  # noqa: S104
    ]
    assert all(isinstance(one.program, Unknown) for one in seen)


def test_sockets_are_read_with_ss_and_their_program() -> None:
    said = (
        'tcp LISTEN 0 128 [::]:22 [::]:* users:(("sshd",pid=1,fd=4))\n'
        'tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=1,fd=3))\n'
        'udp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:* users:(("systemd-resolve",pid=2,fd=1))\n'
        "tcp LISTEN 0 5 *:9090 *:*\n"
    )
    seen = [one for one in found(Listener, {"listeners": said}) if isinstance(one, Listener)]

    assert [(one.key, one.reach) for one in seen] == [
        ("tcp 22", "network"),
        ("tcp 9090", "network"),
        ("udp 53 on the host itself", "host"),
    ]
    assert [one.program for one in seen if isinstance(one.program, str)] == [
        "sshd",
        "systemd-resolve",
    ]


def test_mounts_keep_the_last_and_no_values() -> None:
    said = "/tmp|ext4|rw,relatime,rw\n/tmp|tmpfs|rw,nosuid,nodev,rw,size=1k\n/other|x|rw\nbad\n"

    (mount,) = found(MountOptions, {"mount_options": said})

    assert isinstance(mount, MountOptions)
    assert (mount.type, mount.options) == ("tmpfs", ("rw", "nosuid", "nodev"))


def test_host_keys_of_red_hat_and_sizes_of_keys() -> None:
    files = found(SshFile, dict(RHEL))
    parts = (b"ssh-rsa", b"\x01\x00\x01", b"\x00" + b"\x99" * 128)
    short = base64.b64encode(b"".join(len(one).to_bytes(4) + one for one in parts)).decode()
    keys = found(
        SshHostKey,
        {
            "host_keys": f"/etc/ssh/a.pub:1:ssh-rsa {short} x\n"
            "/etc/ssh/b.pub:1:ssh-ed25519 AAAAC3NzaC1lZDI1NTE5\n"
            "/etc/ssh/c.pub:1:ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQ=\n"
            "/etc/ssh/d.pub:1:ssh-rsa !!!\n"
            "?/etc/ssh/e.pub\n"
        },
    )

    assert [one.group for one in files if isinstance(one, SshFile)] == ["root", "root", "ssh_keys"]
    bits = {one.key[-5]: one.bits for one in keys if isinstance(one, SshHostKey)}
    assert (bits["a"], bits["b"], bits["c"]) == (1024, 256, 384)
    assert isinstance(bits["d"], Unknown)
    assert [one.reason for one in keys if isinstance(one, Gap)] == [Reason.PRIVILEGE]


def test_what_was_not_answered_is_said_once() -> None:
    (whole,) = found(HostAnswers, {"swaps": "", "shadow": Answer(77, ""), "audit": Answer(127, "")})

    assert isinstance(whole, HostAnswers)
    assert whole.unanswered == ("shadow: privilege",)
    assert isinstance(whole.complete, Unknown)
    assert whole.complete.reason is Reason.PRIVILEGE


def packed(frames: bytes) -> bytes:
    start, _, rest = frames.partition(b" start 1\n")
    return start + b" start 1 gzip\n" + gzip.compress(rest) + b"\n==rempart done\n"


def test_packed_answers_are_the_same() -> None:
    sections = {name: Answer(0, f"{name}\n" * 50) for name in NAMES}

    assert answers(packed(framed(NONCE, sections)), NAMES, NONCE).sections == sections


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_packed_answers_cut_on_their_way_keep_what_came_whole(share: float) -> None:
    sections = {name: Answer(0, f"{name} {n}\n" * 50) for n, name in enumerate(NAMES)}
    raw = packed(framed(NONCE, sections))

    cut = answers(raw[: int(len(raw) * share)], NAMES, NONCE)

    whole = {name: item for name, item in cut.sections.items() if isinstance(item, Answer)}
    assert len(whole) < len(NAMES)
    assert all(sections[name] == item for name, item in whole.items())


def test_packed_zeros_do_not_fill_the_memory() -> None:
    start = f"\n==rempart {NONCE} start 1 gzip\n".encode()
    raw = start + gzip.compress(bytes(UNPACKED * 4))

    cut = answers(raw, ["swaps"], NONCE)

    assert not isinstance(cut.sections["swaps"], Answer)
