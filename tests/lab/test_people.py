"""People on a real Debian host: their accounts, keys, permissions, rules of sudo and doors."""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from rempart.check import Gap, Observation, Unknown
from rempart.collectors.host import collect
from rempart.collectors.host.sudoers import fragment
from rempart.observations.accounts import Account, Group, LoginDefaults, SudoRule, SudoSettings
from rempart.observations.pam import PamChange, PamDoor, PamLock
from rempart.observations.people import AuthorizedKey, Enrolment, FileGuard, PrivateKey
from tests.lab.hosts import Lab, Variant, running
from tests.loopback import access

pytestmark = pytest.mark.lab

# Each looks right at first sight: the wrong order, the wrong jump, the wrong owner.
AUTH = """auth required pam_faillock.so preauth
auth requisite pam_unix.so nullok
auth required pam_faillock.so authfail
auth required pam_google_authenticator.so nullok
"""
PASSWORD = """password required pam_pwquality.so retry=3 minlen=14
password [success=1 default=ignore] pam_unix.so yescrypt
password requisite pam_deny.so
password required pam_permit.so
"""
PREPARE = r"""
useradd -m -s /bin/bash alice; echo 'alice:Rempart-of-the-lab-2026' | chpasswd
useradd -m -s /bin/bash -G sudo bob; echo 'bob:Rempart-of-the-lab-2026' | chpasswd
useradd -m -s /bin/sh backup-job; useradd -o -u 0 -g 0 -M -s /bin/bash toor
groupadd -o -g 100 twin; chage -d 2099-01-01 alice; useradd -D -f 30
for who in alice backup-job; do
  mkdir -m 700 /home/$who/.ssh
  ssh-keygen -q -t rsa -b 2048 -m PEM -N '' -f /home/$who/.ssh/id_rsa
done
cat /home/alice/.ssh/id_rsa.pub > /home/alice/.ssh/authorized_keys
cat /home/alice/.ssh/id_rsa.pub > /home/backup-job/.ssh/authorized_keys
printf 'restrict,from="10.0.0.5",command="/bin/pull --token=secret" ' \
  >> /home/alice/.ssh/authorized_keys
cat /home/backup-job/.ssh/id_rsa.pub >> /home/alice/.ssh/authorized_keys
ssh-keygen -q -p -N long-passphrase -f /home/backup-job/.ssh/id_rsa
mkdir -m 700 /home/bob/.ssh; ln -s /etc/shadow /home/bob/.ssh/authorized_keys
mkfifo /home/bob/.ssh/id_fifo
chown -R alice:alice /home/alice; chown -R backup-job:backup-job /home/backup-job
chmod 666 /home/alice/.ssh/authorized_keys; chmod 644 /etc/shadow-
: > /home/bob/.google_authenticator
printf 'Defaults timestamp_timeout=60\nalice ALL=(root) /usr/bin/cat /var/log/*, !/bin/su\n' \
  > /etc/sudoers.d/alice
chmod 440 /etc/sudoers.d/*
"""


@pytest.fixture(scope="module")
def people(debian: Path) -> Iterator[Lab]:
    files = {
        "etc/pam.d/common-auth": AUTH,
        "etc/pam.d/common-password": PASSWORD,
        "etc/sudoers.d/audit": fragment("audit"),
    }
    with running(debian, "people", Variant(files, PREPARE)) as lab:
        yield lab


@pytest.fixture(scope="module", params=["root", "audit"])
def seen(people: Lab, request: pytest.FixtureRequest) -> list[Observation | Gap]:
    """What an audit brings as root, and as an account with the fragment of sudoers."""
    user = request.param
    host = people.host(user, become="sudo" if user != "root" else "")
    wanted: frozenset[type[Observation]] = frozenset(
        {
            *(Account, Group, LoginDefaults, SudoRule, SudoSettings, PamChange, PamDoor, PamLock),
            *(AuthorizedKey, PrivateKey, FileGuard, Enrolment),
        }
    )
    with access(host) as allowed:
        return list(collect(host, allowed, wanted))


