from rempart.check import Figure, Result, Severity, all_of, spoken, unseen, verdict
from rempart.observations.dns import DnssecChain


def check(chain: DnssecChain) -> Result:
    why = "; ".join((*((chain.link,) if chain.link else ()), *chain.weak))
    good = all_of(chain.state == "signed", not chain.weak)
    facts: dict[str, Figure] = {
        "state": None if unseen(chain.state) else spoken(chain.state),
        "why": why or "-",
    }
    lower = Severity.LOW if chain.state == "signed" and not unseen(chain.state) else None
    return verdict(good, why or spoken(chain.state), chain, facts=facts, severity=lower)
