from collections.abc import Iterator

from rempart.check import Result, all_of, verdict
from rempart.observations.ssh import SshdSettings


def check(settings: tuple[SshdSettings, ...], *, most: int = 60) -> Iterator[Result]:
    for sshd in settings:
        if sshd.who:
            continue  # no Match can change it
        seconds = sshd.login_grace_seconds
        facts = {"seconds": seconds} if isinstance(seconds, int) else {}
        good, seen = all_of(seconds >= 1, seconds <= most), f"LoginGraceTime {seconds}"
        yield verdict(good, seen, sshd.at("login_grace_seconds"), facts=facts)
