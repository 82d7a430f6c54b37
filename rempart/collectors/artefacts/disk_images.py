"""Images of disks as hypervisors write them. What encrypts inside one is not looked into.

Sources: QEMU's qcow2.txt (crypt_method); the VMDK, VHD and VHDX specifications.
"""

from typing import Final

from rempart.collectors.artefacts.kinds import CONTAINER, Kind

QCOW: Final = b"QFI\xfb"
IMAGES: Final = ((b"KDMV", "VMDK"), (b"vhdxfile", "VHDX"), (b"conectix", "VHD"), (QCOW, "qcow2"))
_INSIDE: Final = "an image of a disk: what encrypts inside it is not looked into"
_AES, _LUKS = 1, 2


def disk_image(head: bytes) -> Kind | None:
    """The image that begins here; None where none does."""
    name = next((name for start, name in IMAGES if head.startswith(start)), "")
    method = int.from_bytes(head[32:36], "big") if name == "qcow2" else 0
    if method == _LUKS:
        return Kind("", "qcow2 LUKS", "", "", CONTAINER, name, encrypted=True, cipher="LUKS")
    if method == _AES:  # the passphrase itself is the key
        old = "qcow2 AES"
        return Kind("", old, "", "", CONTAINER, name, True, "AES128-CBC", derivation="none")
    if not name:
        return None
    return Kind(family=CONTAINER, format=name, encrypted=None, why=_INSIDE)
