from rempart.check import Result, notapplicable, unseen, verdict
from rempart.judge.passwords import limits_failures
from rempart.judge.yardsticks import PasswordRules
from rempart.observations.passwords import PasswordPolicy


def check(policy: PasswordPolicy, rules: PasswordRules) -> Result:
    if rules.max_failures is None:
        return notapplicable("this authority gives no figure", policy)
    failures, where = policy.max_failures, policy.at("max_failures")
    limited = limits_failures(policy, rules.max_failures)
    if unseen(failures):
        return verdict(limited, "the lock was not seen", where)
    facts = {"failures": failures if isinstance(failures, int) else None}
    seen = "nothing locks" if failures is None else f"locks after {failures} failures"
    return verdict(limited, seen, where, facts=facts)
