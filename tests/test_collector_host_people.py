"""Keys, permissions, tokens and settings of sudo, from what a host's programs print."""

import subprocess
from pathlib import Path
from time import process_time

import pytest

from rempart.check import Gap, Reason, Unknown
from rempart.collectors.host.accounts import accounts
from rempart.collectors.host.factors import enrolments
from rempart.collectors.host.framing import Answer, Answers
from rempart.collectors.host.homes import _READ, LOOKS, measured
from rempart.collectors.host.keys import authorized_keys, private_keys
from rempart.collectors.host.permissions import guards
from rempart.collectors.host.sign_ins import SECTIONS, SignIns, reduced
from rempart.collectors.host.sudo_settings import settings
from rempart.errors import CollectError, Privilege
from rempart.observations.accounts import Account, SudoSettings
from rempart.observations.people import AuthorizedKey, Enrolment, FileGuard, PrivateKey
from tests.lab import need

PASSWD = """root|shadow|none||0|/bin/bash|0|/root
daemon|shadow|none||1|/usr/sbin/nologin|1|/usr/sbin
alice|shadow|none||1000|/bin/bash|1000|/home/alice
deploy|shadow|none||1001|/bin/sh|1001|/home/deploy
nobody|shadow|none||65534|/usr/sbin/nologin|65534|/nonexistent"""
SHADOW = """root|locked|none||20000||0|99999|
alice|set|y|j9T|20700|30|0|90|20999
deploy|locked|none||20000||0|99999|"""
GROUP = "root|0|\nsudo|27|alice\nalice|1000|\nstaff|50|alice,deploy"
ED25519 = "AAAAC3NzaC1lZDI1NTE5AAAAIBuIPYpENvNR5LowMk3D7bLAXe69EmAFlHof/CRYOUQc"
PAM = "/etc/pam.d/sshd:1:auth required pam_unix.so\n/etc/pam.d/sshd:2:auth required {}\n"


def answered(**texts: str | CollectError) -> Answers:
    usual: dict[str, str | CollectError] = {
        "passwd": PASSWD,
        "shadow": SHADOW,
        "group": GROUP,
        "sign_ins": "@lastlog\nalice|Nov 20 2026",
        "sudoers": "root ALL=(ALL) ALL\n%sudo ALL=(ALL:ALL) ALL",
        "homes": "",
        "guards": "",
        "tokens": "",
        **texts,
    }
    return Answers(
        {
            name: text if isinstance(text, CollectError) else Answer(0, text)
            for name, text in usual.items()
        }
    )


def by_name(found: Answers) -> dict[str, Account]:
    return {one.key: one for one in accounts(found) if isinstance(one, Account)}


def test_accounts_have_a_kind_groups_ages_and_a_last_day() -> None:
    found = by_name(answered())

    assert {name: one.kind for name, one in found.items()} == {
        "root": "root",
        "daemon": "system",
        "alice": "person",
        "deploy": "service",
        "nobody": "system",
    }
    alice = found["alice"]
    assert alice.groups == ("alice", "sudo", "staff")
    assert (alice.admin, found["deploy"].admin, found["root"].admin) == (True, False, True)
    assert (alice.password_set, alice.max_days, alice.inactive_days) == (20700, 90, 30)
    assert (alice.expires, alice.last_sign_in, found["root"].last_sign_in) == (20999, 20777, None)
    assert (found["root"].max_days, found["root"].expires) == (None, None)


def test_what_was_not_seen_stays_open() -> None:
    found = by_name(
        answered(
            shadow=Privilege("shadow"),
            sudoers=Privilege("sudoers"),
            homes=Privilege("homes"),
            group=Privilege("group"),
            sign_ins="@last\nalice|Nov 20 2026",
        )
    )["deploy"]

    for name in ("password_set", "admin", "keys", "groups", "last_sign_in", "expires"):
        assert isinstance(getattr(found, name), Unknown), name


def test_a_host_asked_by_an_older_version_is_still_read() -> None:
    found = by_name(
        answered(passwd="alice|shadow|none||1000|/bin/sh", shadow="alice|set|y|j9T|20700|")
    )

    assert (found["alice"].password_set, found["alice"].locked) == (20700, False)
    assert isinstance(found["alice"].gid, Unknown)


@pytest.mark.parametrize(
    "row", ["alice|Nov 31 2026", "alice|Foo 1 2026", "alice|Nov 20", "a|b|Nov 20 2026", "||||"]
)
def test_a_day_that_is_none_is_left_out(row: str) -> None:
    assert SignIns.of(answered(sign_ins=f"@lastlog\n{row}")).of_account("alice") is None


LASTLOG = """Username         Port     From             Latest
root                                        **Never logged in**
alice            pts/0    10.0.0.9         Fri Nov 20 09:13:55 +0100 2026
a-very-long-account-name tty1              Mon Feb  2 00:00:01 +0000 2026
"""


