"""Names of the processes that run: what watches over a host is known by them."""

from rempart.collectors.host.framing import Answers
from rempart.collectors.host.section import Section
from rempart.observations.services import AuditTrail, LogShipping, TimeSync

# The shell reads them itself: no process is started for each, and no argument is shown.
_ASK = r"""processes() {
  [ -r /proc/1/comm ] || return 1
  for file in /proc/[0-9]*/comm; do
    read -r name < "$file" && printf '%s\n' "$name"
  done | sort -u
}
contained() {
  for mark in /.dockerenv /run/.containerenv /run/systemd/container; do
    [ ! -e "$mark" ] || { echo "$mark"; return 0; }
  done
}
"""


def running(answers: Answers) -> frozenset[str]:
    """The names; the kernel keeps 15 characters of each. Raises CollectError."""
    return frozenset(answers.text("processes").split("\n"))


def contained(answers: Answers) -> bool:
    """Whether the host is a container: its clock and its kernel are another machine's."""
    return bool(answers.text("contained").strip())


SECTIONS = (
    Section(
        "processes",
        "/proc/*/comm",
        (AuditTrail, LogShipping, TimeSync),
        (("processes",),),
        code=_ASK,
    ),
    Section("contained", "/run/systemd/container", (AuditTrail, TimeSync), (("contained",),)),
)
