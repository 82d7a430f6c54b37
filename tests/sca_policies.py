"""Policies of our own in the format of Wazuh SCA, as large as a benchmark; none is another's."""

from collections.abc import Iterator

Check = tuple[str, str, list[str]]
PACKAGES = (
    *("telnet", "rsh-client", "talk", "nis", "ldap-utils", "ftp", "tftpd-hpa", "xserver-common"),
    *("avahi-daemon", "cups", "dnsmasq", "samba", "snmpd", "squid", "apache2", "nginx", "vsftpd"),
    *("dovecot-core", "rpcbind", "rsync", "autofs", "isc-dhcp-server", "bind9", "slapd", "ypserv"),
)
WANTED = ("openssh-server", "sudo", "libpam-pwquality", "auditd", "aide", "apparmor", "chrony")
SERVICES = (
    "ssh",
    "cron",
    "rsyslog",
    "auditd",
    "apparmor",
    "chrony",
    "nftables",
    "ufw",
    "bluetooth",
)
MODULES = (
    *("cramfs", "freevxfs", "hfs", "hfsplus", "jffs2", "squashfs", "udf", "usb-storage"),
    *("dccp", "tipc", "rds", "sctp"),
)
MOUNTS = ("/tmp", "/dev/shm", "/home", "/var", "/var/tmp", "/var/log", "/var/log/audit")
SYSCTLS = (
    *("net.ipv4.ip_forward", "net.ipv4.conf.all.send_redirects", "net.ipv4.tcp_syncookies"),
    *("net.ipv4.conf.all.accept_source_route", "net.ipv4.conf.all.rp_filter"),
    *("net.ipv4.conf.all.log_martians", "kernel.randomize_va_space", "kernel.yama.ptrace_scope"),
    *("fs.suid_dumpable", "net.ipv4.icmp_echo_ignore_broadcasts"),
)
SSHD = {
    "permitrootlogin": "no",
    "permitemptypasswords": "no",
    "x11forwarding": "no",
    "usepam": "yes",
    "ignorerhosts": "yes",
    "hostbasedauthentication": "no",
    "permituserenvironment": "no",
    "gssapiauthentication": "no",
}
LIMITS = {"maxauthtries": 4, "maxsessions": 10, "logingracetime": 60, "clientalivecountmax": 3}
MODES = {
    "/etc/passwd": "644",
    "/etc/group": "644",
    "/etc/shadow": "640",
    "/etc/gshadow": "640",
    "/etc/crontab": "600",
    "/etc/ssh/sshd_config": "600",
    "/etc/issue": "644",
    "/etc/motd": "644",
}
WATCHED = (
    *("/etc/sudoers", "/etc/passwd", "/etc/group", "/etc/shadow", "/etc/hosts", "/etc/localtime"),
    *("/var/log/lastlog", "/var/run/faillock", "/etc/apparmor", "/sbin/modprobe"),
)
LOGINS = {"PASS_MAX_DAYS": ("<=", 365), "PASS_WARN_AGE": (">=", 7), "PASS_MIN_DAYS": (">=", 1)}