def test_awk_and_python_reduce_lastlog_alike(tmp_path: Path) -> None:
    (section,) = SECTIONS
    program = tmp_path / "lastlog"
    program.write_text(f"#!/bin/sh\ncat <<'EOF'\n{LASTLOG}EOF\n")
    program.chmod(0o755)
    newer = tmp_path / "lastlog2"  # is asked first where it is there
    newer.write_text("#!/bin/sh\nexit 1\n")
    newer.chmod(0o755)
    script = f"PATH={tmp_path}:$PATH; limit=; {section.shell()}; section_sign_ins"

    done = subprocess.run(["/bin/sh"], input=script, capture_output=True, check=True, text=True)

    rows = done.stdout.rstrip("\n")
    assert (
        rows
        == reduced(LASTLOG)
        == ("@lastlog\nalice|Nov 20 2026\na-very-long-account-name|Feb 2 2026")
    )
    assert "10.0.0.9" not in rows
    assert SignIns.of(answered(sign_ins=rows)).of_account("alice") == 20777


def test_a_key_is_told_by_its_account_size_and_options() -> None:
    row = f"K|/home/alice/.ssh/authorized_keys|3|from,command,|ssh-ed25519|{ED25519}"
    stray = f"K|/home/gone/.ssh/authorized_keys|1||ssh-ed25519|{ED25519}"

    (key,) = authorized_keys(answered(homes=f"{row}\n{stray}"))
    assert isinstance(key, AuthorizedKey)
    assert (key.account, key.bits, key.options, key.line) == ("alice", 256, ("from", "command"), 3)
    assert str(key.fingerprint).startswith("SHA256:")
    assert by_name(answered(homes=row))["alice"].keys == 1


def test_places_that_sshd_looks_at_and_we_do_not_are_gaps() -> None:
    said = "authorizedkeysfile /etc/keys/%u .ssh/authorized_keys\nauthorizedkeyscommand /bin/ask %u"
    link = "G|777|1000|1000|symbolic link|/home/alice/.ssh/authorized_keys"

    found = list(authorized_keys(answered(sshd=said, homes=link)))
    assert [(one.key, one.reason) for one in found if isinstance(one, Gap)] == [
        ("/home/alice/.ssh/authorized_keys", Reason.UNRESOLVED),
        ("/etc/keys/%u", Reason.UNRESOLVED),
        ("/bin/ask", Reason.UNRESOLVED),
    ]
    assert isinstance(by_name(answered(sshd=said))["alice"].keys, Unknown)


def test_keys_in_a_folder_of_sshd_belong_to_the_name_of_the_file() -> None:
    row = f"K|/etc/ssh/authorized_keys/alice|1||ssh-ed25519|{ED25519}"

    found = list(
        authorized_keys(answered(sshd="authorizedkeysfile /etc/ssh/authorized_keys/%u", homes=row))
    )
    assert [one.account for one in found if isinstance(one, AuthorizedKey)] == ["alice"]


