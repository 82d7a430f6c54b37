"""The kernel's audit trail: asked of auditctl(8), which root alone may run."""

import re
from collections.abc import Iterator

from rempart.check import Observation, Reason, Seen, Unknown
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.processes import contained, running
from rempart.collectors.host.section import Section, written
from rempart.errors import CollectError, Unresolved
from rempart.observations.services import AuditTrail

AUDITCTL = "/usr/sbin/auditctl"
_ENABLED = re.compile(r"^enabled\s+(\d)", re.MULTILINE)
# auditctl answers in the order it is asked; without it there are no rules to list.
_ASK = f"""audit() {{
  [ -x {AUDITCTL} ] || return 127
  as_root {AUDITCTL} -s && as_root {AUDITCTL} -l | awk '/^-/ {{ n++ }} END {{ print "rules " n+0 }}'
}}
"""


def audit_trail(answers: Answers) -> Iterator[Observation]:
    """Whether a daemon writes the kernel's audit, and how much it is asked for."""
    if contained(answers):
        raise Unresolved("a container: the audit is its host's")
    names = running(answers)
    daemon = "auditd" in names
    enabled, rules = _told(answers, daemon=daemon)
    yield AuditTrail(daemon=daemon, enabled=enabled, rules=rules, source="auditctl -s")


def _told(answers: Answers, *, daemon: bool) -> tuple[Seen[int], Seen[int]]:
    try:
        text = answers.text("audit")
    except CollectError as error:
        if not daemon and error.reason is Reason.UNRESOLVED:
            return 0, 0  # no daemon, and no program that could have loaded a rule
        unknown = Unknown(error.reason, str(error))
        return unknown, unknown
    enabled = _ENABLED.search(text)
    counted = re.search(r"^rules (\d{1,9})$", text, re.MULTILINE)
    missing = Unknown(Reason.UNRESOLVED, "auditctl did not say")
    return (int(enabled[1]) if enabled else missing, int(counted[1]) if counted else missing)


SECTIONS = (
    Section(
        "audit",
        "auditctl",
        (AuditTrail,),
        (("audit",),),
        code=_ASK,
        sudo=(written(AUDITCTL, "-s"), written(AUDITCTL, "-l")),
    ),
)
READERS = {AuditTrail: audit_trail}
