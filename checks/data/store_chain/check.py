from rempart.check import Figure, Result, Unknown, notchecked, verdict
from rempart.observations.datastores import StoreChain


def check(chain: StoreChain) -> Result:
    facts_of = [(copy, copy.encrypted == True) for copy in chain.copies]  # noqa: E712
    clear = [copy for copy, fact in facts_of if not isinstance(fact, Unknown) and not fact]
    unseen = [fact for _, fact in facts_of if isinstance(fact, Unknown)]
    seen = len(facts_of) - len(unseen)
    facts: dict[str, Figure] = {
        "copies": len(facts_of),
        "seen": seen,
        "clear": ", ".join(copy.name for copy in clear),
    }
    if clear:
        return verdict(False, f"in clear: {facts['clear']}", chain, facts=facts)
    if unseen:
        detail = f"{seen} of {len(facts_of)} copies seen; {unseen[0].detail}"
        return notchecked(unseen[0].reason, detail, chain)
    return verdict(True, f"{seen} of {seen} copies encrypted", chain, facts=facts)
