"""A Linux host, asked once: one script on one channel, then everything else is reading.

Four ways to the same answers: over SSH, here (`ssh: local`), from a bundle made there by
`rempart collect`, or from captured files. It reads, and writes nothing.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rempart.check import Gap, Observation
from rempart.collectors import Probe, Seen, Wanted
from rempart.collectors.host import captured, framing, script
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.handed_files import MOST
from rempart.errors import CollectError, Limited, Reason, Truncated, Unreachable
from rempart.observations.windows import WindowsAccount, WindowsSignIn
from rempart.transport.local import here

if TYPE_CHECKING:
    from rempart.transport.access import Access

KIND = "host"
WINDOWS: frozenset[type[Observation]] = frozenset({WindowsAccount, WindowsSignIn})
BRINGS: tuple[type[Observation], ...] = (*script.READERS, WindowsAccount, WindowsSignIn)
PROBES = (
    Probe(
        name="script",
        sends="One read-only shell script over one SSH connection; sudo -n for listed commands.",
        brings=BRINGS,
        connections=1,
    ),
)
LOCAL = "local"


def collect(subject: Any, access: "Access", wanted: Wanted) -> Iterator[Seen]:  # noqa: ANN401
    """What the host is seen to be, for the wanted types; a gap for each that was not seen.

    A bundle of Windows holds other sections: `rempart.collectors.windows` reads those.
    """
    if subject.bundle:
        from rempart.collectors import windows

        framed = windows.framed(bundle(Path(subject.bundle)))
        if framed is not None:
            yield from windows.read(framed, wanted)
            return
    answers = _answers(subject, access, wanted)
    yield from read(answers, wanted)
    if not subject.bundle:  # a bundle is of the script that made it
        yield from _any_system(answers, wanted)


def read(answers: Answers, wanted: Wanted) -> Iterator[Seen]:
    """The observations in a host's answers; pure. A type whose reader stops leaves a gap."""
    for kind, reader in script.READERS.items():
        if kind not in wanted:
            continue
        try:
            yield from reader(answers)
        except CollectError as error:
            yield Gap(kind.__name__, error.reason, str(error))


def _any_system(answers: Answers, wanted: Wanted) -> Iterator[Gap]:
    """Gaps for what only Windows has, where not one answer shows that the host is none."""
    lost = [one for one in answers.sections.values() if isinstance(one, CollectError)]
    if lost and len(lost) == len(answers.sections):
        yield from (Gap(kind.__name__, lost[0].reason, str(lost[0])) for kind in WINDOWS & wanted)


def _answers(subject: Any, access: "Access", wanted: Wanted) -> Answers:  # noqa: ANN401
    if subject.captured:
        return captured.answers(Path(subject.captured))
    sections = script.needed(wanted)
    names = [section.name for section in sections]
    if subject.bundle:
        return framing.answers(bundle(Path(subject.bundle)), names)
    nonce = script.new_nonce()
    asked = script.script(sections, nonce, become=subject.become or "")
    if subject.ssh == LOCAL:
        return framing.answers(here(asked, access.deadline.remaining()), names, nonce)
    from rempart.transport.ssh import run_script

    output = run_script(access, subject, asked)
    cut = Limited if output.reason is Reason.LIMIT else Truncated
    return framing.answers(output.stdout, names, nonce, cut)


def bundle(path: Path) -> bytes:
    """The bytes of a bundle. Raises Unreachable, or Limited for one that is too large."""
    try:
        with path.open("rb") as stream:
            content = stream.read(MOST + 1)
    except OSError as error:
        raise Unreachable(f"{path.name}: {error.strerror}") from None
    if len(content) > MOST:
        raise Limited(f"{path.name}: more than {MOST} bytes")
    return content
