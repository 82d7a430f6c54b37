from rempart.check import Figure, Result, Seen, notapplicable, unseen, verdict
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
    shown = [_seconds(one) for one in (policy.unlock_seconds, policy.window_seconds)]
    facts: dict[str, Figure] = {
        "failures": failures if isinstance(failures, int) else None,
        "lasts": shown[0] if failures else "0",
        "counted": shown[1] if failures else "0",
    }
    seen = f"locks after {failures} failures"
    if limited is False and failures:
        seen += f" within {shown[1]} s, for {shown[0]} s"
    if failures is None:
        seen = "nothing locks"
    return verdict(limited, seen, where, facts=facts)


def _seconds(value: Seen[int | None]) -> str:
    return "?" if unseen(value) else "∞" if value is None else str(value)
