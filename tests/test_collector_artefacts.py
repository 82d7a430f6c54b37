"""Artefacts told by their bytes: recordings of real tools, and files made here byte by byte."""

import random
import struct
from pathlib import Path

import pytest

from rempart.collectors.artefacts.keys import keys
from tests.artefacts import RECORDED, recorded, told


@pytest.mark.parametrize(
    ("name", "encrypted", "encryption", "cipher"),
    [
        ("7zz-26-clear.7z", False, "", ""),
        ("7zz-26-names-readable.7z", True, "7z AES", "AES256-CBC"),
        ("7zz-26-names-hidden.7z", True, "7z AES", "AES256-CBC"),
        ("gnupg-2.2-symmetric-3des.gpg", True, "OpenPGP 3DES", "3DES"),
        ("gnupg-2.2-symmetric-aes256.gpg", True, "OpenPGP", "AES256"),
        ("msoffcrypto-6-agile.xlsx", True, "Office AES256", "AES256"),
        ("pyarrow-26-clear.parquet", False, "", ""),
        ("pyarrow-26-encrypted-footer.parquet", True, "Parquet modular encryption", ""),
        (
            "pyarrow-26-plaintext-footer-all-columns.parquet",
            True,
            "Parquet modular encryption",
            "AES-GCM",
        ),
        (
            "pyarrow-26-plaintext-footer-one-column.parquet",
            None,
            "",
            "AES-GCM, 1 of 2 columns are encrypted",
        ),
    ],
)
def test_tells_what_real_tools_wrote(
    name: str, encrypted: bool | None, encryption: str, cipher: str
) -> None:
    found = recorded(name)
    assert (found.encrypted, found.encryption, found.cipher) == (encrypted, encryption, cipher)


def luks1(*, cipher: bytes = b"aes", mode: bytes = b"xts-plain64", cost: int = 1000) -> bytes:
    slots = struct.pack(">II32sII", 0x00AC71F3, cost, bytes(32), 8, 4000)
    slots += struct.pack(">II32sII", 0x0000DEAD, 9, bytes(32), 8, 4000) * 7
    words = struct.pack(">32s32s32s", cipher, mode, b"sha256")
    head = b"LUKS\xba\xbe\0\1" + words + struct.pack(">II", 4096, 64) + bytes(96) + slots
    return head + bytes(4096)


def luks2(kdf: str) -> bytes:
    text = (
        f'{{"keyslots":{{"0":{{"type":"luks2","key_size":64,"kdf":{kdf}}}}},'
        '"segments":{"0":{"encryption":"aes-xts-plain64"}},'
        '"digests":{"0":{"type":"pbkdf2","hash":"sha256","iterations":1000}}}'
    ).encode()
    head = b"LUKS\xba\xbe\0\2" + struct.pack(">Q", 16384)
    return head.ljust(4096, b"\0") + text.ljust(12288, b"\0") + bytes(4096)


def test_luks_headers_tell_the_work_of_the_key_slot_not_of_the_digest() -> None:
    first = told(luks1())
    assert (first.format, first.derivation, first.cost) == ("LUKS1", "pbkdf2 sha256", 1000)
    argon = '{"type":"argon2id","time":4,"memory":65536,"cpus":4}'
    second = told(luks2(argon))
    assert (second.format, second.derivation, second.cost) == ("LUKS2", "argon2id", 65536)
    weak = told(luks2('{"type":"pbkdf2","hash":"sha256","iterations":1000}'))
    assert (weak.derivation, weak.cost) == ("pbkdf2 sha256", 1000)


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"keyslots":{}}', b"[" * 9000])
def test_a_broken_luks2_header_names_no_cipher(text: bytes) -> None:
    head = b"LUKS\xba\xbe\0\2" + struct.pack(">Q", 16384)
    found = told(head.ljust(4096, b"\0") + text.ljust(12288, b"\0"))
    assert (found.format, found.cipher) == ("LUKS2", "")


