from collections.abc import Iterator

from rempart.check import Result, all_of, verdict
from rempart.observations.ssh import SshdSettings


def check(sshd: SshdSettings, *, most: int = 60) -> Iterator[Result]:
    if sshd.who:
        return  # no Match can change it
    seconds = sshd.login_grace_seconds
    facts = {"seconds": seconds} if isinstance(seconds, int) else {}
    good = all_of(seconds >= 1, seconds <= most)
    yield verdict(good, f"LoginGraceTime {seconds}", sshd.at("login_grace_seconds"), facts=facts)
