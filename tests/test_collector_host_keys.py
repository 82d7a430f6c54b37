"""What opens a host's data at rest: crypttab, folders, data sets, dumps, keys in files."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from rempart.check import Unknown
from rempart.collectors.host import crypttab
from rempart.collectors.host.crypttab import crypt_mappings
from rempart.collectors.host.dumps import core_dumps, crash_dumps
from rempart.collectors.host.folders import encrypted_folders
from rempart.collectors.host.framing import Answer, Answers
from rempart.collectors.host.luks import luks_headers
from rempart.collectors.host.volumes import volumes
from rempart.errors import CollectError, Privilege, Unresolved
from rempart.observations.volumes import (
    CoreDumps,
    CrashDumps,
    CryptMapping,
    EncryptedFolder,
    LuksHeader,
    Volume,
)

RECORDED = Path(__file__).parent / "recorded"
SLOTS = (RECORDED / "luksdump-2.6-luks2-slots.txt").read_text()
FSCRYPT = (RECORDED / "fscrypt-0.3-status.txt").read_text()
LSBLK = json.dumps(
    {
        "blockdevices": [
            {"name": "sda1", "type": "part", "maj:min": "8:1", "mountpoint": "/boot"},
            {
                "name": "sda2",
                "type": "part",
                "fstype": "crypto_LUKS",
                "maj:min": "8:2",
                "children": [
                    {"name": "root", "type": "crypt", "maj:min": "254:0", "mountpoint": "/"}
                ],
            },
        ]
    }
)
MOUNTS = (
    "27 1 254:0 / / rw - ext4 /dev/mapper/root rw\n41 27 8:1 / /boot rw - ext4 /dev/sda1 rw\n"
    "50 27 0:40 / /tank rw - zfs tank/data rw\n"
)


def answered(**texts: str | CollectError) -> Answers:
    texts = {"lsblk": LSBLK, "mounts": MOUNTS, **texts}
    return Answers(
        {
            name: text if isinstance(text, CollectError) else Answer(0, text)
            for name, text in texts.items()
        }
    )


def mappings(**texts: str | CollectError) -> dict[str, CryptMapping]:
    found = crypt_mappings(answered(**texts))
    return {one.key: one for one in found if isinstance(one, CryptMapping)}


def test_the_weakest_key_slot_decides_not_the_digest() -> None:
    (header,) = luks_headers(answered(luks=f"@/dev/sda2 0\n{SLOTS}"))
    assert isinstance(header, LuksHeader)
    assert (header.derivation, header.iterations, header.hash) == ("pbkdf2", 1000, "sha512")
    assert (header.slots, header.tokens) == (2, ("systemd-tpm2",))


@pytest.mark.parametrize(
    ("line", "unlock", "file"),
    [
        ("a UUID=1 none luks", "passphrase", ""),
        ("a UUID=1", "passphrase", ""),
        ("a UUID=1 - luks,tpm2-device=auto", "token", ""),
        ("a /dev/sdb /dev/urandom swap,cipher=aes-xts-plain64", "random", ""),
        ("a UUID=1 /boot/a.key luks", "file", "/boot/a.key"),
        ("a UUID=1 /etc/keys/a.key:LABEL=usb luks", "file", "/etc/keys/a.key"),
        ("a UUID=1 x luks,keyscript=/lib/script", "script", ""),
    ],
)
def test_crypttab_says_what_opens_a_device(line: str, unlock: str, file: str) -> None:
    found = mappings(crypttab=f"# words\n\n{line}\n")["a"]
    assert (found.unlock, found.key_file) == (unlock, file)


def test_a_key_file_is_judged_by_its_mode_and_its_volume() -> None:
    table = (
        "a UUID=1 /boot/a.key luks\nb UUID=2 /etc/b.key luks\nc UUID=3 /etc/c.key luks\n"
        "@/boot/a.key 644 root\n@/etc/b.key 400 root\n@/etc/c.key ?\n"
    )
    found = mappings(crypttab=table)
    told = [(found[name].key_readable_by, found[name].key_volume_encrypted) for name in "ab"]
    assert told == [("everybody", False), ("owner", True)]
    assert isinstance(found["c"].key_readable_by, Unknown)


def test_a_token_in_the_header_binds_the_device() -> None:
    table = "a UUID=909e4abb-cd12-44c3-a21e-300323b5b36a none luks\nb UUID=other none luks\n"
    found = mappings(crypttab=table, luks=f"@/dev/sda2 0\n{SLOTS}")
    assert found["a"].bound is True
    assert isinstance(found["b"].bound, Unknown)


def test_what_is_open_says_its_mode_and_whether_it_discards() -> None:
    open_ = (
        "root:CRYPT-LUKS2-00ff-root\nold:CRYPT-PLAIN-old\nlv:LVM-abc\n@\n"
        "root: crypt aes-xts-plain64 32768 1 allow_discards\nold: crypt aes-cbc-plain 0\n"
    )
    found = mappings(crypttab="", mappings=open_)
    assert set(found) == {"root", "old"}
    assert (found["root"].mode, found["root"].discards) == ("luks", True)
    assert (found["old"].mode, found["old"].cipher) == ("plain", "aes-cbc-plain")


def test_a_crypttab_that_may_not_be_read_says_so() -> None:
    with pytest.raises(Privilege):
        mappings(crypttab=Privilege("crypttab: needs root"), mappings=Privilege("no"))


def test_crypttab_is_asked_for_its_columns_alone(tmp_path: Path) -> None:
    file = tmp_path / "crypttab"
    key = tmp_path / "a.key"
    key.write_text("SECRET")
    key.chmod(0o640)
    file.write_text(f"# c\na UUID=1 {key} luks,discard # why\n")
    (section,) = (one for one in crypttab.SECTIONS if one.name == "crypttab")
    code = section.shell().replace("/etc/crypttab", str(file))
    for shell in (["dash"], ["busybox", "sh"]):
        if shutil.which(shell[0]):
            done = subprocess.run(
                [*shell, "-c", f"limit=; {code}\nsection_crypttab"],
                capture_output=True,
                text=True,
                check=True,
            )
            assert done.stdout.splitlines()[:2][0] == f"a UUID=1 {key} luks,discard"
            assert f"@{key} 640 " in done.stdout


def folders(**texts: str | CollectError) -> dict[str, EncryptedFolder]:
    found = encrypted_folders(answered(**texts))
    return {one.key: one for one in found if isinstance(one, EncryptedFolder)}


ZFS = (
    "tank/data\tencryption\taes-256-gcm\ntank/data\tkeylocation\tfile:///boot/zfs.key\n"
    "tank/data\tkeyformat\traw\ntank/data\tpbkdf2iters\t0\ntank/data\tmountpoint\t/tank\n"
    "tank/old\tencryption\toff\ntank/old\tkeylocation\tnone\ntank/old\tmountpoint\t/old\n"
    "tank/p\tencryption\taes-256-gcm\ntank/p\tkeylocation\tprompt\ntank/p\tpbkdf2iters\t350000\n"
    "tank/p\tmountpoint\t/p\n"
)


def test_policies_of_fscrypt_tell_their_protectors() -> None:
    found = folders(folders=FSCRYPT, zfs=Unresolved("zfs: not installed"))
    claims, raw = found["/srv/claims"], found["/srv/raw"]
    assert (claims.cipher, claims.key_source, claims.unlocked) == (
        "AES_256_XTS",
        "passphrase",
        False,
    )
    assert (raw.key_source, raw.unlocked) == ("file", True)


def test_data_sets_tell_where_their_key_lies() -> None:
    found = folders(folders="", zfs=ZFS)
    assert (found["/tank"].key_source, found["/tank"].key_volume_encrypted) == ("file", False)
    assert found["/old"].encrypted is False
    assert (found["/p"].key_source, found["/p"].derivation_cost) == ("passphrase", 350_000)


def test_a_data_set_is_a_volume_too() -> None:
    found = {one.key: one for one in volumes(answered(zfs=ZFS)) if isinstance(one, Volume)}
    assert (found["/tank"].encrypted, found["/tank"].cipher) == (True, "aes-256-gcm")
    unseen = {one.key: one for one in volumes(answered()) if isinstance(one, Volume)}
    assert isinstance(unseen["/tank"].encrypted, Unknown)


SYSTEMD = "|/lib/systemd/systemd-coredump %P"
PATTERN = "/proc/sys/kernel/core_pattern:1:"


def core(*lines: str) -> CoreDumps:
    (found,) = core_dumps(answered(dumps="\n".join(lines)))
    assert isinstance(found, CoreDumps)
    return found


@pytest.mark.parametrize(
    ("lines", "handler", "kept", "place"),
    [
        (["|/bin/false"], "none", False, ""),
        (["/var/crash/core.%p"], "file", True, "/var/crash"),
        (["core"], "file", True, ""),
        (
            ["|/lib/systemd/systemd-coredump %P"],
            "systemd-coredump",
            True,
            "/var/lib/systemd/coredump",
        ),
        (
            [SYSTEMD, "/etc/systemd/coredump.conf:2:Storage=none"],
            "systemd-coredump",
            False,
            "/var/lib/systemd/coredump",
        ),
        (["|/usr/share/apport/apport %p"], "apport", True, "/var/crash"),
    ],
)
def test_cores_are_followed_to_where_they_land(
    lines: list[str], handler: str, kept: bool, place: str
) -> None:
    found = core(PATTERN + lines[0], *lines[1:], "/proc/sys/fs/suid_dumpable:1:2")
    assert (found.handler, found.kept, found.place) == (handler, kept, place)
    assert found.privileged == 2


def test_a_later_file_of_systemd_wins() -> None:
    found = core(
        f"{PATTERN}{SYSTEMD}",
        "/etc/systemd/coredump.conf:2:Storage=none",
        "/etc/systemd/coredump.conf.d/a.conf:2:Storage=external",
    )
    assert (found.kept, found.encrypted) == (True, True)


def test_cores_of_an_unknown_program_are_untold() -> None:
    assert isinstance(core(f"{PATTERN}|/opt/x/collect %p").kept, Unknown)
    assert isinstance(core("/proc/sys/fs/suid_dumpable:1:0").handler, Unknown)


@pytest.mark.parametrize(
    ("lines", "target", "remote", "encrypted"),
    [
        (["/etc/default/kdump-tools:1:USE_KDUMP=1"], "/var/crash", False, True),
        (["/etc/kdump.conf:1:path /boot/crash"], "/boot/crash", False, False),
        (["/etc/kdump.conf:1:nfs store:/crash"], "store:/crash", True, False),
        (["/etc/kdump.conf:1:ssh dump@store"], "dump@store", True, True),
        (['/etc/sysconfig/kdump:1:KDUMP_SAVEDIR="ftp://store/x"'], "ftp://store/x", True, False),
        (['/etc/default/kdump-tools:1:SSH="root@store"'], "root@store", True, True),
    ],
)
def test_crash_dumps_are_followed_to_their_target(
    lines: list[str], target: str, remote: bool, encrypted: bool
) -> None:
    told = "\n".join([*lines, "/sys/kernel/kexec_crash_loaded:1:1"])
    (found,) = crash_dumps(answered(dumps=told))
    assert isinstance(found, CrashDumps)
    assert (found.target, found.remote, found.encrypted) == (target, remote, encrypted)
    assert found.armed is True


def test_a_host_without_kdump_has_no_crash_dumps() -> None:
    assert list(crash_dumps(answered(dumps="/sys/kernel/kexec_crash_loaded:1:0"))) == []