T = TypeVar("T", bound=Observation)


def of(seen: list[Observation | Gap], kind: type[T]) -> dict[str, T]:
    return {one.key: one for one in seen if isinstance(one, kind)}


def test_accounts_are_told_apart(seen: list[Observation | Gap]) -> None:
    found = of(seen, Account)

    assert [one.key for one in found.values() if one.uid == 0] == ["root", "toor"]
    assert (found["alice"].kind, found["backup-job"].kind) == ("person", "service")
    assert (found["bob"].admin, found["alice"].admin, found["toor"].admin) == (True, False, True)
    assert found["alice"].password_set == 47117  # 2099-01-01
    assert (found["alice"].keys, found["bob"].keys) == (2, 0)
    assert found["bob"].groups == ("bob", "sudo")
    assert found["alice"].last_sign_in is None
    assert [one.key for one in of(seen, Group).values() if one.gid == 100] == ["users", "twin"]
    inactive = of(seen, LoginDefaults)["new accounts"].inactive_days
    assert isinstance(inactive, Unknown) or inactive == 30  # useradd leaves its file to root


def test_keys_are_seen_without_their_secrets(seen: list[Observation | Gap]) -> None:
    keys = [one for one in seen if isinstance(one, AuthorizedKey) and one.account != "audit"]
    keys = [one for one in keys if one.account != "root"]

    assert sorted(one.account for one in keys) == ["alice", "alice", "backup-job"]
    assert {(one.kind, one.bits) for one in keys} == {("ssh-rsa", 2048)}
    assert {one.options for one in keys} == {(), ("restrict", "from", "command")}
    assert len({one.fingerprint for one in keys}) == 2
    private = {one.account: one.encrypted for one in seen if isinstance(one, PrivateKey)}
    assert private == {"alice": False, "backup-job": True}
    assert "secret" not in repr(seen)
    assert [one.key for one in seen if isinstance(one, Gap) and one.type == "AuthorizedKey"] == [
        "/home/bob/.ssh/authorized_keys"
    ]


def test_permissions_are_those_of_the_files(seen: list[Observation | Gap]) -> None:
    found = of(seen, FileGuard)

    assert found["/home/alice/.ssh/authorized_keys"].mode == 0o666
    assert found["/etc/shadow-"].mode == 0o644
    assert found["/home/bob/.ssh/authorized_keys"].link
    assert found["/etc/sudoers.d/alice"].mode == 0o440
    assert (found["/etc/pam.d/sshd"].about, found["/etc/pam.d/sshd"].owner) == ("pam", 0)


def test_doors_show_the_line_that_takes_the_rest_back(seen: list[Observation | Gap]) -> None:
    sshd, change = of(seen, PamDoor)["sshd"], of(seen, PamChange)["passwd"]

    assert (sshd.counted, sshd.locked_refused, sshd.wrong_enters) == (False, True, False)
    assert (sshd.factor_demanded, sshd.unenrolled_enter) == (True, True)
    assert (change.enforced, change.token_reused) == (False, False)
    assert of(seen, PamLock)["faillock"].failures == 3


def test_rules_of_sudo_and_enrolments(seen: list[Observation | Gap]) -> None:
    rules = [one for one in seen if isinstance(one, SudoRule) and one.who == "alice"]

    assert [one.commands for one in rules] == [("/usr/bin/cat /var/log/*", "!/bin/su")]
    assert of(seen, SudoSettings)["Defaults"].widest_minutes == 60
    enrolled = {name: one.enrolled for name, one in of(seen, Enrolment).items()}
    assert (enrolled["bob"], enrolled["alice"]) == (True, False)


def test_nothing_was_written(people: Lab, seen: list[Observation | Gap]) -> None:
    assert seen
    assert people.written() == set()
