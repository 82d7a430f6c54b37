"""Who may become whom: sudoers, merged and without aliases where the host has cvtsudoers.

Source: sudoers(5). A tag holds for the commands after it. Host lists are not judged: one file
often serves many hosts.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rempart.check import Gap, Observation, Reason, Seen, Unknown
from rempart.collectors.host.doas import doas_rules
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.lines import Files, Line, files
from rempart.collectors.host.people import PEOPLE
from rempart.collectors.host.section import Section, written
from rempart.collectors.host.sudo_sources import elsewhere
from rempart.errors import CollectError, Privilege, Unresolved
from rempart.judge.sudo_commands import becomes_root
from rempart.observations.accounts import SudoRule, SudoSettings

SOURCE = "/etc/sudoers"
CVTSUDOERS = "/usr/bin/cvtsudoers"
MOST = 200_000  # aliases of aliases multiply: a host may not fill our memory with names
_ALIAS = re.compile(r"(User|Runas|Host|Cmnd|Cmd)_Alias\s+(.*)")
INCLUDE = re.compile(r"[@#]include(dir)?\s+\"?([^\"]+)")
_MARK = re.compile(
    r"\((?P<run_as>[^)]*)\)\s*"
    r"|(?P<tag>(?:NO)?(?:PASSWD|EXEC|SETENV|LOG_INPUT|LOG_OUTPUT|MAIL|FOLLOW|INTERCEPT))\s*:\s*"
    r"|sha(?:224|256|384|512):\S+\s+"
    r"|(?:ROLE|TYPE|CWD|CHROOT|TIMEOUT|NOTBEFORE|NOTAFTER|APPARMOR_PROFILE)=\S+\s*"
)
_TAGGED = re.compile(r"\b([A-Z_]+)\s+:(?=\s)(?!\s*[^\s=,]+\s*=)")  # `NOPASSWD : ALL` parts no hosts
# A number sign starts a comment, unless it is escaped, in quotes or before a user's number.
_COMMENT = re.compile(r'((?:\\.|"[^"]*"|#-?\d|[^#"\\]|"|\\$)*)')
_NUMBERED = re.compile(r"#-?\d")
_POINT = re.compile(r"\\.|[(),]|\s:(?=\s)")
_WHO = re.compile(r'((?:\\.|"[^"]*"|[^\s"\\])+)\s+(.*)')
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")


@dataclass(slots=True)
class _Policy:
    """What was read so far; `exempt` are people never asked, `open` what was not followed."""

    aliases: dict[str, list[str]] = field(default_factory=dict)
    exempt: set[str] = field(default_factory=set)
    doubtful: str = ""  # a Defaults line that exempts by host, target or command
    specs: list[Line] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    names: int = 0


def sudo_rules(answers: Answers) -> Iterator[Observation | Gap]:
    """Each rule, one for each run-as and tag; a gap for an include that was not seen.

    Raises Privilege when sudoers could not be read.
    """
    policy = _Policy()
    for line in statements(answers):
        _read(policy, line)
    policy.exempt = set(_expanded(policy, sorted(policy.exempt)))
    for line in policy.specs:
        yield from _rules(policy, line)
    for include in policy.open:
        yield Gap("SudoRule", Reason.UNRESOLVED, f"{include} was not seen", key=include)
    yield from doas_rules(answers)
    yield from elsewhere(answers)


def statements(answers: Answers) -> Iterator[Line]:
    """The logical lines of the policy; raises Privilege when it could not be read."""
    return _statements(_source(answers))


def all_powerful(answers: Answers) -> frozenset[str]:
    """Whom sudo lets run everything as root, in sudoers' words: names, `%group`, ALL.

    Raises Privilege when sudoers could not be read.
    """
    rules = [one for one in sudo_rules(answers) if isinstance(one, SudoRule)]
    return frozenset(
        who
        for rule in rules
        if "ALL" in rule.commands and becomes_root(rule.run_as)
        for who in rule.who.split(", ")
    )


def _source(answers: Answers) -> list[Line]:
    """The merged policy, else the files of one who is root on a host without cvtsudoers."""
    try:
        merged = answers.text("sudoers")
        return [Line(SOURCE, 0, row) for row in merged.split("\n")]
    except CollectError:
        found = files(answers.text("sudoers_files"))
        if found.unreadable:
            raise Privilege(f"{found.unreadable[0]} may not be read") from None
        if SOURCE not in found.lines:
            raise
    return [line for one in found.lines[SOURCE] for line in _followed(found, one)]


def _followed(found: Files, line: Line) -> list[Line]:
    """The lines an include of the main file brings, else the line itself."""
    include = INCLUDE.match(line.text.strip())
    if include is None:
        return [line]
    place = include[2].strip().rstrip("/")
    place = place if place.startswith("/") else f"/etc/{place}"
    if not include[1]:
        return found.lines.get(place, [line])
    if place != f"{SOURCE}.d":
        return [line]
    folder = [file for file in found.matching(f"{SOURCE}.d/*") if _read_in_folder(file)]
    return [one for file in folder for one in found.lines[file]]


def _read_in_folder(file: str) -> bool:
    """Whether sudo reads this file of an included folder: not with a dot, not a backup."""
    name = file.rsplit("/", 1)[-1]
    return "." not in name and not name.endswith("~")


def _statements(lines: Iterable[Line]) -> Iterator[Line]:
    """Logical lines: continued ones joined, comments and blank ones left out."""
    held: list[Line] = []
    for line in lines:
        text = line.text.strip()
        if not held and text.startswith("#") and not _kept(text):
            continue  # a comment ends with its line, whatever stands there
        held.append(line)
        if line.text.endswith("\\"):
            continue
        text = " ".join(part.text.removesuffix("\\").strip() for part in held).strip()
        first, held = held[0], []
        if not INCLUDE.match(text):
            comment = _COMMENT.match(text)
            text = comment[1].strip() if comment else text
        if text:
            yield Line(first.file, first.number, text)


def _kept(text: str) -> bool:
    return INCLUDE.match(text) is not None or _NUMBERED.match(text) is not None


def _read(policy: _Policy, line: Line) -> None:
    text = line.text
    include, alias = INCLUDE.match(text), _ALIAS.match(text)
    if include:
        policy.open.append(include[2].strip())
    elif alias:
        for part in re.split(r"\s:\s", alias[2]):
            name, _, members = part.partition("=")
            policy.aliases[name.strip()] = listed(members)
    elif text.startswith("Defaults"):
        _defaults(policy, text)
    else:
        policy.specs.append(line)


def _defaults(policy: _Policy, text: str) -> None:
    scope, _, options = text.removeprefix("Defaults").partition(" ")
    said = [option.replace(" ", "") for option in listed(options)]
    exempt = [one.split("=", 1)[1].strip('"') for one in said if one.startswith("exempt_group=")]
    policy.exempt.update(f"%{group}" for group in exempt if not scope)
    if "authenticate" in said and not scope:
        policy.exempt.discard("ALL")
    if "!authenticate" not in said:
        return
    if not scope:
        policy.exempt.add("ALL")
    elif scope.startswith(":"):
        policy.exempt.update(listed(scope[1:]))
    else:
        policy.doubtful = text[:80]


def _rules(policy: _Policy, line: Line) -> Iterator[SudoRule]:
    words = " ".join(line.text.split()).replace(" ,", ",").replace(", ", ",")
    words = _TAGGED.sub(r"\1:", words)
    match = _WHO.match(words)
    if not match or "=" not in match[2]:
        return
    who = _expanded(policy, listed(match[1]))
    for part in _split(match[2], " :"):
        groups: dict[tuple[str, bool], list[str]] = {}
        run_as, asked = "root", True
        for item in _split(part.partition("=")[2], ","):
            command, run_as, asked = _command(item.strip(), run_as, asked=asked)
            groups.setdefault((run_as, asked), []).append(command)
        for (run_as, password), commands in groups.items():
            target = _users(policy, run_as)
            yield SudoRule(
                who=", ".join(who),
                run_as=target,
                commands=tuple(_expanded(policy, commands)),
                nopasswd=_nopasswd(policy, who, commands, asked=password),
                key=f"{', '.join(who)} as {target}",
                source=line.file,
                line=line.number or None,
            )


def _users(policy: _Policy, run_as: str) -> str:
    """A run-as list without aliases: users, and groups behind a colon."""
    return ":".join(",".join(_expanded(policy, one.split(","))) for one in run_as.split(":"))


def _command(item: str, run_as: str, *, asked: bool) -> tuple[str, str, bool]:
    """One command, with the run-as list and the tag that hold from here on."""
    start = 0
    while mark := _MARK.match(item, start):
        if mark["run_as"] is not None:
            run_as = re.sub(r"\s", "", mark["run_as"]) or run_as
        elif mark["tag"] in ("PASSWD", "NOPASSWD"):
            asked = mark["tag"] == "PASSWD"
        start = mark.end()
    return item[start:], run_as, asked


def _nopasswd(policy: _Policy, who: list[str], commands: list[str], *, asked: bool) -> Seen[bool]:
    if not asked or "ALL" in policy.exempt or policy.exempt.intersection(who):
        unknown = [name for name in commands if _alias(name) and name not in policy.aliases]
        if unknown:
            return Unknown(Reason.UNRESOLVED, f"Cmnd_Alias {unknown[0]} was not seen")
        if not _expanded(policy, commands):
            return Unknown(Reason.UNRESOLVED, f"Cmnd_Alias {commands[0]} names only itself")
        return True
    if policy.doubtful:
        return Unknown(Reason.UNRESOLVED, policy.doubtful)
    return False


def _expanded(policy: _Policy, names: list[str]) -> list[str]:
    """The names with aliases replaced by their members; each alias once, so loops end."""
    found: dict[str, None] = {}
    done: set[str] = set()
    waiting = list(reversed(names))
    while waiting:
        name = waiting.pop()
        policy.names += 1
        if policy.names > MOST:
            raise Unresolved(f"{SOURCE} names more than {MOST} people and commands")
        if name in policy.aliases and name not in done:
            done.add(name)
            waiting += reversed(policy.aliases[name])
        elif name not in policy.aliases:
            found[name] = None
    return list(found)


def _alias(name: str) -> bool:
    return name != "ALL" and _NAME.fullmatch(name) is not None


def listed(text: str) -> list[str]:
    """The items of a list, parted at commas."""
    return [item.strip() for item in _split(text, ",") if item.strip()]


def _split(text: str, mark: str) -> list[str]:
    """The text parted at a mark that is neither escaped nor in parentheses."""
    parts, start, inside = [], 0, 0
    for point in _POINT.finditer(text):
        if point[0] in "()":
            inside = max(0, inside + (1 if point[0] == "(" else -1))
        elif point[0] == mark and not inside:
            parts.append(text[start : point.start()])
            start = point.end()
    return [*parts, text[start:]]


_MERGED = """sudoers() {
  [ -e /etc/sudoers ] || return 0
  as_root /usr/bin/cvtsudoers -e -f sudoers /etc/sudoers
}
"""
SECTIONS = (
    Section(
        "sudoers",
        SOURCE,
        (SudoRule, SudoSettings, *PEOPLE),
        (("sudoers",),),
        code=_MERGED,
        sudo=(written(CVTSUDOERS, "-e", "-f", "sudoers", SOURCE),),
    ),
    Section(
        "sudoers_files",
        SOURCE,
        (SudoRule, SudoSettings, *PEOPLE),
        paths=(SOURCE, "/etc/sudoers.d/*"),
        unless=CVTSUDOERS,
    ),
)
READERS = {SudoRule: sudo_rules}
