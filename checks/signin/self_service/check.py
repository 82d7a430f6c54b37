from rempart.check import Fact, Figure, Result, all_of, any_of, negated, unseen, verdict
from rempart.observations.identity import SelfService


def check(alone: SelfService, *, registration: bool = False) -> Result:
    registers: Fact = alone.registers == True  # noqa: E712  (three-valued)
    resets: Fact = alone.resets == True  # noqa: E712  (three-valued)
    proven: Fact = alone.verified_mail == True  # noqa: E712  (three-valued)
    good = all_of(
        any_of(registration, negated(registers)),
        any_of(proven, all_of(negated(resets), negated(registers))),
    )
    if any(unseen(one) for one in (alone.registers, alone.resets, alone.verified_mail)):
        return verdict(good, "what people may do alone was not seen", alone)
    facts: dict[str, Figure] = {
        "registers": registers is True,
        "resets": resets is True,
        "verified": proven is True,
    }
    seen = ", ".join(f"{name} {'yes' if value else 'no'}" for name, value in facts.items())
    return verdict(good, seen, alone, facts=facts)
