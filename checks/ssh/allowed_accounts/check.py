from collections.abc import Iterator

from rempart.check import Result, any_of, verdict
from rempart.observations.ssh import SshdSettings


def check(sshd: SshdSettings) -> Iterator[Result]:
    if sshd.who:
        return  # a Match narrows further; the list for everybody decides
    lists = {
        "AllowUsers": sshd.allow_users,
        "AllowGroups": sshd.allow_groups,
        "DenyUsers": sshd.deny_users,
        "DenyGroups": sshd.deny_groups,
    }
    listed = any_of(sshd.allow_users != (), sshd.allow_groups != ())
    said = [
        f"{name} {' '.join(value)}"
        for name, value in lists.items()
        if isinstance(value, tuple) and value
    ]
    seen = "; ".join(said) or "no list of who may sign in"
    yield verdict(listed, seen, sshd.at("allow_groups"), facts={"lists": "; ".join(said) or "-"})
