from collections.abc import Iterator

from rempart.check import Result, verdict
from rempart.judge.sudo_commands import becomes_root
from rempart.observations.accounts import SudoRule

ADMINS = ("root", "%root", "%sudo", "%wheel", "%admin")


def check(rules: tuple[SudoRule, ...], *, admins: tuple[str, ...] = ADMINS) -> Iterator[Result]:
    loose = 0
    for rule in rules:
        others = [who for who in rule.who.split(", ") if who not in admins]
        if others and "ALL" in rule.commands and becomes_root(rule.run_as):
            loose += 1
            facts = {"who": ", ".join(others), "run_as": rule.run_as}
            yield verdict(False, f"{facts['who']} as {rule.run_as}: ALL", rule, facts=facts)
    if not loose:
        seen = f"{len(rules)} rules, ALL for administrators only"
        yield verdict(True, seen, "/etc/sudoers")
