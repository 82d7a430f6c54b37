"""Rules of a policy against what a host answered: found, not found, or not to be told and why."""

from collections.abc import Callable, Iterator

from rempart.check import Reason
from rempart.collectors.host.framing import Answer
from rempart.collectors.sca.allowed import refusal
from rempart.collectors.sca.grammar import Malformed, Minterm, Rule, words
from rempart.collectors.sca.patterns import Found, Invalid, lines, matches, named
from rempart.collectors.sca.world import World

V4_LINES = 256  # of a command's output, that version 4 looks at


def found(rule: Rule, world: World, *, every_command: bool = False) -> Found:
    """What a rule finds, its `not` taken into account."""
    if rule.kind == "f":
        told = _file(rule, world)
    elif rule.kind == "d":
        told = _folder(rule, world)
    elif rule.kind == "p":
        told = _process(rule, world)
    else:
        told = _command(rule, world, every_command=every_command)
    return told if isinstance(told, Invalid) or not rule.negated else not told


def _first(results: Iterator[Found]) -> Found:
    """Found where one is; else what could not be told, the last of them; else not found."""
    invalid: Invalid | None = None
    for told in results:
        if told is True:
            return True
        if isinstance(told, Invalid):
            invalid = told
    return invalid or False


def _file(rule: Rule, world: World) -> Found:
    if not rule.pattern:
        return _first(_exists(rule, path, world) for path in rule.targets)
    return _first(_content(rule, path, world) for path in rule.targets)


def _exists(rule: Rule, path: str, world: World) -> Found:
    there = world.regular(path)
    if there is False and rule.dialect.version == 4 and world.other(path):
        return Invalid(f"{path} is no regular file")
    return there


def _content(rule: Rule, path: str, world: World) -> Found:
    text = world.content(path)
    return text if isinstance(text, Invalid) else matches(rule, lines(text, rule.dialect))


def _folder(rule: Rule, world: World) -> Found:
    return _first(_one_folder(rule, path, world) for path in rule.targets)


def _one_folder(rule: Rule, path: str, world: World) -> Found:
    there = world.folder(path)
    if rule.name is None or isinstance(there, Invalid):
        return there
    if not there:
        return Invalid(f"{path} is not there")
    if rule.pattern:
        return _some_file(rule, rule.name, path, world)
    return _some_entry(rule, rule.name, path, world)


def _some_entry(rule: Rule, name: Minterm, path: str, world: World) -> Found:
    entries = world.entries(path)
    if isinstance(entries, Invalid):
        return entries
    kinds = "fl" if rule.dialect.version == 4 else "f"
    files = [place for kind, place in entries if kind in kinds]
    if rule.dialect.version != 4 and name.kind == "r" and entries and not files:
        return Invalid(f"{path} holds no regular file")
    test = _tested(rule, name)
    if isinstance(test, Invalid):
        return test
    return any(test(place.rpartition("/")[2]) for place in files)


def _some_file(rule: Rule, name: Minterm, path: str, world: World) -> Found:
    held = world.inside(path)
    if isinstance(held, Invalid):
        return held
    test = _tested(rule, name)
    if isinstance(test, Invalid):
        return test

    def each() -> Iterator[Found]:
        for place, text in held.items():
            if not test(place.rpartition("/")[2]):
                continue
            if text is None:
                yield Invalid(f"{place} may not be read", Reason.PRIVILEGE)
            else:
                yield matches(rule, lines(text, rule.dialect))

    return _first(each())


def _tested(rule: Rule, name: Minterm) -> Callable[[str], bool] | Invalid:
    try:
        return named(name, rule.dialect)
    except ValueError as error:
        return Invalid(f"pattern: {error}", Reason.UNRESOLVED)


def _process(rule: Rule, world: World) -> Found:
    running = world.processes()
    if isinstance(running, Invalid):
        return running
    names, files, all_shown = running
    if rule.dialect.version == 4:
        found = matches(rule, files)
        if found is False and not all_shown:
            return Invalid("the files of processes are shown to root alone", Reason.PRIVILEGE)
        return found
    return rule.target in names


def _command(rule: Rule, world: World, *, every_command: bool) -> Found:
    version = rule.dialect.version
    if version == 4 and not rule.pattern:
        return True
    try:
        argv = words(rule.target)
    except Malformed as fault:
        return Invalid(f"command: {fault}", Reason.UNRESOLVED)
    why = "" if every_command else refusal(argv)
    if why:
        return Invalid(f"not run: {why}", Reason.NOT_AUTHORISED)
    answer = world.command(argv)
    if isinstance(answer, Invalid) or not rule.pattern:
        return answer if isinstance(answer, Invalid) else True
    return _output(rule, answer)


def _output(rule: Rule, answer: Answer) -> Found:
    if rule.dialect.version != 4 and not rule.whole.removeprefix("!").startswith(("r:", "n:")):
        return answer.text.strip() == rule.whole
    told = lines(answer.text, rule.dialect)
    if rule.dialect.executed:
        told = told[:V4_LINES]
    return matches(rule, told)
