from rempart.check import Result, notapplicable, unseen, verdict
from rempart.observations.passwords import PasswordPolicy


def check(policy: PasswordPolicy, *, seconds: int = 900) -> Result:
    where = policy.at("max_failures")
    if policy.max_failures is None:
        return notapplicable("nothing locks", where)
    lasts = policy.unlock_seconds
    if unseen(policy.max_failures) or unseen(lasts):
        known = policy.max_failures if unseen(policy.max_failures) else lasts
        return verdict(known == seconds, "the lock was not seen", where)
    if lasts is None:
        return verdict(
            True, "until an administrator opens", where, facts={"seconds": 0, "least": seconds}
        )
    facts = {"seconds": lasts if isinstance(lasts, int) else 0, "least": seconds}
    return verdict(lasts >= seconds, f"{lasts} seconds", where, facts=facts)
