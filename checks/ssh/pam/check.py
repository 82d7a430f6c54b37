from collections.abc import Iterator

from rempart.check import Result, verdict
from rempart.observations.ssh import SshdSettings


def check(settings: tuple[SshdSettings, ...]) -> Iterator[Result]:
    for sshd in settings:
        if sshd.who:
            continue  # no Match can change it
        seen = f"UsePAM {'yes' if sshd.use_pam is True else 'no'}"
        yield verdict(sshd.use_pam == True, seen, sshd.at("use_pam"))  # noqa: E712
