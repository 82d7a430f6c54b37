from rempart.check import Figure, Result, notapplicable, unseen, verdict
from rempart.judge.passwords import holds
from rempart.judge.yardsticks import PasswordRules
from rempart.observations.passwords import PasswordPolicy


def check(policy: PasswordPolicy, rules: PasswordRules) -> Result:
    if policy.on_device:
        return notapplicable("a code that opens a device in its holder's hands", policy)
    asked, longest = rules.max_length_at_least, policy.max_length
    if asked is None:
        return notapplicable("this authority gives no figure", policy)
    good = holds(longest, lambda most: most >= asked, unlimited=True)
    if unseen(longest):
        return verdict(good, "the limit was not seen", policy)
    shown = "∞" if longest is None else str(longest)
    facts: dict[str, Figure] = {"longest": shown, "asked": asked}
    return verdict(good, f"at most {shown} characters", policy.at("max_length"), facts=facts)