def test_a_container_whose_cipher_does_nothing_is_clear() -> None:
    assert told(luks1(cipher=b"cipher_null", mode=b"ecb")).encrypted is False


@pytest.mark.parametrize(
    ("data", "format_"),
    [
        (b"\x7fELF\2\1\1".ljust(16, b"\0") + b"\4\0" + bytes(64), "core dump"),
        (b"\x7fELF\2\1\1".ljust(16, b"\0") + b"\4\0" + b"VMCOREINFO", "kernel crash dump"),
        (b"KDUMP   " + bytes(64), "kernel crash dump"),
        (b"JAVA PROFILE 1.0.2\0" + bytes(64), "Java heap dump"),
        (bytes(4086) + b"SWAPSPACE2" + bytes(64), "swap area"),
    ],
)
def test_memory_on_a_disk_is_told(data: bytes, format_: str) -> None:
    found = told(data)
    assert (found.family, found.format, found.encrypted) == ("memory", format_, False)


def test_an_executable_is_no_core() -> None:
    assert told(b"\x7fELF\2\1\1".ljust(16, b"\0") + b"\2\0" + bytes(64)).family == ""


def test_raw_streams_of_zfs_are_encrypted_others_are_not() -> None:
    def stream(features: int) -> bytes:
        return struct.pack("<IIQQ", 0, 0, 0x2F5BACBAC, features << 2) + bytes(300)

    assert told(stream(1 << 24)).encrypted is True
    assert told(stream(4)).encrypted is False


def tablespace(*, version: int, magic: bool = True) -> bytes:
    page = bytearray(16384)
    page[24:26] = b"\0\x08"
    if magic:
        place = 8000
        page[place : place + 6] = b"\x73\x0e\x0c\x52\x45\x74"
        page[place + 6 : place + 8] = bytes([1, 16])
        page[place + 24 : place + 28] = struct.pack(">I", version)
        page[place + 28 : place + 32] = struct.pack(">I", 7)
    return bytes(page)


def test_tablespaces_of_mariadb_name_their_key() -> None:
    sealed_ = told(tablespace(version=3), "t.ibd")
    assert (sealed_.encrypted, sealed_.cipher) == (True, "key 7 version 3")
    assert told(tablespace(version=0), "t.ibd").encrypted is False
    assert told(tablespace(version=0, magic=False), "t.ibd").encrypted is False


@pytest.mark.parametrize(
    "data",
    [b"%PDF-1.7\nhello", b"PAR1" + bytes(20), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)],
)
def test_what_is_cut_is_never_called_clear(data: bytes) -> None:
    found = told(data)
    assert found.encrypted is not True
    assert found.encrypted is None or not found.family


def test_a_damaged_parquet_footer_is_untold() -> None:
    footer = b"\x15\xff" * 40
    found = told(b"PAR1" + footer + struct.pack("<I", len(footer)) + b"PAR1")
    assert (found.encrypted, found.why) == (None, "its footer is damaged")


@pytest.mark.parametrize("file", sorted(RECORDED.iterdir()), ids=lambda file: file.name)
def test_bytes_that_changed_on_their_way_are_still_told_something(file: Path) -> None:
    chance = random.Random(file.name)  # noqa: S311  (the same damage in every run)
    for _ in range(300):
        data = bytearray(file.read_bytes())
        for _ in range(chance.choice((1, 3, 20))):
            place = chance.randrange(min(len(data), chance.choice((64, 400, len(data)))))
            data[place] = chance.choice((0, 127, 128, 255, chance.randrange(256)))
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        found = told(bytes(data), file.name)
        assert found.encrypted in (True, False, None)
        list(keys(bytes(data[:4096]), file.name, len(data), b"x"))


@pytest.mark.parametrize(("method", "encrypted"), [(0, None), (1, True), (2, True)])
def test_images_of_qemu_name_their_method(method: int, encrypted: bool | None) -> None:
    head = b"QFI\xfb" + bytes(28) + struct.pack(">I", method) + bytes(80)
    assert told(head).encrypted is encrypted
