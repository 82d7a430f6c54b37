from rempart.check import Result, unseen, verdict
from rempart.observations.accounts import LoginDefaults


def check(defaults: LoginDefaults, *, days: int = 45) -> Result:
    after = defaults.inactive_days
    if unseen(after):
        return verdict(after <= days, "INACTIVE was not seen", defaults)  # type: ignore[operator]
    seen = "INACTIVE is not set" if after is None else f"INACTIVE={after}"
    good = isinstance(after, int) and after <= days
    facts = {"after": after if isinstance(after, int) else None, "days": days}
    return verdict(good, seen, defaults, facts=facts)
