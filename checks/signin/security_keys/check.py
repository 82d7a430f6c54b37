from rempart.check import Fact, Figure, Result, any_of, negated, notapplicable, unseen, verdict
from rempart.observations.identity import SecurityKeys


def check(keys: SecurityKeys) -> Result:
    if keys.alone is False:
        return notapplicable("no key stands for the password", keys)
    alone: Fact = keys.alone == True  # noqa: E712  (three-valued)
    asked: Fact = keys.verification == "required"  # (three-valued)
    good = any_of(negated(alone), asked)
    if unseen(keys.verification):
        return verdict(good, "what keys ask was not seen", keys)
    facts: dict[str, Figure] = {"verification": str(keys.verification)}
    return verdict(good, f"user verification {keys.verification}", keys, facts=facts)
