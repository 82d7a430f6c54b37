from rempart.check import Fact, Result, all_of, any_of, negated, notapplicable, unseen, verdict
from rempart.judge.passwords import holds
from rempart.judge.yardsticks import PasswordRules
from rempart.observations.passwords import PasswordPolicy


def check(policy: PasswordPolicy, rules: PasswordRules) -> Result:
    if policy.on_device:
        return notapplicable("a code that opens a device in its holder's hands", policy)
    days = policy.max_age_days
    good = _good(policy, rules)
    if unseen(days):
        return verdict(good, "the expiry was not seen", policy)
    facts = {"days": days if isinstance(days, int) else None}
    seen = f"expire after {days} days" if days else "never expire"
    if policy.privileged is True:
        seen = f"passwords of administrators {seen}"
    return verdict(good, seen, policy.at("max_age_days"), facts=facts)


def _good(policy: PasswordPolicy, rules: PasswordRules) -> Fact:
    if rules.rotation == "tolerated":
        return True
    never = holds(policy.max_age_days, lambda days: False, unlimited=True)
    if rules.rotation == "none":
        return never
    most = rules.max_age_days
    soon = most is None or holds(policy.max_age_days, lambda days: days <= most, unlimited=False)
    privileged: Fact = policy.privileged == True  # noqa: E712  (three-valued)
    return any_of(all_of(negated(privileged), never), all_of(privileged, soon))
