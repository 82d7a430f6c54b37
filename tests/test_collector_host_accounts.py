"""Accounts and sudo rules, from what real programs print."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from rempart.check import Gap, Reason, Unknown
from rempart.collectors.host.accounts import accounts
from rempart.collectors.host.framing import Answer, Answers
from rempart.collectors.host.hashes import (
    AWK,
    REDUCE_PASSWD,
    REDUCE_SHADOW,
    reduced_passwd,
    reduced_shadow,
)
from rempart.collectors.host.sudo import sudo_rules
from rempart.errors import CollectError, Privilege, Truncated, Unresolved
from rempart.observations.accounts import Account, SudoRule

RECORDED = Path(__file__).parent / "recorded"
SHADOW = """root:*:19000:0:99999:7:::
yes:$y$j9T$abcdefghijklmnop$0123456789abcdefghijklmnopqrstuvwxyz0123456:19000:0:99999:7:::
gost:$gy$j9T$abcdefghijklmnop$0123456789abcdefghijklmnopqrstuvwxyz0123456:19000::::::
sha:$6$saltsalt$hash:19000:0:99999:7:::
rounds:$6$rounds=656000$saltsalt$hash:19000:0:99999:7:::
blow:$2b$12$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyz01234:19000:0:99999:7:::
md5:$1$salt$hash:19000:0:99999:7:::
des:abcdefghijklm:19000:0:99999:7:::
bsdi:_abcdefghijklmnopqrs:19000:0:99999:7:::
scrypt:$7$CU..../....salt$hash:19000:0:99999:7:::
locked:!$6$saltsalt$hash:19000:0:99999:7:::
never:!:19000:0:99999:7:::
red:!!:19000:0:99999:7:::
empty::19000:0:99999:7:::
clear:hunter2:19000:0:99999:7:::
dollars:$ecret$word$here$:19000:0:99999:7:::
"""
PASSWD = "".join(
    f"{line.split(':')[0]}:x:{number}:{number}:A Person:/home:/bin/bash\n"
    for number, line in enumerate(SHADOW.splitlines())
)


def answered(**texts: str | CollectError) -> Answers:
    return Answers(
        {
            name: text if isinstance(text, CollectError) else Answer(0, text)
            for name, text in texts.items()
        }
    )


def by_name(found: Answers) -> dict[str, Account]:
    return {item.key: item for item in accounts(found) if isinstance(item, Account)}


def rules(**texts: str | CollectError) -> list[SudoRule]:
    found = answered(**texts)
    return [item for item in sudo_rules(found) if isinstance(item, SudoRule)]


@pytest.mark.parametrize(
    ("text", "program", "reduced"),
    [(SHADOW, REDUCE_SHADOW, reduced_shadow), (PASSWD, REDUCE_PASSWD, reduced_passwd)],
)
def test_awk_and_python_reduce_alike(
    tmp_path: Path, text: str, program: str, reduced: Callable[[str], str]
) -> None:
    (tmp_path / "file").write_text(text)

    done = subprocess.run(
        [AWK, "-F:", program, str(tmp_path / "file")], capture_output=True, check=True
    )

    assert done.stdout.decode().rstrip("\n") == reduced(text)
    assert "A Person" not in done.stdout.decode()


@pytest.mark.parametrize("secret", ["salt", "hash", "abcdef", "012345", "hunter", "ecret", "word"])
def test_nothing_of_a_hash_is_left(secret: str) -> None:
    assert secret not in reduced_shadow(SHADOW)


@pytest.mark.parametrize(
    ("name", "scheme", "cost"),
    [
        ("yes", "yescrypt", 12),
        ("gost", "gost-yescrypt", 12),
        ("sha", "sha512crypt", 5000),
        ("rounds", "sha512crypt", 656000),
        ("blow", "bcrypt", 12),
        ("md5", "md5crypt", None),
        ("des", "descrypt", None),
        ("bsdi", "bsdicrypt", None),
        ("scrypt", "scrypt", None),
        ("locked", "sha512crypt", 5000),
        ("root", None, None),
        ("clear", None, None),
        ("dollars", "unknown", None),
    ],
)
def test_names_each_scheme_and_its_cost(name: str, scheme: str | None, cost: int | None) -> None:
    account = by_name(answered(passwd=reduced_passwd(PASSWD), shadow=reduced_shadow(SHADOW)))[name]

    assert (account.hash_scheme, account.hash_cost) == (scheme, cost)


def test_tells_locked_from_empty() -> None:
    found = by_name(answered(passwd=reduced_passwd(PASSWD), shadow=reduced_shadow(SHADOW)))

    assert {name for name, account in found.items() if account.locked is True} == {
        "root",
        "locked",
        "never",
        "red",
        "clear",
    }
    assert {name for name, account in found.items() if account.empty_password is True} == {"empty"}


def test_an_unread_shadow_leaves_accounts_open() -> None:
    found = by_name(answered(passwd=reduced_passwd(PASSWD), shadow=Privilege("shadow: needs root")))

    for value in (found["yes"].hash_scheme, found["yes"].locked, found["yes"].empty_password):
        assert isinstance(value, Unknown)
        assert value.reason is Reason.PRIVILEGE


def test_a_hash_in_passwd_is_seen_there() -> None:
    passwd = "old:$1$salt$hash:7:7::/:/bin/sh\nopen::8:8::/:/bin/sh\n+::::::\n"

    found = by_name(answered(passwd=reduced_passwd(passwd), shadow=""))

    assert set(found) == {"old", "open"}
    assert (found["old"].hash_scheme, found["old"].hash_in_passwd) == ("md5crypt", True)
    assert found["open"].empty_password is True
    assert found["open"].source == "/etc/passwd"


def test_an_account_without_a_shadow_line_matches_no_password() -> None:
    account = by_name(answered(passwd="a|shadow|none||1|/bin/sh", shadow=""))["a"]

    assert (account.hash_scheme, account.locked) == (None, True)


@pytest.mark.parametrize("text", ["", "|||||", "a|b", "a|set|6||x|sh", "\x00|\x00|\x00|\x00|\x00|"])
def test_garbled_accounts_are_no_accounts(text: str) -> None:
    assert by_name(answered(passwd=text, shadow=text)) == {}


def test_reads_what_cvtsudoers_merged() -> None:
    found = rules(sudoers=(RECORDED / "cvtsudoers-1.9-debian12.txt").read_text())

    assert [(rule.who, rule.run_as, rule.commands, rule.nopasswd) for rule in found] == [
        ("root", "ALL:ALL", ("ALL",), False),
        ("%sudo", "ALL:ALL", ("ALL",), False),
        ("alice, bob", "root", ("/usr/bin/rsync", "/usr/bin/tar"), True),
        ("alice, bob", "root", ("/bin/ls", "/bin/cat /x"), False),
        ("deploy", "ALL", ("ALL",), True),
        ("ansible", "ALL", ("/usr/bin/systemctl restart nginx", "!/bin/sh"), True),
        ("ansible", "root", ("/bin/x",), False),
    ]


FILES = """/etc/sudoers:1:Defaults env_reset
/etc/sudoers:2:User_Alias OPS = alice, bob
/etc/sudoers:3:Cmnd_Alias BACKUP = /usr/bin/rsync, \\
/etc/sudoers:4:   /usr/bin/tar
/etc/sudoers:5:# comment
/etc/sudoers:6:OPS ALL=(root) NOPASSWD: BACKUP
/etc/sudoers:7:@includedir /etc/sudoers.d
/etc/sudoers.d/10-x:1:carol ALL = NOPASSWD: SERVICES
/etc/sudoers.d/10-x:2:@include /srv/sudoers
/etc/sudoers.d/ignored.bak:1:mallory ALL=(ALL) NOPASSWD: ALL"""


def test_reads_files_where_nothing_merges_them() -> None:
    found = list(sudo_rules(answered(sudoers=Unresolved("not installed"), sudoers_files=FILES)))

    first, second, gap = found
    assert isinstance(first, SudoRule)
    assert (first.who, first.commands, first.line) == (
        "alice, bob",
        ("/usr/bin/rsync", "/usr/bin/tar"),
        6,
    )
    assert isinstance(second, SudoRule)
    assert isinstance(second.nopasswd, Unknown)  # the alias SERVICES was not seen
    assert isinstance(gap, Gap)
    assert gap.key == "/srv/sudoers"


@pytest.mark.parametrize(
    ("defaults", "nopasswd"),
    [
        ("Defaults !authenticate", True),
        ("Defaults:deploy !authenticate", True),
        ("Defaults:other !authenticate", False),
        ("Defaults env_reset, ! authenticate", True),
        ("Defaults authenticate", False),
    ],
)
def test_defaults_may_take_the_password_away(defaults: str, nopasswd: bool) -> None:
    (rule,) = rules(sudoers=f"{defaults}\ndeploy ALL=(ALL) ALL\n")

    assert rule.nopasswd is nopasswd


def test_defaults_for_a_host_or_command_leave_it_open() -> None:
    (rule,) = rules(sudoers="Defaults!/bin/x !authenticate\ndeploy ALL=(ALL) ALL\n")

    assert isinstance(rule.nopasswd, Unknown)


def test_unread_sudoers_are_a_matter_of_privilege() -> None:
    with pytest.raises(Privilege):
        rules(sudoers=Unresolved("sudoers: not installed"), sudoers_files="?/etc/sudoers")
    with pytest.raises(Privilege):
        rules(sudoers=Privilege("sudoers: needs root"), sudoers_files="")
    with pytest.raises(Truncated):
        rules(sudoers=Truncated("sudoers: cut"), sudoers_files="")


def test_no_sudo_means_no_rules() -> None:
    assert rules(sudoers="", sudoers_files="") == []


@pytest.mark.parametrize(
    "text",
    [
        "User_Alias A = B\nUser_Alias B = A\nA ALL=(ALL) ALL\n",
        "x" * 100_000,
        "a ALL = " + "PASSWD:" * 20_000,
        "a ALL = " + "/bin/x,(" * 20_000,
        "\\\n" * 100_000,
        " ".join(["a"] * 50_000) + " = ALL",
        "\\" * 50_000,
    ],
)
def test_hostile_sudoers_come_to_an_end(text: str) -> None:
    assert len(rules(sudoers=text)) <= 2


def test_aliases_that_multiply_are_refused() -> None:
    members = ", ".join(f"u{number}" for number in range(5000))
    many = "".join(f"A ALL=(ALL) /bin/c{number}\n" for number in range(100))

    with pytest.raises(Unresolved, match="more than"):
        rules(sudoers=f"User_Alias A = {members}\n{many}")


@pytest.mark.parametrize(
    ("line", "who", "commands"),
    [
        ("deploy ALL=(ALL) NOPASSWD: ALL # automation", "deploy", ("ALL",)),
        ("deploy ALL = (root) NOPASSWD : ALL", "deploy", ("ALL",)),
        ("deploy ALL=NOPASSWD: sha256:q83v= /bin/sh", "deploy", ("/bin/sh",)),
        ("#1000 ALL=NOPASSWD: ALL", "#1000", ("ALL",)),
        ("# a comment \\\ndeploy ALL=NOPASSWD: ALL", "deploy", ("ALL",)),
        ('deploy ALL=NOPASSWD: /bin/say "a # b"', "deploy", ('/bin/say "a # b"',)),
    ],
)
def test_comments_numbers_and_spaces_stand_as_sudo_reads_them(
    line: str, who: str, commands: tuple[str, ...]
) -> None:
    (rule,) = rules(sudoers=f"{line}\n")

    assert (rule.who, rule.commands, rule.nopasswd) == (who, commands, True)


def test_a_later_default_asks_for_the_password_again() -> None:
    (rule,) = rules(sudoers="Defaults !authenticate\nDefaults authenticate\nbob ALL=ALL\n")

    assert rule.nopasswd is False


def test_aliases_of_each_other_name_nothing() -> None:
    text = "Cmnd_Alias A = B\nCmnd_Alias B = A\nbob ALL=NOPASSWD: A\n"
    (rule,) = rules(sudoers=text)

    assert isinstance(rule.nopasswd, Unknown)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("permit persist :wheel", ("%wheel", "ALL", "ALL", False)),
        ("permit nopass deploy as root", ("deploy", "root", "ALL", True)),
        (
            "permit nopass edi as root cmd /bin/rc args restart",
            ("edi", "root", "/bin/rc restart", True),
        ),
        ("permit edi as root cmd /bin/ls args", ("edi", "root", '/bin/ls ""', False)),
        ('permit setenv { A=b PATH } "odd name" cmd ls', ("odd name", "ALL", "ls", False)),
        ("permit nopass :wheel # for now", ("%wheel", "ALL", "ALL", True)),
    ],
)
def test_doas_is_read_as_rules_of_sudo(line: str, told: tuple[str, str, str, bool]) -> None:
    (rule,) = rules(sudoers="", doas=f"/etc/doas.conf:3:{line}")

    assert (rule.who, rule.run_as, ", ".join(rule.commands), rule.nopasswd) == told
    assert (rule.source, rule.line) == ("/etc/doas.conf", 3)


@pytest.mark.parametrize(
    "line", ["deny bob", "permit", "permit nopass", "permit setenv { A", "# permit bob", "x", '"']
)
def test_a_line_of_doas_that_permits_nothing_is_no_rule(line: str) -> None:
    assert rules(sudoers="", doas=f"/etc/doas.conf:1:{line}") == []


def test_a_file_of_doas_that_may_not_be_read_is_a_gap() -> None:
    (gap,) = sudo_rules(answered(sudoers="", doas="?/etc/doas.conf"))

    assert isinstance(gap, Gap)
    assert (gap.reason, gap.key) == (Reason.PRIVILEGE, "/etc/doas.conf")


@pytest.mark.parametrize(
    ("line", "sources"),
    [
        ("sudoers: files", []),
        ("sudoers: files sss # of the domain", ["sss"]),
        ("sudoers: ldap [SUCCESS=return] files", ["ldap"]),
        ("passwd: files sss", []),
    ],
)
def test_rules_that_come_from_elsewhere_are_a_gap(line: str, sources: list[str]) -> None:
    found = answered(
        sudoers="root ALL=(ALL) ALL",
        nsswitch=f"/etc/nsswitch.conf:9:{line}",
        passwd="bob|shadow|none||1000|/bin/sh|1000|/home/bob",
        shadow="",
        group="bob|1000|",
        homes="",
    )

    assert [one.key for one in sudo_rules(found) if isinstance(one, Gap)] == sources
    # who is an administrator is open where some rules were not seen
    assert isinstance(by_name(found)["bob"].admin, Unknown) is bool(sources)
