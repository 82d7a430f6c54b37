"""Volumes, swap and LUKS headers, from block trees and real headers."""

import json
from pathlib import Path
from typing import Any

import pytest

from rempart.check import Gap, Reason, Unknown
from rempart.collectors.host.framing import Answer, Answers
from rempart.collectors.host.luks import luks_headers
from rempart.collectors.host.volumes import swaps, volumes
from rempart.errors import CollectError, Truncated
from rempart.observations.volumes import LuksHeader, Swap, Volume

RECORDED = Path(__file__).parent / "recorded"
LUKS2 = (RECORDED / "luksdump-2.6-luks2.txt").read_text()
LUKS1 = (RECORDED / "luksdump-2.6-luks1.txt").read_text()
HEADER = "Filename Type Size Used Priority\n"


def device(name: str, numbers: str, kind: str, *children: Any, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "kname": more.pop("kname", name),
        "type": kind,
        "fstype": more.pop("fstype", None),
        "maj:min": numbers,
        "children": list(children),
        **more,
    }


def tree(*devices: Any) -> str:
    return json.dumps({"blockdevices": devices})


def mount(numbers: str, point: str, kind: str, source: str) -> str:
    return f"27 1 {numbers} / {point} rw,relatime shared:1 - {kind} {source} rw\n"


def answered(**texts: str | CollectError) -> Answers:
    return Answers(
        {
            name: text if isinstance(text, CollectError) else Answer(0, text)
            for name, text in texts.items()
        }
    )


def seen(**texts: str | CollectError) -> dict[str, Volume]:
    return {item.key: item for item in volumes(answered(**texts)) if isinstance(item, Volume)}


def swap(**texts: str | CollectError) -> list[Swap]:
    return [item for item in swaps(answered(**texts)) if isinstance(item, Swap)]


LVM_ON_LUKS = tree(
    device(
        "sda",
        "8:0",
        "disk",
        device(
            "sda2",
            "8:2",
            "part",
            device(
                "sda2_crypt",
                "254:0",
                "crypt",
                device("vg-root", "254:1", "lvm", kname="dm-1", fstype="ext4"),
                device("vg-swap", "254:2", "lvm", kname="dm-2", fstype="swap"),
                kname="dm-0",
            ),
            fstype="crypto_LUKS",
        ),
    ),
    device("sdb", "8:16", "disk", fstype="xfs"),
)
MOUNTS = mount("254:1", "/", "ext4", "/dev/mapper/vg-root") + mount(
    "8:16", "/srv", "xfs", "/dev/sdb"
)


def test_what_stands_on_luks_is_encrypted() -> None:
    found = seen(lsblk=LVM_ON_LUKS, mounts=MOUNTS, luks=f"@/dev/sda2 0\n{LUKS2}")

    assert found["/"].encrypted is True
    assert (found["/"].cipher, found["/"].format, found["/"].key_holder) == (
        "aes-xts-plain64",
        "luks",
        "host",
    )
    assert (found["/srv"].encrypted, found["/srv"].cipher) == (False, None)


def test_without_a_header_the_cipher_is_unknown() -> None:
    found = seen(lsblk=LVM_ON_LUKS, mounts=MOUNTS)

    assert isinstance(found["/"].cipher, Unknown)
    assert found["/"].encrypted is True


def test_a_group_on_two_disks_is_encrypted_only_if_both_are() -> None:
    volume = device("vg-data", "254:9", "lvm", kname="dm-9", fstype="ext4")
    sealed = device("a_crypt", "254:8", "crypt", volume, kname="dm-8")
    text = tree(
        device("sda", "8:0", "disk", sealed, fstype="crypto_LUKS"),
        device("sdb", "8:16", "disk", volume),
    )

    found = seen(lsblk=text, mounts=mount("254:9", "/data", "ext4", "/dev/mapper/vg-data"))

    assert found["/data"].encrypted is False


def test_each_file_system_is_one_volume_at_its_first_mount() -> None:
    mounts = MOUNTS + mount("8:16", "/var/lib/bind", "xfs", "/dev/sdb")

    assert list(seen(lsblk=LVM_ON_LUKS, mounts=mounts)) == ["/", "/srv"]


def test_made_up_numbers_are_found_by_their_path() -> None:
    mounts = mount("0:33", "/pool", "btrfs", "/dev/sdb") + mount(
        "0:33", "/sub", "btrfs", "/dev/sdb"
    )

    assert {
        key: item.encrypted for key, item in seen(lsblk=LVM_ON_LUKS, mounts=mounts).items()
    } == {"/pool": False}


