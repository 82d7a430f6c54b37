from rempart.check import Fact, Figure, Result, notapplicable, verdict
from rempart.judge.strength import judged
from rempart.judge.yardsticks import PasswordRules
from rempart.observations.estate import PopulationPolicies
from rempart.observations.passwords import PasswordPolicy
from rempart.unknown import Unknown, negated


def check(population: PopulationPolicies, rules: PasswordRules) -> Result:
    if not rules.figured:
        return notapplicable("this authority gives no figure", population)
    if len(population.policies) < 2:
        return notapplicable("one source lets this population in", population)
    strong = [(one, judged(one, rules).strong) for one in population.policies]
    below = [_name(one) for one, fact in strong if fact is False]
    enough = [_name(one) for one, fact in strong if fact is True]
    facts: dict[str, Figure] = {
        "weak": ", ".join(below) or "0",
        "strong": ", ".join(enough) or "0",
        "sources": len(strong),
    }
    seen = f"strong enough: {facts['strong']}; not: {facts['weak']}"
    return verdict(_same(below, enough, strong), seen, population, facts=facts)


def _same(below: list[str], enough: list[str], strong: list[tuple[PasswordPolicy, Fact]]) -> Fact:
    """Whether all sources are on the same side of the bar."""
    if below and enough:
        return False
    hidden = next((fact for _, fact in strong if isinstance(fact, Unknown)), None)
    return True if hidden is None else negated(hidden)


def _name(policy: PasswordPolicy) -> str:
    return f"{policy.subject}: {policy.key}"
