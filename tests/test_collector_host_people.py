"""Accounts, tokens and settings of sudo, from what a host's programs print."""

import subprocess
from pathlib import Path
from time import process_time

import pytest

from rempart.check import Unknown
from rempart.collectors.host.accounts import accounts
from rempart.collectors.host.factors import enrolments
from rempart.collectors.host.keys import authorized_keys
from rempart.collectors.host.sign_ins import SECTIONS, SignIns, reduced
from rempart.collectors.host.sudo_settings import settings
from rempart.errors import CollectError, Privilege
from rempart.observations.accounts import SudoSettings
from rempart.observations.people import Enrolment
from tests.host_people import answered, by_name

PAM = "/etc/pam.d/sshd:1:auth required pam_unix.so\n/etc/pam.d/sshd:2:auth required {}\n"


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
        ("pam_google_authenticator.so secret=/etc/openvpn/${USER}", {}),
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
