"""What the host was asked and did not answer: said once, beside the gaps each topic leaves."""

from collections.abc import Iterator

from rempart.check import Observation, Reason, Seen, Unknown
from rempart.collectors.host.framing import Answer, Answers
from rempart.errors import CollectError
from rempart.observations.hosts import HostAnswers

ABSENT = (126, 127)  # the command is not there: nothing was kept from us
# A captured folder has no answer where nobody handed the file over.
COUNTED = frozenset({Reason.PRIVILEGE, Reason.TRUNCATED, Reason.LIMIT, Reason.REFUSED})


def host_answers(answers: Answers) -> Iterator[Observation]:
    """One observation on all sections that were asked."""
    missing = {
        name: why for name in answers.sections if (why := _missing(answers, name)) is not None
    }
    complete: Seen[bool] = True
    if missing:
        first = next(iter(missing.values()))
        complete = Unknown(first.reason, "; ".join(str(why) for why in missing.values()))
    yield HostAnswers(
        asked=len(answers.sections),
        unanswered=tuple(f"{name}: {why.reason}" for name, why in missing.items()),
        complete=complete,
        source="the collector's script" if not answers.captured else "captured files",
    )


def _missing(answers: Answers, name: str) -> CollectError | None:
    answer = answers.sections[name]
    if isinstance(answer, Answer) and answer.status in ABSENT:
        return None
    try:
        answers.text(name)
    except CollectError as error:
        return error if error.reason in COUNTED or answers.captured else None
    return None


READERS = {HostAnswers: host_answers}
