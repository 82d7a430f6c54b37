from collections.abc import Iterator

from rempart.check import Fact, Result, all_of, negated, verdict
from rempart.judge.files import OTHERS_READ, has, only_root_writes, shown
from rempart.observations.people import FileGuard

SECRET = ("shadow", "gshadow", "opasswd")  # the last holds earlier hashes


def check(files: tuple[FileGuard, ...]) -> Iterator[Result]:
    judged = [(one, _safe(one)) for one in files if one.about in ("accounts", "pam")]
    for one, safe in judged:
        if safe is not True:
            yield verdict(safe, shown(one), one, facts={"file": one.key, "mode": shown(one)})
    good = sum(safe is True for _, safe in judged)
    if good:
        yield verdict(True, f"{good} files and folders", "stat", counts={"good": good})


def _safe(one: FileGuard) -> Fact:
    if one.link:
        return True  # the place it leads to is judged, and a link has no permissions
    secret = one.key.rpartition("/")[2].rstrip("-") in SECRET
    hidden = negated(has(one, OTHERS_READ)) if secret else True
    return all_of(only_root_writes(one), hidden)
