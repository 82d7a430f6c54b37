"""What a run says to a script: one number.

0 nothing at or above the threshold; 1 findings by a binding authority; 2 usage or content error
(raised before a run exists); 3 audit incomplete; 4 expired waiver; 130 interrupted. Where several
hold: 2, 4, 1, 3.
"""

from rempart.check import Outcome, Severity, Vantage
from rempart.errors import Reason
from rempart.results import ResultRecord, Run

CLEAN, FINDINGS, USAGE, INCOMPLETE, EXPIRED, INTERRUPTED = 0, 1, 2, 3, 4, 130
# Trouble on the way; not a choice (authorisation), a lack of rights, or what no source decides.
TROUBLE = frozenset(
    {
        Reason.UNREACHABLE,
        Reason.REFUSED,
        Reason.TRUNCATED,
        Reason.LIMIT,
        Reason.INTERRUPTED,
        Reason.NO_WORKER,
    }
)


def exit_code(run: Run, fail_on: Severity) -> int:
    """The exit code of a finished run."""
    if any(waiver.lapsed for waiver in run.waivers):
        return EXPIRED
    if any(result.open and result.severity.rank >= fail_on.rank for result in run.results):
        return FINDINGS
    if run.retest:
        unknown = run.retest.counts["not_retestable"] or any(map(incomplete, run.results))
        return INCOMPLETE if unknown else CLEAN
    if not run.results or any(map(incomplete, run.results)):  # judging nothing is no clean audit
        return INCOMPLETE
    return INCOMPLETE if run.gate and any(map(unreadable, run.results)) else CLEAN


def incomplete(result: ResultRecord) -> bool:
    """Whether a result says that the audit could not see what it meant to see."""
    if result.vantage is Vantage.STATED:
        return False
    return result.outcome is Outcome.ERROR or (
        result.outcome is Outcome.NOTCHECKED and result.reason in TROUBLE
    )


def unreadable(result: ResultRecord) -> bool:
    """Whether a file may not be read: in a folder handed to a gate that is trouble."""
    return result.outcome is Outcome.NOTCHECKED and result.reason is Reason.PRIVILEGE
