from rempart.check import Fact, Figure, Result, Unknown, all_of, any_of, notapplicable, verdict
from rempart.observations.datastores import Copy, StoreChain

BEYOND = ("dump", "backup", "archive", "replica")  # each has a question of its own


def check(chain: StoreChain) -> Result:
    parts = [(copy, _volume(copy)) for copy in chain.copies if copy.kind not in BEYOND]
    found = [(copy, fact) for copy, fact in parts if fact is not None]
    outside = ", ".join(copy.name for copy, fact in found if fact is False)
    facts: dict[str, Figure] = {"outside": outside, "parts": len(found)}
    if not any(fact is True for _, fact in found):
        unknown = next((fact for _, fact in found if isinstance(fact, Unknown)), None)
        if unknown is not None:
            return verdict(unknown, "no volume was seen", chain)
        return notapplicable("no part of it lies on an encrypted volume", chain)
    good = all_of(*(fact for _, fact in found))
    return verdict(good, f"outside: {outside or 'nothing'}", chain, facts=facts)


def _volume(copy: Copy) -> Fact | None:
    """Whether the volume under a part encrypts; None where a part has no volume of its own."""
    volumes = [layer for layer in copy.layers if layer.kind == "mount"]
    if not volumes:
        return None
    return any_of(*(layer.encrypted == True for layer in volumes))  # noqa: E712
