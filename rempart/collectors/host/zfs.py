"""What ZFS says of its data sets: whether each is encrypted, and where its key lies.

Source: zfsprops(7) of OpenZFS 2.2; `-Hp` prints tabs and exact figures.
"""

from rempart.collectors.host.section import Section
from rempart.collectors.text import clean
from rempart.observations.volumes import EncryptedFolder, Volume

_ZFS = (
    "zfs get -Hp -t filesystem -o name,property,value "
    "encryption,keylocation,keyformat,pbkdf2iters,keystatus,mountpoint"
)


def datasets(text: str) -> dict[str, dict[str, str]]:
    """The properties of each data set, as `zfs get -Hp` prints them."""
    found: dict[str, dict[str, str]] = {}
    for line in text.split("\n"):
        fields = line.split("\t")
        if len(fields) >= 3:
            found.setdefault(clean(fields[0], 120), {})[fields[1]] = clean(fields[2], 200)
    return found


SECTIONS = (
    Section(
        "zfs",
        "zfs get encryption",
        (EncryptedFolder, Volume),
        (tuple(_ZFS.split()),),
        given=("zfs.txt",),
    ),
)
