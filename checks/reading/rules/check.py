from rempart.check import Reason, Result, Unknown, notapplicable, notchecked, verdict
from rempart.observations.reading import RuleTrial


def check(rule: RuleTrial) -> Result:
    if isinstance(rule.evaluated, Unknown):
        return verdict(rule.evaluated, "the rule cannot be run", rule)
    if not rule.evaluated:
        return notchecked(Reason.UNRESOLVED, "the rule was not run", rule)
    if not rule.trials:
        return notapplicable("no account to lay the pattern over", rule)
    first = rule.trials[0]
    if first.minutes is None:
        return verdict(False, "not detected", rule, facts={"fired": rule.fired})
    return verdict(
        True,
        f"detected after {first.minutes} minutes and {first.people} people",
        rule,
        facts={"fired": rule.fired, "minutes": first.minutes, "people": first.people},
    )
