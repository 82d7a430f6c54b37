from rempart.check import Result, any_of, verdict
from rempart.observations.ssh import SshdSettings


def check(sshd: SshdSettings, *, directory: bool = False) -> Result:
    good = any_of(directory, sshd.gssapi == False)  # noqa: E712
    seen = f"GSSAPIAuthentication {'yes' if sshd.gssapi is True else 'no'}"
    return verdict(good, seen, sshd.at("gssapi"))
