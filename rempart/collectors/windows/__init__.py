"""A Windows host, from the bundle its administrator made there: nothing is contacted.

`rempart collect --windows` prints the script that makes one.

The frames are those of the other hosts' bundles: a section counts when it is whole. PowerShell 5.1
writes a redirected bundle as UTF-16 with other line ends; both are read.
"""

import codecs
from collections.abc import Callable, Iterator
from importlib import resources
from typing import Final

from rempart.check import Gap, Observation
from rempart.collectors import Seen, Wanted
from rempart.collectors.host import framing
from rempart.collectors.windows import readers
from rempart.errors import CollectError
from rempart.observations.hosts import HostFacts
from rempart.observations.passwords import PasswordPolicy
from rempart.observations.services import Listener
from rempart.observations.volumes import Volume
from rempart.observations.windows import WindowsAccount, WindowsSignIn

READERS: Final[dict[type[Observation], Callable[[framing.Answers], Iterator[Observation]]]] = {
    HostFacts: readers.facts,
    PasswordPolicy: readers.passwords,
    Volume: readers.volumes,
    Listener: readers.listeners,
    WindowsAccount: readers.accounts,
    WindowsSignIn: readers.sign_in,
}
SECTIONS: Final = (
    *("windows", "secedit", "bitlocker", "laps", "accounts", "listeners", "network"),
)
_MARK: Final = b" begin windows\n"


def script() -> bytes:
    """The PowerShell script that makes a bundle."""
    return resources.files(__package__).joinpath("bundle.ps1").read_bytes()


def read(raw: bytes, wanted: Wanted) -> Iterator[Seen]:
    """What a framed bundle of Windows holds, for the wanted types."""
    answers = framing.answers(raw, SECTIONS)
    for kind, reader in READERS.items():
        if kind not in wanted:
            continue
        try:
            yield from reader(answers)
        except CollectError as error:
            yield Gap(kind.__name__, error.reason, str(error))


def framed(raw: bytes) -> bytes | None:
    """The bytes of a bundle of Windows, as they were framed; None where it is none."""
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF8, "utf-8-sig")):
        if raw.startswith(mark):
            raw = raw.decode(encoding, "replace").encode()
    raw = raw.replace(b"\r\n", b"\n")
    return raw if _MARK in raw else None
