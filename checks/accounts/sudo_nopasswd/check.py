import re

from rempart.check import Result, Severity, notapplicable, unseen, verdict
from rempart.judge.sudo_commands import leaves_open
from rempart.observations.accounts import SudoRule

# Programs that start a shell, or write any file, when the caller chooses their arguments.
ESCAPES = re.compile(
    "ash|awk|bash|busybox|cat|chmod|chown|cp|csh|dash|dd|docker|ed|emacs|env|find|gdb|"
    "git|ksh|less|ln|lua|man|more|mount|mv|nano|nice|node|nsenter|perl|php|pip|podman|"
    "python|python3|rsync|ruby|scp|screen|sed|setpriv|sh|ssh|strace|su|sudo|systemd-run|"
    "tar|tcpdump|tee|tmux|unshare|vi|vim|watch|wget|xargs|zip|zsh"
)


def check(rule: SudoRule) -> Result:
    if rule.who == "root":
        return notapplicable("root is never asked for a password", rule)
    loose, severity = _loose(rule.commands)
    nopasswd = rule.nopasswd
    facts = {"who": rule.who, "run_as": rule.run_as, "commands": ", ".join(rule.commands)}
    seen = f"{rule.who} as {rule.run_as}: {facts['commands']}"
    if unseen(nopasswd):
        free = loose or not rule.commands
        return verdict(nopasswd == False if free else True, seen, rule, facts=facts)  # noqa: E712
    tag = "NOPASSWD" if nopasswd else "PASSWD"
    good = not nopasswd or not loose
    return verdict(good, f"{tag}: {seen}", rule, facts=facts, severity=severity)


def _loose(commands: tuple[str, ...]) -> tuple[bool, Severity | None]:
    """Whether some command leaves the caller free, and how bad the worst of them is."""
    loose, severity = False, Severity.MEDIUM
    for command in commands:
        if command.startswith("!"):
            continue  # taking a command away again forbids nothing: a copy has another name
        program, _, arguments = command.partition(" ")
        free = not arguments or program.endswith("/") or leaves_open(command)
        if free and (command == "ALL" or ESCAPES.fullmatch(program.rsplit("/", 1)[-1])):
            return True, None
        loose = loose or free
    return loose, severity if loose else None