@pytest.mark.parametrize("blob", ["", "AAAA", "!!", "A" * 5000, "AAAAB3NzaC1yc2E="])
def test_a_key_that_is_none_has_no_size(blob: str) -> None:
    bits, _ = measured(blob)

    assert isinstance(bits, Unknown)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with keys of every format, with and without a passphrase."""
    program, folder = need("ssh-keygen", "openssh-client"), tmp_path_factory.mktemp("home")
    for name, kind, form, words in (
        ("id_plain", "ed25519", "RFC4716", ""),
        ("id_sealed", "ed25519", "RFC4716", "a passphrase"),
        ("id_pem", "ecdsa", "PEM", ""),
        ("id_pem_sealed", "ecdsa", "PEM", "a passphrase"),
        ("id_pkcs8", "ecdsa", "PKCS8", ""),
        ("id_pkcs8_sealed", "ecdsa", "PKCS8", "a passphrase"),
    ):
        subprocess.run(
            [program, "-q", "-t", kind, "-m", form, "-N", words, "-f", str(folder / name)],
            check=True,
        )
    public = (folder / "id_pem.pub").read_text()
    (folder / "authorized_keys").write_text(
        "# a comment\n\n"
        'from="10.0.0.0/8",command="/bin/x --token=\\"s3cr3t, from=y\\"",restrict '
        + public
        + 'command="no end of this\n'
        + f'cert-authority,principals="a b" {public}'
        + f"\t{public}nonsense\n"
    )
    return folder


@pytest.mark.parametrize("awk", ["awk", "busybox"])
def test_what_is_read_in_homes_is_no_secret(home: Path, awk: str) -> None:
    program = need(awk, "mawk" if awk == "awk" else awk)
    words = [program, "awk"] if awk == "busybox" else [program]
    files = sorted(str(file) for file in home.iterdir() if file.suffix != ".pub")

    done = subprocess.run([*words, _READ, *files], capture_output=True, check=True, text=True)

    rows = [row.replace(f"{home}/", "").split("|") for row in done.stdout.splitlines()]
    keys = [row for row in rows if row[0] in "KX"]
    assert [row[2:4] for row in keys] == [
        ["3", "from,command,restrict,"],
        ["4"],
        ["5", "cert-authority,principals,"],
        ["6", ""],
        ["7"],
    ]
    assert {row[1]: row[2:] for row in rows if row[0] == "P"} == {
        "id_plain": ["openssh", "clear"],
        "id_sealed": ["openssh", "sealed"],
        "id_pem": ["pem", "clear"],
        "id_pem_sealed": ["pem", "sealed"],
        "id_pkcs8": ["pkcs8", "clear"],
        "id_pkcs8_sealed": ["pkcs8", "sealed"],
    }
    assert "s3cr3t" not in done.stdout
    bodies = {line for file in files for line in Path(file).read_text().splitlines()}
    private = [line for line in bodies if len(line) > 40 and " " not in line]
    assert not any(line in done.stdout for line in private)


def test_a_line_break_in_a_name_forges_no_row(tmp_path: Path) -> None:
    home = tmp_path / "home" / "mallory" / ".ssh"
    home.mkdir(parents=True)
    for name in ("authorized_keys", "id_x\nK|.home.alice.|1||ssh-ed25519|AAAA", "id_\xe9t\xe9"):
        (home / name).write_text("\n")
    words = [word.replace("/home", f"{tmp_path}/home") for word in LOOKS[0]]

    done = subprocess.run(words, capture_output=True, check=False)

    rows = done.stdout.decode().replace(str(tmp_path), "").splitlines()
    assert sorted(row.rpartition("|")[2] for row in rows if "/mallory" in row) == [
        "/home/mallory",
        "/home/mallory/.ssh",
        "/home/mallory/.ssh/authorized_keys",
        "/home/mallory/.ssh/id_\xe9t\xe9",
    ]
    assert not any(row.startswith("K") for row in rows)


def test_private_keys_belong_to_whose_home_they_are_in() -> None:
    text = "P|/home/alice/.ssh/id_rsa|pem|clear\nP|/home/gone/key.pem|pkcs8|sealed\nP|x"

    found = [one for one in private_keys(answered(homes=text)) if isinstance(one, PrivateKey)]
    assert [(one.account, one.encrypted) for one in found] == [("alice", False), ("", True)]


def test_files_are_told_by_what_they_are_about() -> None:
    text = """G|644|0|0|regular file|/etc/passwd
G|640|0|42|regular file|/etc/shadow-
G|444|0|0|regular file|/etc/sudoers.d/deploy
G|644|0|0|regular file|/etc/pam.d/sshd
G|4755|0|0|regular file|/usr/bin/su
G|999|0|0|regular file|/etc/group
G|644|0|0|regular file|/tmp/elsewhere
?/etc/sudoers.d"""
    homes = """G|755|1000|1000|directory|/home/alice
