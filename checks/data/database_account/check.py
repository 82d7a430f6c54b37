from rempart.check import Figure, Result, notapplicable, verdict
from rempart.judge.protection import DATABASE, protection
from rempart.observations.datastores import StoreChain
from rempart.observations.identifiers.catalogue import BY_NAME


def check(chain: StoreChain) -> Result:
    if not isinstance(chain.identifiers, tuple):
        return verdict(chain.identifiers == (), "its columns were not read", chain)
    named = ", ".join(BY_NAME[one].label for one in chain.identifiers)
    if not named:
        return notapplicable("no identifier of a person was found in it", chain)
    facts: dict[str, Figure] = {"identifiers": named}
    return verdict(protection(chain, DATABASE), f"{named}: readable", chain, facts=facts)
