from collections.abc import Iterator

from rempart.check import Fact, Result, Seen, Unknown, all_of, any_of, verdict
from rempart.observations.ssh import SshdSettings

EVERYBODY = frozenset({"*", "*@*"})


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
    good = any_of(_narrows(sshd.allow_users), _narrows(sshd.allow_groups))
    words = "; ".join(said)
    seen, facts = words or "no list of who may sign in", {"lists": words or "-"}
    return verdict(good, seen, sshd.at("allow_groups"), facts=facts)


def _narrows(names: Seen[tuple[str, ...]]) -> Fact:
    """Whether a list leaves somebody out: `*` alone lets all in."""
    if isinstance(names, Unknown):
        return names
    return all_of(names != (), not (isinstance(names, tuple) and EVERYBODY.intersection(names)))
