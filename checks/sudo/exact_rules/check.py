from rempart.check import Result, notapplicable, verdict
from rempart.judge.sudo_commands import leaves_open, starts_shell
from rempart.observations.accounts import SudoRule


def check(rule: SudoRule) -> Result:
    if rule.commands == ("ALL",):
        return notapplicable("ALL names no command", rule)
    negated = [one for one in rule.commands if one.startswith("!")]
    wild = [one for one in rule.commands if not one.startswith("!") and leaves_open(one)]
    folders = [one for one in rule.commands if one.endswith("/")]
    shells = [one for one in rule.commands if starts_shell(one)]
    loose = list(dict.fromkeys((*negated, *wild, *folders, *shells)))
    facts = {"who": rule.who, "commands": ", ".join(loose or rule.commands)}
    return verdict(not loose, f"{rule.who}: {facts['commands']}", rule, facts=facts)
