"""How file systems are mounted that others than root write to.

Source: proc(5), /proc/self/mountinfo: the fifth and sixth words, and the type after the dash.
"""

from collections.abc import Iterator

from rempart.check import Observation
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.section import Section
from rempart.collectors.text import clean
from rempart.observations.kernel import MountOptions

POINTS = (
    *("/", "/boot", "/boot/efi", "/dev/shm", "/home", "/opt", "/srv", "/tmp"),  # noqa: S108
    *("/usr", "/var", "/var/log", "/var/log/audit", "/var/tmp"),  # noqa: S108
)
_AWK = (
    'index(" ' + " ".join(POINTS) + ' "," "$5" "){for(i=7;i<=NF&&$i!="-";i++);'
    'print $5"|"$(i+1)"|"$6","$NF}'
)


def mount_options(answers: Answers) -> Iterator[Observation]:
    """Each of them that is a mount of its own; the last one on a point hides those below."""
    found = {}
    for line in answers.text("mount_options").split("\n"):
        point, _, rest = line.partition("|")
        kind, _, options = rest.partition("|")
        if point in POINTS and options:
            words = dict.fromkeys(clean(word, 40) for word in options.split(",") if "=" not in word)
            found[point] = MountOptions(
                type=clean(kind, 40), options=tuple(words), key=point, source="/proc/self/mountinfo"
            )
    yield from found.values()


SECTIONS = (
    Section(
        "mount_options",
        "/proc/self/mountinfo",
        (MountOptions,),
        (("awk", _AWK, "/proc/self/mountinfo"),),
    ),
)
READERS = {MountOptions: mount_options}