@pytest.mark.parametrize(
    ("kind", "source", "words"),
    [
        ("nfs4", "store:/srv", "another machine"),
        ("cifs", "//store/srv", "another machine"),
        ("zfs", "tank/data", "ZFS"),
        ("ext4", "/dev/nowhere", "does not show"),
    ],
)
def test_what_the_tree_does_not_show_is_unknown(kind: str, source: str, words: str) -> None:
    found = seen(lsblk=LVM_ON_LUKS, mounts=mount("0:50", "/data", kind, source))

    encrypted = found["/data"].encrypted
    assert isinstance(encrypted, Unknown)
    assert words in encrypted.detail


def test_a_container_says_that_its_disk_is_elsewhere() -> None:
    found = seen(lsblk=LVM_ON_LUKS, mounts=mount("0:99", "/", "overlay", "overlay"))

    assert isinstance(found["/"].encrypted, Unknown)


def test_a_loop_device_is_not_followed() -> None:
    text = tree(device("loop0", "7:0", "loop", fstype="ext4"))

    found = seen(lsblk=text, mounts=mount("7:0", "/data", "ext4", "/dev/loop0"))

    assert isinstance(found["/data"].encrypted, Unknown)


@pytest.mark.parametrize("kind", ["proc", "tmpfs", "sysfs", "cgroup2", "squashfs"])
def test_what_holds_no_data_is_no_volume(kind: str) -> None:
    source = "/dev/loop1" if kind == "squashfs" else kind

    assert seen(lsblk=LVM_ON_LUKS, mounts=mount("0:20", "/x", kind, source)) == {}


