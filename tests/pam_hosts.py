"""Hosts whose PAM is made of a few lines, and two real ones."""

from pathlib import Path

from rempart.collectors.host.framing import Answer, Answers
from rempart.collectors.host.lines import Files, Line
from rempart.collectors.host.pam_doors import door
from rempart.observations.pam import PamDoor

DEBIAN = (Path(__file__).parent / "recorded" / "pam-1.5-pwquality-1.4-debian12.txt").read_text()
RED_HAT = """auth required pam_env.so
auth required pam_faildelay.so delay=2000000
auth required pam_faillock.so preauth silent
auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular
auth [default=1 ignore=ignore success=ok] pam_localuser.so
auth sufficient pam_unix.so nullok
auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular
auth sufficient pam_sss.so forward_pass
auth required pam_faillock.so authfail
auth required pam_deny.so
account required pam_faillock.so
account required pam_unix.so
account sufficient pam_localuser.so
account required pam_permit.so"""


def host(**services: str) -> Files:
    """A host whose files of /etc/pam.d are these."""
    named = {f"/etc/pam.d/{name.replace('_', '-')}": text for name, text in services.items()}
    named.setdefault("/etc/pam.d/other", "auth required pam_deny.so\naccount required pam_deny.so")
    return Files(
        {
            file: [Line(file, number, line) for number, line in enumerate(text.split("\n"), 1)]
            for file, text in named.items()
        }
    )


def opened(text: str, service: str = "sshd") -> PamDoor:
    return door(host(**{service: f"{text}\naccount required pam_permit.so"}), service)


def answered(text: str) -> Answers:
    return Answers({"pam": Answer(0, text)})
