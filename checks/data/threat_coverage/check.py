from rempart.check import Figure, Result, Unknown, all_of, notapplicable, verdict
from rempart.judge.protection import covered
from rempart.observations.datastores import StoreChain


def check(chain: StoreChain, *, required: tuple[str, ...] = ("T2", "T4")) -> Result:
    if not isinstance(chain.identifiers, tuple):
        return verdict(chain.identifiers == (), "its columns were not read", chain)
    if not chain.identifiers:
        return notapplicable("no identifier of a person was found in it", chain)
    against = covered(chain)
    stopped = [threat for threat, fact in against.items() if fact is True]
    unknown = [threat for threat, fact in against.items() if isinstance(fact, Unknown)]
    facts: dict[str, Figure] = {
        "stopped": ", ".join(stopped) or "-",
        "open": ", ".join(threat for threat, fact in against.items() if fact is False) or "-",
        "unknown": ", ".join(unknown) or "-",
        "profile": ", ".join(chain.profile) or "-",
    }
    good = all_of(*(against[threat] for threat in required if threat in against))
    return verdict(good, f"stopped: {facts['stopped']}", chain, facts=facts)
