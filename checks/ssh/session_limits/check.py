from collections.abc import Iterator

from rempart.check import Figure, Reason, Result, Seen, Unknown, all_of, verdict
from rempart.observations.ssh import SshdSettings


def check(sshd: SshdSettings, *, waiting: int = 60, sessions: int = 10) -> Iterator[Result]:
    if not sshd.who:
        full = _full(sshd)
        facts: dict[str, Figure] = {"most": full} if isinstance(full, int) else {}
        yield verdict(
            all_of(full <= waiting),
            f"MaxStartups {sshd.max_startups}",
            sshd.at("max_startups"),
            of=f"{sshd.key} MaxStartups".strip(),
            facts=facts,
        )
    open_ones = sshd.max_sessions
    counted: dict[str, Figure] = {"most": open_ones} if isinstance(open_ones, int) else {}
    yield verdict(
        all_of(open_ones <= sessions),
        f"MaxSessions {open_ones}",
        sshd.at("max_sessions"),
        of=f"{sshd.key} MaxSessions".strip(),
        facts=counted,
    )


def _full(sshd: SshdSettings) -> Seen[int]:
    """How many connections may wait before all are refused: the last figure of start:rate:full."""
    said = sshd.max_startups
    if not isinstance(said, str):
        return said if isinstance(said, Unknown) else Unknown(Reason.UNRESOLVED, "one of several")
    last = said.split(":")[-1]
    if last.isascii() and last.isdigit():
        return int(last[:9])
    return Unknown(Reason.UNRESOLVED, f"MaxStartups {said}")