G|700|1000|1000|directory|/home/alice/.ssh
G|666|1000|1000|regular file|/home/alice/.ssh/authorized_keys
G|600|1000|1000|regular file|/home/alice/.ssh/id_rsa
G|644|0|0|regular file|/etc/sudoers"""

    found = list(guards(answered(guards=text, homes=homes)))
    seen = {
        one.key: (one.about, one.mode, one.holder) for one in found if isinstance(one, FileGuard)
    }
    assert seen == {
        "/etc/passwd": ("accounts", 0o644, None),
        "/etc/shadow-": ("accounts", 0o640, None),
        "/etc/sudoers.d/deploy": ("sudo", 0o444, None),
        "/etc/pam.d/sshd": ("pam", 0o644, None),
        "/usr/bin/su": ("su", 0o4755, None),
        "/home/alice": ("keys", 0o755, 1000),
        "/home/alice/.ssh": ("keys", 0o700, 1000),
        "/home/alice/.ssh/authorized_keys": ("keys", 0o666, 1000),
    }
    assert [one.key for one in found if isinstance(one, Gap)] == ["/etc/sudoers.d"]


def test_homes_that_may_not_be_looked_at_are_a_gap() -> None:
    found = list(guards(answered(homes=Privilege("homes"))))

    assert [(one.key, one.reason) for one in found if isinstance(one, Gap)] == [
        ("authorized keys", Reason.PRIVILEGE)
    ]


@pytest.mark.parametrize(
    ("module", "texts", "enrolled"),
    [
        ("pam_google_authenticator.so",
         {"homes": "G|400|1000|1000|regular file|/home/alice/.google_authenticator"}, True),
        ("pam_google_authenticator.so", {}, False),
        ("pam_google_authenticator.so secret=/srv/google-authenticator/${USER}",
         {"homes": "G|400|0|0|regular file|/srv/google-authenticator/alice"}, True),
        ("pam_u2f.so",
         {"homes": "G|600|1|1|regular file|/home/alice/.config/Yubico/u2f_keys"}, True),
        ("pam_u2f.so authfile=/etc/u2f_mappings", {"tokens": "/etc/u2f_mappings|alice"}, True),
        ("pam_u2f.so authfile=/etc/u2f_mappings", {"tokens": "/etc/u2f_mappings|bob"}, False),
        ("pam_oath.so usersfile=/etc/users.oath", {"tokens": "/etc/users.oath|alice"}, True),
    ],
)  # fmt: skip
def test_a_token_is_counted_where_its_module_keeps_it(
    module: str, texts: dict[str, str], enrolled: bool
) -> None:
    found = list(enrolments(answered(pam=PAM.format(module), **texts)))

    assert {one.key: one.enrolled for one in found if isinstance(one, Enrolment)}[
        "alice"
    ] is enrolled


@pytest.mark.parametrize(
    ("module", "texts"),
    [
        ("pam_duo.so", {}),
        ("pam_u2f.so authfile=/srv/elsewhere", {}),
        ("pam_google_authenticator.so", {"homes": Privilege("homes")}),
        ("pam_oath.so usersfile=/etc/users.oath", {"tokens": Privilege("tokens")}),
    ],
)
def test_a_token_that_was_not_looked_for_is_unknown(
    module: str, texts: dict[str, str | CollectError]
) -> None:
    found = list(enrolments(answered(pam=PAM.format(module), **texts)))

    assert all(isinstance(one, Enrolment) and isinstance(one.enrolled, Unknown) for one in found)
    assert found


def test_without_a_second_factor_nobody_is_counted() -> None:
    assert list(enrolments(answered(pam=PAM.format("pam_permit.so")))) == []


def sudo(text: str, version: str | CollectError = "Sudo version 1.9.13p3") -> SudoSettings:
    (found,) = settings(answered(sudoers=text, sudo_version=version))
    assert isinstance(found, SudoSettings)
    return found


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("Defaults env_reset", "timeout_minutes", 15),
        ("Defaults timestamp_timeout=5", "timeout_minutes", 5),
        ("Defaults timestamp_timeout = 0.5", "timeout_minutes", 1),
        ("Defaults timestamp_timeout=-1", "widest_minutes", -1),
        ("Defaults:deploy timestamp_timeout=120", "widest_minutes", 120),
        ("Defaults !timestamp_timeout", "timeout_minutes", 0),
        ("Defaults !authenticate", "asks", False),
        ("Defaults:%ops !authenticate", "exempt", (":%ops",)),
        ('Defaults env_reset, use_pty, logfile="/var/log/sudo.log"', "own_terminal", True),
        ("Defaults logfile=/var/log/sudo.log", "log_file", "/var/log/sudo.log"),
        ("Defaults log_output", "log_io", True),
        ("Defaults !syslog", "syslog", False),
        ("Defaults !use_pty", "own_terminal", False),
        ("Defaults use_pty\nDefaults !use_pty", "own_terminal", False),
        ("Defaults env_reset", "own_terminal", False),
    ],
)
def test_defaults_say_what_sudo_asks_and_keeps(line: str, field: str, value: object) -> None:
    assert getattr(sudo(line), field) == value


def test_a_terminal_of_its_own_is_the_default_since_1_9_14() -> None:
    line = "root ALL=(ALL) ALL"
    assert sudo(line, "Sudo version 1.9.15p5").own_terminal is True
    assert isinstance(sudo(line, Privilege("sudo_version")).own_terminal, Unknown)
    assert list(settings(answered(sudoers=""))) == []  # there is no sudo
    assert isinstance(sudo("Defaults timestamp_timeout=long").timeout_minutes, Unknown)


def test_a_hundred_thousand_accounts_are_read_in_one_pass() -> None:
    numbers = range(100_000)
    found = answered(
        passwd="\n".join(f"u{n}|shadow|none||{n + 1000}|/bin/sh|{n}|/home/u{n}" for n in numbers),
        shadow="\n".join(f"u{n}|set|y|j9T|20000||0|99999|" for n in numbers),
        group="\n".join(f"g{n}|{n}|u{n}" for n in numbers),
    )
    began = process_time()

    seen = list(accounts(found))

    assert len(seen) == 100_000
    assert list(authorized_keys(found)) == []
    assert process_time() - began < 30  # linear: a few seconds on a slow machine
