from collections.abc import Iterator

from rempart.check import Result, any_of, verdict
from rempart.observations.ssh import SshdSettings


def check(settings: tuple[SshdSettings, ...]) -> Iterator[Result]:
    for sshd in settings:
        if not sshd.who:  # a Match narrows further; the list for everybody decides
            yield _listed(sshd)


def _listed(sshd: SshdSettings) -> Result:
    lists = {
        "AllowUsers": sshd.allow_users,
        "AllowGroups": sshd.allow_groups,
        "DenyUsers": sshd.deny_users,
        "DenyGroups": sshd.deny_groups,
    }
    said = [
        f"{name} {' '.join(value)}"
        for name, value in lists.items()
        if isinstance(value, tuple) and value
    ]
    good = any_of(sshd.allow_users != (), sshd.allow_groups != ())
    words = "; ".join(said)
    seen, facts = words or "no list of who may sign in", {"lists": words or "-"}
    return verdict(good, seen, sshd.at("allow_groups"), facts=facts)
