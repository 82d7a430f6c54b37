"""Archives, office files and messages: what encrypts them, and how well."""

import io
import struct
import tarfile
import zipfile

import pytest

from rempart.collectors.artefacts.openpgp import string_to_key
from tests.artefacts import RECORDED, recorded, told


def test_an_archive_says_whether_its_names_are_readable() -> None:
    assert recorded("7zz-26-names-readable.7z").names is True
    assert recorded("7zz-26-names-hidden.7z").names is False


@pytest.mark.parametrize("cut", [40, 80, 140])
def test_a_cut_archive_is_untold(cut: int) -> None:
    data = (RECORDED / "7zz-26-names-readable.7z").read_bytes()
    found = told(data[:cut], "a.7z")
    assert found.encrypted is None
    assert found.why


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


def test_gzip_that_unpacks_to_itself_ends() -> None:
    import gzip

    assert told(gzip.compress(gzip.compress(b"a" * 100))).packed == "gzip"


def test_archives_that_never_encrypt_are_clear() -> None:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as made:
        made.add(__file__, "a")
    assert (told(held.getvalue()).format, told(held.getvalue()).encrypted) == ("tar", False)
    assert told(b"070701" + bytes(200)).format == "cpio"
    assert told(b"Rar!\x1a\x07\x01\0" + bytes(80)).encrypted is None


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


@pytest.mark.parametrize("start", [b"\x04\x22\x4d\x18", b"\x89LZO\0", b"LZIP\1", b"BZh9"])
def test_what_is_only_packed_is_clear(start: bytes) -> None:
    found = told(start + bytes(range(256)) * 40, "a")
    assert (found.family, found.encrypted) == ("archive", False)
