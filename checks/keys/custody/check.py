from rempart.check import Figure, Result, spoken, verdict
from rempart.observations.keys import KeyCustody


def check(custody: KeyCustody) -> Result:
    facts: dict[str, Figure] = {"store": custody.store, "holder": spoken(custody.holder)}
    named = custody.holder != None  # noqa: E711  (three-valued)
    return verdict(named, f"{custody.store}: {spoken(custody.holder)}", custody, facts=facts)
