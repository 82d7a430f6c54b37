from rempart.check import Figure, Result, all_of, notapplicable, verdict
from rempart.judge.passwords import guaranteed_bits, limits_failures, reaches
from rempart.judge.yardsticks import PasswordRules
from rempart.observations.passwords import PasswordPolicy
from rempart.unknown import Unknown, unseen


def check(policy: PasswordPolicy, rules: PasswordRules) -> Result:
    if not policy.on_device:
        return notapplicable("a password, not a device's code", policy)
    if rules.min_bits_device is None:
        return notapplicable("this authority gives no figure", policy)
    bits = guaranteed_bits(policy, rules.alphabet)
    locks = limits_failures(policy, rules.max_failures_device)
    good = all_of(reaches(bits, rules.min_bits_device), locks)
    if isinstance(bits, Unknown) or unseen(policy.max_failures):
        return verdict(good, "the rules were not seen", policy)
    failures = policy.max_failures if isinstance(policy.max_failures, int) else None
    facts: dict[str, Figure] = {
        "bits": round(bits),
        "asked": rules.min_bits_device,
        "failures": failures,
    }
    seen = f"{round(bits)} bits, blocks after {failures if failures else 'no'} failures"
    return verdict(good, seen, policy, facts=facts)
