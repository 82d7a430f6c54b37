from collections.abc import Iterator

from rempart.check import Fact, Reason, Result, Severity, all_of, negated, notchecked, verdict
from rempart.judge.files import GROUP_WRITES, OTHERS_WRITE, has, owned, shown
from rempart.observations.people import FileGuard


def check(files: tuple[FileGuard, ...]) -> Iterator[Result]:
    ours = [file for file in files if file.about == "keys"]
    links = [file for file in ours if file.link]
    judged = [(file, _safe(file)) for file in ours if not file.link]
    for file in links:
        yield notchecked(Reason.UNRESOLVED, "a link: what it leads to was not looked at", file)
    for file, safe in judged:
        if safe is not True:
            severity = None if has(file, OTHERS_WRITE) is True else Severity.MEDIUM
            facts = {"file": file.key, "mode": shown(file)}
            yield verdict(safe, shown(file), file, facts=facts, severity=severity)
    good = sum(safe is True for _, safe in judged)
    if good:
        yield verdict(True, f"{good} files and folders", "stat", counts={"good": good})


def _safe(file: FileGuard) -> Fact:
    holder = () if file.holder is None else (file.holder,)
    return all_of(negated(has(file, GROUP_WRITES | OTHERS_WRITE)), owned(file, *holder))