def checks() -> Iterator[Check]:
    """Title, condition and rules of each; round after round of the same topics."""
    for name in PACKAGES:
        yield (
            f"{name} is not installed",
            "all",
            [f"c:dpkg-query -s {name} -> r:not installed|no packages? found"],
        )
    for name in WANTED:
        yield f"{name} is installed", "all", [f"c:dpkg-query -s {name} -> r:^Status: install ok"]
    for name in SERVICES:
        yield (
            f"{name} starts with the system",
            "any",
            [
                f"c:systemctl is-enabled {name} -> r:^enabled",
                f"c:systemctl is-active {name} -> r:^active",
            ],
        )
    for name in MODULES:
        yield (
            f"the module {name} cannot be loaded",
            "all",
            [
                f"c:modprobe -n -v {name} -> r:install /bin/(?:true|false)|not found",
                f"not c:lsmod -> r:^{name.replace('-', '_')}",
                f"d:/etc/modprobe.d -> r:\\.conf$ -> r:^blacklist\\s+{name}",
            ],
        )
    for place in MOUNTS:
        yield f"{place} is a partition", "all", [f"c:findmnt -kn {place} -> r:\\s*{place}\\s"]
        yield f"{place} has nosuid", "all", [f"c:findmnt -kn {place} -> r:{place} && r:nosuid"]
        yield f"{place} has nodev", "all", [f"c:findmnt -kn {place} -> r:{place} && !r:suid$"]
    for name in SYSCTLS:
        yield (
            f"{name} is set",
            "all",
            [
                f"c:sysctl {name} -> r:=\\s*[01]$",
                f"d:/etc/sysctl.d -> r:\\.conf$ -> r:^\\s*{name.replace('.', '[.]')}",
            ],
        )
    for name, value in SSHD.items():
        yield f"sshd has {name} {value}", "all", [f"c:sshd -T -> r:^{name}\\s+{value}$"]
        yield (
            f"no file gives {name} otherwise",
            "none",
            [f"f:/etc/ssh/sshd_config -> r:^\\s*{name}\\s && !r:\\s{value}\\s*$"],
        )
    for name, most in LIMITS.items():
        yield f"sshd has {name}", "all", [f"c:sshd -T -> n:^{name}\\s+(\\d+) compare <= {most}"]
    for path, mode in MODES.items():
        yield f"{path} has mode {mode}", "all", [f"c:stat -Lc %a {path} -> r:^{mode}$"]
        yield f"{path} is root's", "all", [f"c:stat -Lc %U:%G {path} -> r:^root:(?:root|shadow)$"]
        yield f"{path} is there", "all", [f"f:{path}"]
    for path in WATCHED:
        yield (
            f"{path} is watched",
            "all",
            [
                f"d:/etc/audit/rules.d -> r:\\.rules$ -> r:^-w && r:{path}",
                f"c:auditctl -l -> r:{path}",
            ],
        )
    for name, (sign, days) in LOGINS.items():
        yield (
            f"{name} is {sign} {days}",
            "all",
            [f"f:/etc/login.defs -> n:^\\s*{name}\\s+(\\d+) compare {sign} {days}"],
        )
    yield from _others()


def _others() -> Iterator[Check]:
    accounts = r"""sh -c "awk -F: '($3 == 0) { print $1 }' /etc/passwd" -> r:^root$"""
    yield (
        "only root has number 0",
        "all",
        [f"c:{accounts.replace('$3', chr(92) + '$3').replace('$1', chr(92) + '$1')}"],
    )
    yield (
        "sudo uses a terminal",
        "any",
        ["f:/etc/sudoers -> r:use_pty", "d:/etc/sudoers.d -> r:. -> r:use_pty"],
    )
    yield (
        "pwquality stands in the stack",
        "all",
        ["f:/etc/pam.d/common-password -> r:pam_pwquality\\.so"],
    )
    yield "faillock stands in the stack", "all", ["f:/etc/pam.d/common-auth -> r:pam_faillock\\.so"]
    yield "no empty password", "none", ["f:/etc/shadow -> r:^[^:]+::"]
    yield "sshd runs", "any", ["p:sshd"]


def policy(version: int = 5, *, number: int = 207, left_out: int = 3) -> str:
    """A policy file with so many checks, and items of its benchmark that it leaves out."""
    word = "title" if version == 4 else "name"
    lines = ["policy:", '  id: "own_linux"', '  file: "own_linux.yml"', '  name: "Own"']
    lines += ['  description: "Made for tests."']
    lines += ['  regex_type: "pcre2"'] if version == 4 else []
    lines += ["requirements:", f'  {word}: "Linux"', "  condition: all", "  rules:"]
    lines += ['    - "f:/etc/os-release"', "checks:"]
    found = list(checks())
    for place in range(number):
        title, condition, rules = found[place % len(found)]
        lines += [
            f"  - id: {30_000 + place}",
            f"    {word}: '{title.replace(chr(39), chr(39) * 2)}'",
        ]
        lines += [
            f"    condition: {condition}",
            "    rationale: Because.",
            "    remediation: Do it.",
        ]
        lines += _compliance(version, place)
        lines += [
            "    rules:",
            *(f"      - '{rule.replace(chr(39), chr(39) * 2)}'" for rule in rules),
        ]
    lines += [
        f"  # 9.{place + 1} Ensure a thing nobody looks at (Manual) - Not Implemented"
        for place in range(left_out)
    ]
    return "\n".join(lines) + "\n"


def _compliance(version: int, place: int) -> list[str]:
    if version == 4:
        return ["    compliance:", f'      - cis: ["1.{place}"]', '      - pci_dss_v4.0: ["2.2"]']
    return ["    compliance:", '      pci_dss: ["2.2"]', f'      nist_800_53: ["CM-{place % 9}"]']
