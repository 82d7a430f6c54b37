from rempart.check import Fact, Result, notapplicable, verdict
from rempart.judge.yardsticks import PasswordRules
from rempart.observations.passwords import PasswordPolicy


def check(policy: PasswordPolicy, rules: PasswordRules) -> Result:
    if policy.on_device:
        return notapplicable("a code that opens a device in its holder's hands", policy)
    if not rules.blocklist:
        return notapplicable("this authority asks for no list", policy)
    good: Fact = policy.dictionary == True  # noqa: E712  (three-valued)
    seen = "compared with a list" if good is True else "compared with no list"
    return verdict(good, seen, policy.at("dictionary"))
