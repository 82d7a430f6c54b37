from rempart.check import Result, Severity, notapplicable, verdict
from rempart.judge.strength import judged
from rempart.judge.yardsticks import PasswordRules
from rempart.observations.passwords import PasswordPolicy


def check(policy: PasswordPolicy, rules: PasswordRules) -> Result:
    if policy.on_device:
        return notapplicable("a code that opens a device in its holder's hands", policy)
    if not rules.figured and rules.composition != "expected":
        return notapplicable("this authority gives no figure", policy)
    found = judged(policy, rules)
    # strong enough, but classes are imposed
    severity = Severity.LOW if found.strong is True and found.good is False else None
    return verdict(found.good, found.words, policy, facts=found.facts, severity=severity)
