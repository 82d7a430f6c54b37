"""What an sshd does: asked of the daemon; its file only says whom a `Match` treats otherwise."""

from collections.abc import Iterator

from rempart.check import Gap, Observation, Vantage
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.lines import Files, files
from rempart.collectors.sshd_config import directives, matched, read, settings
from rempart.errors import CollectError, Privilege, Unresolved
from rempart.observations.ssh import SshdSettings

CONFIG = "/etc/ssh/sshd_config"
FOLDER = "/etc/ssh/"


def sshd_settings(answers: Answers) -> Iterator[Observation | Gap]:
    """The settings in force for everybody, then those of each `Match` block.

    `sshd -T` without a connection leaves `Match` out, and asking it for every user would mean
    guessing their names: the blocks come from the configuration file. Where that cannot be read, a
    gap says so. Captured files without the daemon's own words are read with sshd's defaults.
    """
    try:
        everybody = read(answers.text("sshd"), "sshd -T")
    except CollectError:
        if not answers.captured:
            raise
        text, included = _whole(files(answers.text("sshd_config")))
        yield from settings(text, CONFIG, included, vantage=Vantage.OBSERVED)
        return
    yield everybody
    yield from _matches(answers, everybody)


def _matches(answers: Answers, everybody: SshdSettings) -> Iterator[Observation | Gap]:
    try:
        text, included = _whole(files(answers.text("sshd_config")))
        yield from matched(everybody, list(directives(text, CONFIG, included)))
    except CollectError as error:
        yield Gap("SshdSettings", error.reason, f"Match blocks: {error}", key="Match")


def _whole(found: Files) -> tuple[str, "_Included"]:
    hidden = found.hides(FOLDER)
    if hidden:
        raise Privilege(f"{hidden} may not be read")
    if CONFIG not in found.lines:
        raise Unresolved(f"{CONFIG} is not there")
    return found.text(CONFIG), _Included(found)


class _Included:
    """The files an Include names, as they came with the answer; relative to /etc/ssh."""

    def __init__(self, found: Files) -> None:
        self._found = found
        self._texts: dict[str, str] = {}

    def __call__(self, pattern: str) -> Iterator[tuple[str, str]]:
        place = pattern if pattern.startswith("/") else FOLDER + pattern
        if not place.startswith(FOLDER):
            raise Unresolved(f"Include {pattern} names files that were not collected")
        for file in self._found.matching(place):
            if file not in self._texts:
                self._texts[file] = self._found.text(file)
            yield file, self._texts[file]
