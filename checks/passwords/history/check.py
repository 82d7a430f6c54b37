from rempart.check import Result, any_of, notapplicable, unseen, verdict
from rempart.observations.passwords import PasswordPolicy


def check(policy: PasswordPolicy, *, remembered: int = 5) -> Result:
    if policy.on_device:
        return notapplicable("a code that opens a device in its holder's hands", policy)
    good = any_of(policy.history >= remembered)
    if unseen(policy.history):
        return verdict(good, "the history was not seen", policy)
    count = policy.history if isinstance(policy.history, int) else 0
    seen = f"remembers {count} passwords"
    return verdict(good, seen, policy.at("history"), facts={"remembered": count})
