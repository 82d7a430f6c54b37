from rempart.check import Result, Severity, notapplicable, unseen, verdict
from rempart.judge.sudo_commands import is_free, starts_shell
from rempart.observations.accounts import SudoRule


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
        if command == "ALL" or starts_shell(command):
            return True, None
        loose = loose or is_free(command)
    return loose, severity if loose else None
