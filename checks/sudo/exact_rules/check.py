import re

from rempart.check import Result, notapplicable, verdict
from rempart.observations.accounts import SudoRule

_WILD = re.compile(r"(?<!\\)[*?]|(?<!\\)\[")


def check(rule: SudoRule) -> Result:
    if rule.commands == ("ALL",):
        return notapplicable("ALL names no command", rule)
    negated = [one for one in rule.commands if one.startswith("!")]
    wild = [one for one in rule.commands if _wild(one)]
    folders = [one for one in rule.commands if one.endswith("/")]
    loose = [*negated, *wild, *folders]
    facts = {"who": rule.who, "commands": ", ".join(loose or rule.commands)}
    return verdict(not loose, f"{rule.who}: {facts['commands']}", rule, facts=facts)


def _wild(command: str) -> bool:
    """Whether a pattern stands for words of the caller's: brackets hold one character each."""
    bare = re.sub(r"(?<!\\)\[[^\]*]*\]", "", command)
    return not command.startswith("!") and _WILD.search(bare) is not None
