from rempart.check import Figure, Result, negated, verdict
from rempart.observations.tls import TlsFlaw


def check(flaw: TlsFlaw) -> Result:
    facts: dict[str, Figure] = {"flaw": flaw.key, "answers": flaw.answers or "-"}
    present = flaw.present == True  # noqa: E712  (three-valued)
    return verdict(negated(present), flaw.answers or flaw.key, flaw, facts=facts)
