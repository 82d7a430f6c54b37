from collections.abc import Iterator

from rempart.check import Result, Severity, all_of, any_of, negated, verdict
from rempart.judge.files import OTHERS_READ, has, only_root_writes, shown
from rempart.observations.people import FileGuard

ENTERED = 0o111


def check(files: tuple[FileGuard, ...]) -> Iterator[Result]:
    judged = 0
    for one in files:
        if one.about != "sudo" or one.link:
            continue
        # that a folder lists its names tells nothing; a rule is never executable, a folder is
        hidden = any_of(has(one, ENTERED), negated(has(one, OTHERS_READ)))
        written = only_root_writes(one)
        good = all_of(written, hidden)
        judged += good is True
        if good is not True:
            severity = Severity.LOW if written is True else None
            facts = {"file": one.key, "mode": shown(one)}
            yield verdict(good, shown(one), one, facts=facts, severity=severity)
    if judged:
        yield verdict(True, f"{judged} files and folders", "stat", counts={"good": judged})