def test_encrypting_file_systems_count() -> None:
    found = seen(lsblk=LVM_ON_LUKS, mounts=mount("0:60", "/home/x", "ecryptfs", "/home/.x"))

    assert found["/home/x"].encrypted is True


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"blockdevices": 1}', '{"blockdevices":[' * 5000, "lsblk: not found"]
)
def test_a_garbled_tree_leaves_volumes_unknown(text: str) -> None:
    found = seen(lsblk=text, mounts=MOUNTS)

    for volume in found.values():
        assert isinstance(volume.encrypted, Unknown)
        assert volume.encrypted.reason is Reason.TRUNCATED
    assert list(found) == ["/", "/srv"]


def test_deep_trees_come_to_an_end() -> None:
    text = '{"name":"a","type":"disk","children":[' * 20_000

    found = seen(lsblk='{"blockdevices":[' + text, mounts=MOUNTS)

    assert isinstance(found["/"].encrypted, Unknown)


def test_a_tree_that_was_cut_gives_its_reason() -> None:
    found = seen(lsblk=Truncated("lsblk: the answer was cut"), mounts=MOUNTS)

    assert isinstance(found["/"].encrypted, Unknown)
    assert found["/"].encrypted.detail == "lsblk: the answer was cut"


def test_mount_points_with_blanks_are_read() -> None:
    found = seen(lsblk=LVM_ON_LUKS, mounts=mount("8:16", "/srv\\040data", "xfs", "/dev/sdb"))

    assert list(found) == ["/srv data"]


def test_swap_on_luks_is_encrypted_and_a_plain_partition_is_not() -> None:
    rows = HEADER + "/dev/dm-2 partition 9 0 -2\n/dev/sdb partition 9 0 -3\n"

    first, second = swap(lsblk=LVM_ON_LUKS, mounts=MOUNTS, swaps=rows)

    assert (first.key, first.encrypted) == ("swap /dev/dm-2", True)
    assert (second.key, second.encrypted) == ("swap /dev/sdb", False)


@pytest.mark.parametrize(("file", "encrypted"), [("/swapfile", True), ("/srv/a/swap", False)])
def test_a_swap_file_is_as_safe_as_its_volume(file: str, encrypted: bool) -> None:
    (area,) = swap(lsblk=LVM_ON_LUKS, mounts=MOUNTS, swaps=HEADER + f"{file} file 9 0 -2\n")

    assert (area.key, area.encrypted) == ("swap", encrypted)


def test_swap_in_memory_is_left_out() -> None:
    rows = HEADER + "/dev/zram0 partition 9 0 100\n"

    assert swap(lsblk=LVM_ON_LUKS, mounts=MOUNTS, swaps=rows) == []


def test_no_swap_is_nothing() -> None:
    assert swap(lsblk=LVM_ON_LUKS, mounts=MOUNTS, swaps=HEADER) == []


def test_swap_without_a_tree_is_unknown() -> None:
    rows = HEADER + "/dev/sda1 partition 9 0 -2\n"

    (area,) = swap(lsblk=Truncated("lsblk: the answer was cut"), mounts=MOUNTS, swaps=rows)

    assert isinstance(area.encrypted, Unknown)


def headers(luks: str, lsblk: str = LVM_ON_LUKS) -> list[Any]:
    return list(luks_headers(answered(luks=luks, lsblk=lsblk)))


def test_reads_both_versions_of_luks() -> None:
    second, first = headers(f"@/dev/sda2 0\n{LUKS2}\n@/dev/sdb1 0\n{LUKS1}")

    assert isinstance(second, LuksHeader)
    assert (second.key, second.version, second.cipher, second.key_bits) == (
        "/dev/sda2",
        2,
        "aes-xts-plain64",
        512,
    )
    assert (second.derivation, second.memory_kib) == ("argon2id", 131072)
    assert isinstance(first, LuksHeader)
    assert (first.version, first.cipher, first.key_bits) == (1, "aes-xts-plain64", 512)
    assert (first.derivation, first.memory_kib) == ("pbkdf2", None)


def test_the_weakest_key_slot_counts() -> None:
    slot = "  1: luks2\n\tKey:        512 bits\n\tPBKDF:      pbkdf2\n"

    (header,) = headers(f"@/dev/sda2 0\n{LUKS2.replace('Tokens:', slot + 'Tokens:')}")

    assert isinstance(header, LuksHeader)
    assert header.derivation == "pbkdf2"


@pytest.mark.parametrize(
    ("status", "dump", "reason"),
    [
        (77, "", Reason.PRIVILEGE),
        (1, "", Reason.UNRESOLVED),
        (0, "garbage", Reason.UNRESOLVED),
        (0, LUKS2[:300], Reason.UNRESOLVED),
    ],
)
def test_a_header_that_was_not_read_is_a_gap(status: int, dump: str, reason: Reason) -> None:
    (gap,) = headers(f"@/dev/sda2 {status}\n{dump}")

    assert isinstance(gap, Gap)
    assert (gap.key, gap.reason) == ("/dev/sda2", reason)


def test_an_open_container_without_a_header_is_a_gap() -> None:
    assert [type(item) for item in headers("")] == [Gap]
    assert headers("", tree(device("sdb", "8:16", "disk"))) == []


@pytest.mark.parametrize(
    ("uuid", "words"),
    [({"uuid": "1-2"}, False), ({}, "/dev/sdb1 may be part of it"), ({"uuid": "3-4"}, True)],
)
def test_a_file_system_on_several_devices_is_as_safe_as_each(
    uuid: dict[str, str], words: object
) -> None:
    own = {"uuid": "1-2"} if uuid else {}
    opened = device("c", "253:0", "crypt", fstype="btrfs", mountpoint="/", kname="dm-0", **own)
    sealed = device("sda1", "8:1", "part", opened, fstype="crypto_LUKS")
    clear = device("sdb1", "8:17", "part", fstype="btrfs", **uuid)
    mounts = mount("0:25", "/", "btrfs", "/dev/mapper/c")
    fact = seen(lsblk=tree(sealed, clear), mounts=mounts)["/"].encrypted
    assert (fact.detail if isinstance(fact, Unknown) else fact) == words


def test_what_is_only_verified_is_not_encrypted() -> None:
    made = device("usr", "253:0", "crypt", fstype="ext4")
    hashes = device("sda2", "8:2", "part", made, fstype="DM_verity_hash")
    data = device("sda1", "8:1", "part", made, fstype="ext4")
    mounts = mount("253:0", "/usr", "ext4", "/dev/mapper/usr")
    assert seen(lsblk=tree(data, hashes), mounts=mounts)["/usr"].encrypted is False


def test_a_container_without_a_cipher_encrypts_nothing() -> None:
    opened = device("c", "253:0", "crypt", fstype="ext4")
    sealed = device("sda1", "8:1", "part", opened, fstype="crypto_LUKS")
    dump = LUKS2.replace("aes-xts-plain64", "cipher_null-ecb")
    mounts = mount("253:0", "/", "ext4", "/dev/mapper/c")
    found = seen(lsblk=tree(sealed), mounts=mounts, luks=f"@/dev/sda1 0\n{dump}")
    assert found["/"].encrypted is False


def test_captured_hosts_without_containers_have_no_headers_to_hand_over() -> None:
    plain = Answers({"lsblk": Answer(0, tree(device("sda", "8:0", "disk")))}, captured=True)
    assert list(luks_headers(plain)) == []
    sealed = tree(device("sda1", "8:1", "part", fstype="crypto_LUKS"))
    (gap,) = luks_headers(Answers({"lsblk": Answer(0, sealed)}, captured=True))
    assert isinstance(gap, Gap)
