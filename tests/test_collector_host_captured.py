"""Files somebody handed over, read as the answers of the host they came from."""

import os
from pathlib import Path

from rempart.check import Gap, Reason, Unknown
from rempart.collectors import Seen
from rempart.collectors.host import collect
from rempart.collectors.host.script import READERS
from rempart.demo import host as demo
from rempart.inventory.subjects import Host
from rempart.observations.accounts import Account, SudoRule
from rempart.observations.hosts import HostAnswers
from rempart.observations.passwords import PasswordPolicy
from rempart.observations.ssh import SshdSettings
from rempart.observations.volumes import LuksHeader, Swap, Volume
from rempart.transport.access import Access

ALL = frozenset(READERS)
RECORDED = demo.recorded()


def offline(host: Host, wanted: frozenset[type] = ALL) -> list[Seen]:
    return list(collect(host, Access.offline(host), wanted))


def test_captured_files_are_read_with_sshds_defaults(tmp_path: Path) -> None:
    (tmp_path / "sshd_config").write_text("PermitRootLogin no\nMatch User bob\nMaxAuthTries 9\n")

    found = offline(Host(id="legacy", captured=tmp_path), frozenset({SshdSettings}))

    assert [item.key for item in found if isinstance(item, SshdSettings)] == ["", "Match User bob"]
    assert [item.max_auth_tries for item in found if isinstance(item, SshdSettings)] == [6, 9]


def test_captured_files_lie_flat_or_as_on_the_host(tmp_path: Path) -> None:
    (tmp_path / "etc/sudoers.d").mkdir(parents=True)
    (tmp_path / "etc/sudoers").write_text("@includedir /etc/sudoers.d\n%sudo ALL=(ALL) ALL\n")
    (tmp_path / "etc/sudoers.d/deploy").write_text("deploy ALL=(ALL) NOPASSWD: ALL\n")
    (tmp_path / "passwd").write_text("root:x:0:0:Ann Other:/root:/bin/sh\n")
    (tmp_path / "shadow").write_text("root:$6$salt$hash:1:0:9:7:::\n")

    found = offline(Host(id="legacy", captured=tmp_path), frozenset({SudoRule, Account}))

    rules = [item for item in found if isinstance(item, SudoRule)]
    assert [(rule.who, rule.nopasswd, rule.source) for rule in rules] == [
        ("deploy", True, "/etc/sudoers.d/deploy"),  # where the include stands
        ("%sudo", False, "/etc/sudoers"),
    ]
    (account,) = [item for item in found if isinstance(item, Account)]
    assert (account.hash_scheme, account.hash_cost) == ("sha512crypt", 5000)


def test_captured_files_without_a_privileged_one_leave_it_unknown(tmp_path: Path) -> None:
    (tmp_path / "passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")

    (account,) = offline(Host(id="legacy", captured=tmp_path), frozenset({Account}))

    assert isinstance(account, Account)
    assert isinstance(account.hash_scheme, Unknown)
    assert account.hash_scheme.reason is Reason.UNRESOLVED


def test_what_was_not_captured_is_a_gap(tmp_path: Path) -> None:
    found = offline(Host(id="legacy", captured=tmp_path))

    assert {(item.type, item.reason) for item in found if isinstance(item, Gap)} == {
        (kind.__name__, Reason.UNRESOLVED) for kind in ALL - {HostAnswers}
    }


def test_captured_devices_and_links_are_not_followed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "swaps")
    (tmp_path / "passwd").symlink_to("/etc/passwd")

    found = offline(Host(id="legacy", captured=tmp_path), frozenset({Account, Swap}))

    assert {(item.type, item.reason) for item in found if isinstance(item, Gap)} == {
        ("Account", Reason.REFUSED),
        ("Swap", Reason.REFUSED),
    }


def test_captured_trees_stand_in_for_mounts(tmp_path: Path) -> None:
    (tmp_path / "lsblk.json").write_text(RECORDED["lsblk"].text)
    (tmp_path / "luksDump-sda3.txt").write_text("Version: 1\nCipher name: aes\nCipher mode: cbc\n")

    found = offline(Host(id="legacy", captured=tmp_path), frozenset({Volume, LuksHeader}))

    volumes = {item.key: item.encrypted for item in found if isinstance(item, Volume)}
    assert volumes == {"/": True, "/boot": False, "/srv": False, "/archive": True}
    assert [item.key for item in found if isinstance(item, Gap)] == ["sda3"]  # key size missing


def test_captured_crypttab_speaks_for_swap(tmp_path: Path) -> None:
    (tmp_path / "swaps").write_text("Filename Type\n/dev/mapper/cryptswap partition 1 0 -2\n")
    (tmp_path / "crypttab").write_text("# name\ncryptswap UUID=1 /dev/urandom swap\n")

    (swap,) = offline(Host(id="legacy", captured=tmp_path), frozenset({Swap}))

    assert isinstance(swap, Swap)
    assert swap.encrypted is True


def test_a_policy_is_read_from_captured_files(tmp_path: Path) -> None:
    (tmp_path / "pam.d").mkdir()
    (tmp_path / "pam.d/passwd").write_text("password requisite pam_pwquality.so\n")
    (tmp_path / "pam.d/other").write_text("auth required pam_deny.so\n")
    (tmp_path / "pwquality.conf").write_text("minlen = 14\n")

    (policy,) = offline(Host(id="legacy", captured=tmp_path), frozenset({PasswordPolicy}))

    assert isinstance(policy, PasswordPolicy)
    assert (policy.min_length, policy.max_failures) == (14, None)
