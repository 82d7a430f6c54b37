"""Commands that only read, and with which arguments; what is not here is not run.

What opens a shell, writes a file, changes a setting or keeps a cache is left out, also where only
an abbreviation of an option asks for it.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

Arguments = Sequence[str]
Reads = Callable[[Arguments], bool]


_SHOWING: Final = re.compile(
    r"--(?:type|state|property|all|full|no-pager|no-legend|no-ask-password|value|quiet|plain|user"
    r"|system|version|output|lines|format|names|list|no-trunc)(?:=[\w.,:{} -]*)?"
    r"|-[apqtlno][\w=,.-]*"
)


def _any(_: Arguments) -> bool:
    return True


def _without(*refused: str) -> Reads:
    """Any arguments but these, nor long options that begin so (`--set=...`, `--exec...`)."""

    def reads(arguments: Arguments) -> bool:
        return not any(
            one == word or _abbreviated(one, word) or _bundled(one, word)
            for one in arguments
            for word in refused
        )

    return reads


def _abbreviated(argument: str, option: str) -> bool:
    """A long option, its first letters, or it with its value."""
    word = argument.partition("=")[0]
    long = option.startswith("--") and word.startswith("--") and len(word) > 2
    return long and (option.startswith(word) or word.startswith(option))


def _bundled(argument: str, option: str) -> bool:
    """`-i` within `-ni`, and in front of its value in `-ibak`."""
    short = len(option) == 2 and option[0] == "-" and option[1] != "-"
    return short and re.match(r"-[A-Za-z0-9]", argument) is not None and option[1] in argument[1:]


def _only(*patterns: str) -> Reads:
    """Arguments of which every one is of these."""
    whole = re.compile("|".join(patterns))
    return lambda arguments: all(whole.fullmatch(one) for one in arguments)


def _verb(*verbs: str) -> Reads:
    """The first word that is no option says what is done; it may be missing where "" is listed.

    Options are those that choose what is shown: none that leads to another machine.
    """

    def reads(arguments: Arguments) -> bool:
        rest = [one for one in arguments if not _SHOWING.fullmatch(one)]
        return (rest[0] if rest else "") in verbs

    return reads


def _both(*all_of: Reads) -> Reads:
    return lambda arguments: all(reads(arguments) for reads in all_of)


def _ip(arguments: Arguments) -> bool:
    rest = [one for one in arguments if not re.fullmatch(r"-(?:4|6|br|brief|o|d|s|j|json|c)", one)]
    objects = ("a", "addr", "address", "l", "link", "r", "route", "ru", "rule", "n", "neigh")
    return (
        bool(rest)
        and rest[0] in objects
        and (rest[1:2] or ["show"])[0] in (*("show", "list", "ls", "s"),)
    )


def _awk(arguments: Arguments) -> bool:
    """A program without calls, files and pipes; of `>` only `>=`, quoted or not."""
    rest = list(arguments)
    while rest and rest[0].startswith("-"):
        option = rest.pop(0)
        if option in ("-F", "-v") and rest:
            rest.pop(0)
        elif not re.match(r"-[Fv].", option):
            return False
    if not rest:
        return False
    return not re.search(
        r"\b(?:system|getline|close|fflush)\b|@|\|&|(?<!\|)\|(?!\|)|>(?!=)", rest[0]
    )


def _sed(arguments: Arguments) -> bool:
    """Programs that print, delete from the output, or replace in it."""
    plain = r"(?:\d+|\$|/(?:[^/\\]|\\.)*/I?)?(?:,(?:\d+|\$|/(?:[^/\\]|\\.)*/))?"
    part = r"(?:(?!(?P=end))[^\\]|\\.)*(?P=end)"
    does = rf"(?:[pdq]|s(?P<end>[/|#,]){part}{part}[gpI0-9]*)"
    rest = [one for one in arguments if one not in ("-n", "-r", "-E", "-nr", "-nE")]
    if not rest or any(one.startswith("-") for one in rest):
        return False
    return re.fullmatch(f"{plain}!?{does}", rest[0]) is not None


def _find(arguments: Arguments) -> bool:
    writes = re.compile(r"-(?:exec|execdir|ok|okdir|delete|fprint0?|fprintf|fls|files0-from)\b")
    return not any(writes.match(one) for one in arguments)


def _test(arguments: Arguments) -> bool:
    return True if arguments else False  # noqa: SIM210  (plain: there must be something to test)


_SYSTEMCTL: Final = (
    *("is-enabled", "is-active", "is-failed", "is-system-running", "show", "status", "cat"),
    *("list-units", "list-unit-files", "list-sockets", "list-timers", "get-default"),
)
_NFT: Final = _verb("list")
_TABLES: Final = _only(
    *("-[LSnvx]+", "-t", "--list", "--list-rules", "--numeric", "--verbose", "--line-numbers"),
    *("filter|nat|mangle|raw|security", "[A-Z][A-Z_]*|[a-z]+", "-w", r"\d"),
)
_SSHD: Final = _only("-C", r"\w[\w=.,:@*-]*")
_BLKID: Final = _only("-p", "-o", "-s", "[a-zA-Z]+", r"/dev/[\w/-]+")
_RPM: Final = _only("-q[ailcfpV]*", "-Va?", "--(?:qf|queryformat)(?:=[^(]*)?", r"[\w/*][\w.+*/:-]*")
_PASSWD: Final = _only("-S", "-a", "--status", "--all", r"\w[\w.$-]*")
_DRY: Final = frozenset({"-n", "--dry-run", "-c", "--showconfig", "-nv", "-vn"})
_MODPROBE: Final = _only("-[nvqac]+", "--(?:dry-run|showconfig|verbose|quiet|all)", r"\w[\w-]*")
READS: Final[dict[str, Reads]] = {
    **dict.fromkeys(
        (
            *("cat", "grep", "egrep", "fgrep", "cut", "tr", "wc", "head", "tail", "ls"),
            *("stat", "readlink", "realpath", "basename", "dirname", "id", "groups", "getent"),
            *("uname", "df", "du", "lsblk", "lsmod", "modinfo", "lscpu", "lspci", "lsusb", "free"),
            *("ps", "pgrep", "pidof", "who", "w", "last", "lastb", "uptime", "nproc", "printenv"),
            *("dpkg-query", "getcap", "getfacl", "lsattr", "namei", "md5sum", "sha1sum"),
            *("sha256sum", "sha512sum", "cksum", "cmp", "diff", "comm", "rev", "tac", "nl"),
            *("fold", "expand", "seq", "echo", "printf", "true", "false", "getenforce", "sestatus"),
            *("aa-status", "apparmor_status", "iptables-save", "ip6tables-save", "which"),
            *("runlevel", "arch", "locale", "tty", "ntpstat", "findmnt", "paste", "whereis"),
        ),
        _any,
    ),
    "find": _find,
    "test": _test,
    "[": _test,
    "sort": _without("-o", "--output", "--compress-program", "-T"),
    "uniq": lambda arguments: sum(not one.startswith("-") for one in arguments) <= 1,
    "awk": _awk,
    "gawk": _awk,
    "mawk": _awk,
    "sed": _sed,
    "hostname": _only("-[fsdiIAay]", "--[a-z-]+"),
    "date": _only(r"\+.*", "-u", "--utc", "-R", "--iso-8601.*"),
    "mount": _only("-l"),
    "blkid": lambda arguments: "-p" in arguments and _BLKID(arguments),
    "swapon": _only("-s", "--show.*", "--noheadings", "--summary"),
    "ss": _without("-K", "--kill", "-D", "--diag"),
    "netstat": _any,
    "lsof": _without("-D"),
    "ip": _ip,
    "sysctl": _both(_without("-w", "-p", "--write", "--load", "--system"), _only("[^=]*")),
    "systemctl": _verb(*_SYSTEMCTL),
    "systemd-analyze": _verb("cat-config", "security"),
    "systemd-detect-virt": _any,
    "loginctl": _verb("list-sessions", "list-users", "show-session", "show-user", ""),
    "timedatectl": _verb("", "status", "show", "timesync-status", "show-timesync"),
    "hostnamectl": _verb("", "status"),
    "resolvectl": _verb("", "status", "dns", "domain"),
    "journalctl": _without(
        *("--rotate", "--vacuum", "--flush", "--sync", "--relinquish-var", "--setup-keys"),
        *("-M", "--machine", "-D", "--directory", "--root", "--image", "--update-catalog"),
        *( "--smart-relinquish-var", "--cursor-file"),
    ),
    "chronyc": _verb("sources", "tracking", "sourcestats", "activity", "serverstats"),
    "ntpq": _only("-p", "-n", "-pn", "-np", "-c", "rv|peers|as"),
    "sshd": lambda arguments: arguments[:1] == ("-T",) and _SSHD(arguments[1:]),
    "auditctl": _only("-l", "-s", "-v"),
    "augenrules": _only("--check"),
    "ausearch": _without("--checkpoint"),
    "nft": _NFT,
    "iptables": _TABLES,
    "ip6tables": _TABLES,
    "ufw": _both(_verb("status", "version", "show"), _only("[a-z]+")),
    "firewall-cmd": _only("--(?:list|get|query|state|info|zone=|permanent|version)[\\w=/.-]*"),
    "dpkg": _only("-[lsLSpV]+", "--(?:list|status|verify|audit|get-selections)", "[^-].*"),
    "apt-config": _verb("dump", "shell"),
    "snap": _verb("list", "info", "version"),
    "rpm": lambda arguments: "".join(arguments)[:2] in ("-q", "-V") and _RPM(arguments),
    "passwd": lambda arguments: bool(set(arguments) & {"-S", "--status"}) and _PASSWD(arguments),
    "chage": lambda arguments: bool(arguments) and arguments[0] in ("-l", "--list", "-li", "-il"),
    "useradd": _only("-D", "--defaults"),
    "lastlog": _without("-C", "-S", "--clear", "--set"),
    "faillock": _without("--reset", "--dir"),
    "visudo": _only("-c", "--check", "-cq", "-q"),
    "sudo": _only("-V", "--version"),
    "crontab": _only("-l", "-u", r"\w[\w.-]*"),
    "atq": _any,
    "modprobe": lambda arguments: bool(_DRY.intersection(arguments)) and _MODPROBE(arguments),
    "authselect": _verb("current", "check", "list", "show", "test"),
    "update-crypto-policies": _only("--show", "--is-applied", "--check"),
    "openssl": _verb("version", "ciphers"),
    "nginx": _only("-[vV]"),
    "httpd": _only("-[vV]"),
    "apache2": _only("-[vV]"),
    "python3": _only("--version", "-V"),
    "docker": _verb("version", "info", "ps", "images"),
    "getsebool": _any,
    "semanage": lambda arguments: "-l" in arguments and _only("[a-z]+", "-l", "-n")(arguments),
    "grub2-editenv": _only("list", "-"),
    "efibootmgr": _only("-v"),
    "mokutil": _only("--sb-state"),
    "bootctl": _verb("", "status"),
    "gsettings": _verb("get", "list-schemas", "list-keys", "writable", "range"),
    "dconf": _verb("read", "list", "dump"),
}  # fmt: skip
