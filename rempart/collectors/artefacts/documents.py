"""Documents that encrypt themselves: PDF, and the OLE container Office puts around its files.

Sources: MS-OFFCRYPTO 2.3; MS-CFB 2.6.
"""

import re
from typing import Final

from rempart.collectors.artefacts.kinds import DOCUMENT, Kind
from rempart.collectors.artefacts.pdf import pdf

OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")
_PARTS: Final = tuple(name.encode("utf-16-le") for name in ("EncryptionInfo", "\x06DataSpaces"))


def document(head: bytes, tail: bytes) -> Kind | None:
    """The document that begins here; None where none does."""
    if head.lstrip()[:5] == b"%PDF-":
        return pdf(head, tail)
    if head.startswith(OLE):
        return _ole(head + tail)
    return None


def _ole(data: bytes) -> Kind:
    if _PACKAGE not in data and not all(part in data for part in _PARTS):
        return Kind(family=DOCUMENT, format="OLE document", encrypted=None, why=_LEGACY)
    cipher = _agile(data)
    return Kind(
        encryption=f"Office {cipher}".strip(),
        family=DOCUMENT,
        format="Office Open XML in OLE",
        encrypted=True,
        cipher=cipher,
    )


_LEGACY: Final = "a document of Office 97 to 2003: whether it has a password is not read"
_CIPHER: Final = re.compile(rb'cipherAlgorithm="(\w{2,12})"')
_BITS: Final = re.compile(rb'keyBits="(\d{2,4})"')
_STANDARD_AES: Final = {0x660E: "AES128", 0x660F: "AES192", 0x6610: "AES256", 0x6801: "RC4"}
_INFO: Final = re.compile(rb"[\x02-\x04]\0\x02\0[\x04\x0c\x24]\0\0\0.{16}", re.DOTALL)


def _agile(data: bytes) -> str:
    """Agile encryption tells its cipher in XML, the standard one in an algorithm's number."""
    cipher, bits = _CIPHER.search(data), _BITS.search(data)
    if cipher:
        return cipher[1].decode() + (bits[1].decode() if bits else "")
    for found in _INFO.finditer(data):
        number = int.from_bytes(data[found.start() + 20 : found.start() + 24], "little")
        if number in _STANDARD_AES:
            return _STANDARD_AES[number]
    return ""
