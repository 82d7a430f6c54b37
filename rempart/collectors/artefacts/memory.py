"""Memory written to a disk: cores of processes, crash dumps of kernels, heaps of Java.

Sources: elf(5); kexec-tools and makedumpfile; hprof of JDK 17; minidumpapiset.h.
"""

from typing import Final

from rempart.collectors.artefacts.kinds import MEMORY, Kind

_CORE: Final = 4  # ET_CORE
_STARTS: Final = (
    (b"KDUMP   ", "kernel crash dump"),
    (b"DISKDUMP", "kernel crash dump"),
    (b"makedumpfile\0", "kernel crash dump"),
    (b"JAVA PROFILE 1.0", "Java heap dump"),
    (b"MDMP", "minidump"),
    (b"PAGEDU", "Windows crash dump"),
)


def memory(head: bytes) -> Kind | None:
    """The memory dump that begins here; None where none does."""
    if head.startswith(b"\x7fELF") and len(head) > 18:
        order = "big" if head[5] == 2 else "little"
        if int.from_bytes(head[16:18], order) == _CORE:  # type: ignore[arg-type]
            kernel = b"VMCOREINFO" in head
            return Kind(family=MEMORY, format="kernel crash dump" if kernel else "core dump")
        return None
    for start, name in _STARTS:
        if head.startswith(start):
            return Kind(family=MEMORY, format=name)
    return None
