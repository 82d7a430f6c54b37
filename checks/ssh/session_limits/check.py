from collections.abc import Iterator

from rempart.check import Figure, Reason, Result, Seen, Unknown, all_of, verdict
from rempart.observations.ssh import SshdSettings


def check(
    settings: tuple[SshdSettings, ...], *, waiting: int = 60, sessions: int = 10
) -> Iterator[Result]:
    for sshd in settings:
        full, open_ones = _full(sshd), sshd.max_sessions
        if not sshd.who:  # no Match can change it
            place, of = sshd.at("max_startups"), f"{sshd.key} MaxStartups".strip()
            seen = f"MaxStartups {sshd.max_startups}"
            yield verdict(all_of(full <= waiting), seen, place, of=of, facts=_figure(full))
        place, of = sshd.at("max_sessions"), f"{sshd.key} MaxSessions".strip()
        seen = f"MaxSessions {open_ones}"
        yield verdict(all_of(open_ones <= sessions), seen, place, of=of, facts=_figure(open_ones))


def _figure(number: Seen[int]) -> dict[str, Figure]:
    return {"most": number} if isinstance(number, int) else {}


def _full(sshd: SshdSettings) -> Seen[int]:
    """How many connections may wait before all are refused: the last figure of start:rate:full."""
    said = sshd.max_startups
    if not isinstance(said, str):
        return said if isinstance(said, Unknown) else Unknown(Reason.UNRESOLVED, "one of several")
    last = said.split(":")[-1]
    if last.isascii() and last.isdigit():
        return int(last[:9])
    return Unknown(Reason.UNRESOLVED, f"MaxStartups {said}")
