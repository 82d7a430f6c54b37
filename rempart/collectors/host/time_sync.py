"""What sets the clock, and whether it follows its source now.

Sources: systemd-timesyncd.service(8), which leaves /run/systemd/timesync/synchronized;
chronyc(1), `tracking`; ntpq(8). Without one of them nothing says whether a clock is right.
"""

import re
from collections.abc import Iterator

from rempart.check import Fact, Observation, Reason, Unknown
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.lines import files
from rempart.collectors.host.processes import contained, running
from rempart.collectors.host.section import Section
from rempart.collectors.text import clean
from rempart.errors import CollectError, Unresolved
from rempart.observations.services import TimeSync

DAEMONS = {
    "chronyd": "chrony",
    "systemd-timesyn": "systemd-timesyncd",
    "ntpd": "ntpd",
    "ntpsec": "ntpsec",
    "openntpd": "openntpd",
    "VBoxService": "VBoxService",
    "ptp4l": "ptp4l",
}
_PATHS = (
    *("/etc/chrony/chrony.conf", "/etc/chrony/sources.d/*", "/etc/chrony/conf.d/*"),
    *("/etc/chrony.conf", "/etc/chrony.d/*", "/etc/ntp.conf", "/etc/ntpsec/ntp.conf"),
    *("/etc/systemd/timesyncd.conf", "/etc/systemd/timesyncd.conf.d/*.conf"),
)
MOST = 50  # sources
_ONLY = r"/^[ \t]*(server|pool|peer|refclock)[ \t]/||/^(Fallback)?NTP *=/"
_ASK = """clock() {
  [ ! -e /run/systemd/timesync/synchronized ] || echo timesyncd
  if [ -x /usr/bin/chronyc ]; then $limit /usr/bin/chronyc -n tracking
  elif [ -x /usr/bin/ntpq ]; then $limit /usr/bin/ntpq -pn
  fi
  return 0
}
"""


def time_sync(answers: Answers) -> Iterator[Observation]:
    """The daemon that runs, with the sources its files name."""
    if contained(answers):
        raise Unresolved("a container: its clock is its host's")
    names = running(answers)
    daemon = next((words for name, words in DAEMONS.items() if name in names), None)
    yield TimeSync(
        daemon=daemon,
        synchronised=_synchronised(answers, daemon),
        sources=_sources(answers),
        source=daemon or "/proc/*/comm",
    )


def _synchronised(answers: Answers, daemon: str | None) -> Fact:
    if daemon is None:
        return False
    try:
        text = answers.text("clock")
    except CollectError as error:
        return Unknown(error.reason, str(error))
    if daemon == "systemd-timesyncd":
        return "timesyncd" in text.split("\n")
    if match := re.search(r"^Leap status\s*:\s*(.+)$", text, re.MULTILINE):
        return match[1].strip() != "Not synchronised"
    if daemon in ("ntpd", "ntpsec") and re.search(r"^\s*remote\s", text, re.MULTILINE):
        return bool(re.search(r"^\*", text, re.MULTILINE))
    return Unknown(Reason.UNRESOLVED, f"{daemon} did not say whether it follows a source")


def _sources(answers: Answers) -> tuple[str, ...]:
    try:
        found = files(answers.text("clock_sources"))
    except CollectError:
        return ()
    words = []
    for lines in found.lines.values():
        for line in lines:
            name, told, value = line.text.strip().partition("=")
            words += value.split() if told and "NTP" in name else line.text.split()[1:2]
    return tuple(dict.fromkeys(clean(word, 60) for word in words[:MOST]))


SECTIONS = (
    Section("clock", "chronyc tracking", (TimeSync,), (("clock",),), code=_ASK),
    Section("clock_sources", "/etc/chrony.conf", (TimeSync,), paths=_PATHS, only=_ONLY),
)
READERS = {TimeSync: time_sync}
