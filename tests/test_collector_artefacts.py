"""Artefacts told by their bytes: recordings of real tools, and files made here byte by byte."""

import io
import random
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

from rempart.collectors.artefacts.keys import keys
from rempart.collectors.artefacts.kinds import Kind
from rempart.collectors.artefacts.openpgp import string_to_key
from rempart.collectors.artefacts.recognition import first_and_last, kind

RECORDED = Path(__file__).parent / "recorded" / "artefacts"


def told(data: bytes, name: str = "a") -> Kind:
    head, tail = first_and_last(io.BytesIO(data), len(data))
    return kind(head, name, tail, len(data))


def recorded(name: str) -> Kind:
    return told((RECORDED / name).read_bytes(), name)


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


def test_an_archive_says_whether_its_names_are_readable() -> None:
    assert recorded("7zz-26-names-readable.7z").names is True
    assert recorded("7zz-26-names-hidden.7z").names is False


@pytest.mark.parametrize("cut", [40, 80, 140])
def test_a_cut_archive_is_untold(cut: int) -> None:
    data = (RECORDED / "7zz-26-names-readable.7z").read_bytes()
    found = told(data[:cut], "a.7z")
    assert found.encrypted is None
    assert found.why


def test_work_of_a_passphrase_is_read_from_the_packet() -> None:
    found = recorded("gnupg-2.2-symmetric-aes256.gpg")
    assert (found.derivation, found.cost) == ("s2k iterated SHA-1", 65_011_712)
    assert found.recipients == 0


@pytest.mark.parametrize(
    ("specifier", "words", "cost"),
    [
        (b"\x00\x02", "s2k simple SHA-1", None),
        (b"\x01\x08" + bytes(8), "s2k salted SHA-256", None),
        (b"\x03\x08" + bytes(8) + b"\x60", "s2k iterated SHA-256", 65_536),
        (b"\x04" + bytes(16) + b"\x03\x04\x15", "argon2id", 1 << 21),
        (b"", "", None),
    ],
)
def test_string_to_key_in_words(specifier: bytes, words: str, cost: int | None) -> None:
    assert string_to_key(specifier) == (words, cost)


@pytest.mark.parametrize("new_form", [True, False])
@pytest.mark.parametrize(("number", "cipher"), [(7, "AES128"), (2, "3DES"), (3, "CAST5")])
def test_headers_of_pgcrypto_vary_and_are_parsed(number: int, cipher: str, new_form: bool) -> None:
    body = bytes([4, number, 3, 2, *range(8), 0x60])
    start = bytes([0xC3 if new_form else 0x8C, len(body)])
    found = told(start + body + b"\xd2\x30" + bytes(48))
    assert (found.encrypted, found.cipher) == (True, cipher)


def test_a_passphrase_hashed_once_is_told() -> None:
    found = told(bytes([0x8C, 4, 4, 9, 0, 2]) + b"\xd2\x3d" + bytes(61))
    assert (found.cipher, found.derivation, found.cost) == ("AES256", "s2k simple SHA-1", None)


def test_an_old_message_has_nothing_that_shows_a_change() -> None:
    body = bytes([4, 9, 3, 8, *range(8), 0x60])
    found = told(bytes([0x8C, len(body)]) + body + b"\xa4\x30" + bytes(48))
    assert found.encryption == "OpenPGP AES256 without MDC"


def zipped(*names: str) -> bytearray:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        for name in names:
            made.writestr(name, "words")
    return bytearray(held.getvalue())


def sealed(data: bytearray, *, method: int = 8, extra: int = 0) -> bytes:
    """The same archive with the flags of encryption set, first member and directory."""
    for mark, flags, at in ((b"PK\x03\x04", 6, 8), (b"PK\x01\x02", 8, 10)):
        place = data.find(mark)
        data[place + flags] |= 1
        data[place + at : place + at + 2] = struct.pack("<H", method)
    return bytes(data)


def test_zip_members_are_told_apart_by_flags_and_method() -> None:
    assert told(bytes(zipped("a"))).encrypted is False
    assert told(sealed(zipped("a"))).encryption == "ZipCrypto"
    assert told(sealed(zipped("a"), method=99)).encryption == "zip AES"


def test_one_clear_member_makes_an_archive_clear() -> None:
    found = told(sealed(zipped("a", "b"), method=99))
    assert found.encrypted is False
    assert found.cipher == "1 of 2 members encrypted"


def test_a_cut_zip_is_untold_unless_what_is_left_fails_it() -> None:
    whole = sealed(zipped("a", "b"), method=99)
    assert told(sealed(zipped("a"), method=99)[:40]).encrypted is None
    assert told(whole[:40]).why == "the archive is cut: its directory is missing"
    assert told(sealed(zipped("a", "b"))[:40]).encryption == "ZipCrypto"
    assert told(bytes(zipped("a", "b"))[:40]).encrypted is False


def opendocument(manifest: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        kind_ = zipfile.ZipInfo("mimetype")
        made.writestr(kind_, "application/vnd.oasis.opendocument.text")
        made.writestr("content.xml", "x" * 200_000)
        made.writestr("META-INF/manifest.xml", manifest)
    return held.getvalue()


def test_open_documents_say_in_their_manifest_that_they_are_encrypted() -> None:
    words = '<e manifest:algorithm-name="http://www.w3.org/2001/04/xmlenc#aes256-cbc"/>'
    secret = told(opendocument(f"<manifest><encryption-data/>{words}</manifest>"), "a.odt")
    assert secret.encryption == "OpenDocument AES256-CBC"
    assert told(opendocument("<manifest/>"), "a.odt").encrypted is False


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


def test_gzip_that_unpacks_to_itself_ends() -> None:
    import gzip

    assert told(gzip.compress(gzip.compress(b"a" * 100))).packed == "gzip"


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


def test_archives_that_never_encrypt_are_clear() -> None:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as made:
        made.add(__file__, "a")
    assert (told(held.getvalue()).format, told(held.getvalue()).encrypted) == ("tar", False)
    assert told(b"070701" + bytes(200)).format == "cpio"
    assert told(b"Rar!\x1a\x07\x01\0" + bytes(80)).encrypted is None


@pytest.mark.parametrize(("method", "encrypted"), [(0, None), (1, True), (2, True)])
def test_images_of_qemu_name_their_method(method: int, encrypted: bool | None) -> None:
    head = b"QFI\xfb" + bytes(28) + struct.pack(">I", method) + bytes(80)
    assert told(head).encrypted is encrypted
