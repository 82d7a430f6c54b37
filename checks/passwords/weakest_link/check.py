from rempart.check import Fact, Figure, Result, all_of, notapplicable, verdict
from rempart.judge.strength import judged
from rempart.judge.yardsticks import PasswordRules
from rempart.observations.estate import PopulationPolicies
from rempart.unknown import Unknown


def check(population: PopulationPolicies, rules: PasswordRules) -> Result:
    if not rules.figured:
        return notapplicable("this authority gives no figure", population)
    strong = _strong(population, rules)
    if len(strong) < 2:
        return notapplicable("one source lets this population in", population)
    below = [source for source, fact in strong.items() if fact is False]
    enough = [source for source, fact in strong.items() if fact is True]
    facts: dict[str, Figure] = {
        "weak": ", ".join(below) or "0",
        "strong": ", ".join(enough) or "0",
        "sources": len(strong),
    }
    seen = f"strong enough: {facts['strong']}; not: {facts['weak']}"
    hidden = [fact for fact in strong.values() if isinstance(fact, Unknown)]
    same: Fact = False if below and enough else hidden[0] if hidden else True
    return verdict(same, seen, population, facts=facts)


def _strong(population: PopulationPolicies, rules: PasswordRules) -> dict[str, Fact]:
    """Whether each source is strong enough at its weakest; administrators' own rules aside."""
    found: dict[str, Fact] = {}
    for policy in population.policies:
        if policy.privileged is not True:
            fact = judged(policy, rules).strong
            found[policy.subject] = all_of(found.get(policy.subject, True), fact)
    return found
