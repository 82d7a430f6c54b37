from rempart.check import Result, any_of, notapplicable, unseen, verdict
from rempart.observations.passwords import PasswordPolicy


def check(policy: PasswordPolicy, *, days: int = 1) -> Result:
    if policy.on_device:
        return notapplicable("a code that opens a device in its holder's hands", policy)
    if not unseen(policy.history) and not policy.history:
        return notapplicable("no earlier password is remembered", policy)
    good = any_of(policy.min_age_days >= days)
    if unseen(policy.min_age_days):
        return verdict(good, "the least age was not seen", policy)
    age = policy.min_age_days if isinstance(policy.min_age_days, int) else 0
    return verdict(good, f"{age} days", policy.at("min_age_days"), facts={"days": age})
