"""What an sshd does: asked of the daemon; its file only says whom a `Match` treats otherwise.

`sshd -T` knows the default file and no option. The daemon that let the collector in, or else those
that wait for connections, may have been started with others: its command line says so.
"""

from collections.abc import Iterator
from dataclasses import replace
from shlex import join
from typing import Any

from rempart.check import Gap, Observation, Vantage
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.lines import Files, files
from rempart.collectors.host.people import PEOPLE
from rempart.collectors.host.section import Section, written
from rempart.collectors.host.sshd_people import classes
from rempart.collectors.sshd_config import directives, matched, read, settings
from rempart.collectors.text import clean
from rempart.errors import CollectError, Privilege, Unresolved
from rempart.observations.pam import PamDoor
from rempart.observations.ssh import SshdSettings

SSHD = "/usr/sbin/sshd"
CONFIG = "/etc/ssh/sshd_config"
VENDOR = "/usr/etc/ssh/sshd_config"  # SUSE's, where the administrator has none
FOLDER = "/etc/ssh/"
FOLDERS = (FOLDER, "/usr/etc/ssh/")
MOST = 200  # words of one command line, and daemons that wait
VALUED = "CEbcfghkopu"  # options of sshd(8) that take a value


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
        config, text, included = _whole(files(answers.text("sshd_config")))
        yield from settings(text, config, included, vantage=Vantage.OBSERVED)
        return
    options = [] if answers.captured else _options(answers)
    everybody = _overridden(everybody, options)
    told: list[SshdSettings] = [everybody]
    yield everybody
    for found in _matches(answers, everybody):
        if isinstance(found, SshdSettings):
            told.append(found)
        yield found
    yield from (_overridden(one, options) for one in classes(answers, told))


def _overridden(everybody: SshdSettings, options: list[str]) -> SshdSettings:
    """The settings of a daemon started with these `-o` options: they come before any file."""
    said = next(settings("\n".join(options), "sshd -o"))
    values: dict[str, Any] = {name: getattr(said, name) for name in said.decided}
    return replace(everybody, **values, decided={**everybody.decided, **said.decided})


def _options(answers: Answers) -> list[str]:
    """What the daemon was started with by `-o`, in sshd_config's own words.

    Raises Unresolved when it reads another file than the one `sshd -T` reads.
    """
    try:
        lines = answers.text("daemon").splitlines()[:MOST]
    except Unresolved:  # no ps, or one that does not show arguments
        return []
    started = [_started(line) for line in lines]
    usual = [options for config, options in started if config in ("", CONFIG)]
    if started and not usual:
        other = clean(started[0][0], 60)
        raise Unresolved(f"sshd runs with -f {other}, and sshd -T reads {CONFIG}")
    return usual[0] if usual else []


def _started(line: str) -> tuple[str, list[str]]:
    """The file and the options on the command line of a waiting sshd, as ps shows it."""
    words = line.removeprefix("sshd: ").partition(" [listener]")[0].split(None, MOST)[1:MOST]
    config, options = "", []
    while words:
        word = words.pop(0)
        at = next((n for n, letter in enumerate(word) if n and letter in VALUED), 0)
        if not word.startswith("-") or not at:
            continue
        value = word[at + 1 :] or (words.pop(0) if words else "")
        if word[at] == "f":
            config = value
        elif word[at] == "o":
            while words and not words[0].startswith("-"):
                value += f" {words.pop(0)}"
            options.append(value)
    return config, options


def _matches(answers: Answers, everybody: SshdSettings) -> Iterator[Observation | Gap]:
    try:
        config, text, included = _whole(files(answers.text("sshd_config")))
        yield from matched(everybody, list(directives(text, config, included)))
    except CollectError as error:
        yield Gap("SshdSettings", error.reason, f"Match blocks: {error}", key="Match")


def _whole(found: Files) -> tuple[str, str, "_Included"]:
    """The file sshd reads, its text, and the files it may include."""
    hidden = found.hides(FOLDER)
    if hidden:
        raise Privilege(f"{hidden} may not be read")
    config = next((one for one in (CONFIG, VENDOR) if one in found.lines), None)
    if config is None:
        raise Unresolved(f"{CONFIG} is not there")
    return config, found.text(config), _Included(found)


class _Included:
    """The files an Include names, as they came with the answer; relative to /etc/ssh."""

    def __init__(self, found: Files) -> None:
        self._found = found
        self._texts: dict[str, str] = {}

    def __call__(self, pattern: str) -> Iterator[tuple[str, str]]:
        place = pattern if pattern.startswith("/") else FOLDER + pattern
        if not place.startswith(FOLDERS):
            raise Unresolved(f"Include {pattern} names files that were not collected")
        for file in self._found.matching(place):
            if file not in self._texts:
                self._texts[file] = self._found.text(file)
            yield file, self._texts[file]


# The daemon that let the collector in, or those that wait for connections, with their options.
_DAEMON = r"""daemon() {
  $limit ps -ww -e -o pid= -o ppid= -o args= | awk -v me=$$ '
    $3 == "sshd:" && /\[listener\]/ || $3 ~ /\/sshd$/ { waits[$1] = 1; order[++n] = $1 }
    { parent[$1] = $2; pid = $1; $1 = $2 = ""; sub(/^ +/, ""); line[pid] = $0 }
    END {
      for (pid = me; pid > 1; pid = parent[pid]) if (waits[pid]) { print line[pid]; exit }
      for (k = 1; k <= n; k++) print line[order[k]]
    }'
}
"""
# Guides ask for mode 600 on these files: where the account may not read them, root shows them.
_SHOWN = r"""!/^[ \t]*(#[ \t]|#?$)/ { print FILENAME ":" FNR ":" $0 }"""
_FIND = (
    *("/usr/bin/find", FOLDER.rstrip("/"), "-maxdepth", "2", "-type", "f"),
    *("(", "-name", "sshd_config", "-o", "-path", f"{FOLDER}sshd_config.d/*.conf", ")"),
    *("-exec", "/usr/bin/awk", _SHOWN, "{}", "+"),
)
_FILES = ("sshd_config", "sshd_config.d/*.conf")
_AS_ROOT = f"""sshd_config_as_root() {{
  for file in {CONFIG} {FOLDER}sshd_config.d {FOLDER}sshd_config.d/*.conf; do
    [ ! -e "$file" ] || [ -r "$file" ] || {{ as_root {join(_FIND)}; return; }}
  done
  return 1
}}
"""
# Whose password PAM is asked for, and whose keys count, hangs on the daemon too.
BRINGS = (SshdSettings, PamDoor, *PEOPLE)
SECTIONS = (
    Section("daemon", "ps", BRINGS, (("daemon",),), code=_DAEMON),
    Section("sshd", "sshd -T", BRINGS, ((SSHD, "-T"),), root=True, given=("sshd-T.txt",)),
    Section(
        "sshd_config",
        CONFIG,
        BRINGS,
        paths=tuple(f"{folder}{name}" for folder in FOLDERS for name in _FILES),
        unless="sshd_config_as_root",
        code=_AS_ROOT,
        sudo=(written(*_FIND),),
    ),
)
READERS = {SshdSettings: sshd_settings}
