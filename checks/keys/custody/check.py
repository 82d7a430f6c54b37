from rempart.check import Figure, Result, verdict
from rempart.judge.keys import HOLDERS, worded
from rempart.observations.keys import KeyCustody


def check(custody: KeyCustody) -> Result:
    holder = worded(custody.holder, HOLDERS)
    facts: dict[str, Figure] = {"store": custody.store, "holder": holder}
    named = custody.holder != None  # noqa: E711  (three-valued)
    return verdict(named, f"{custody.store}: {holder}", custody, facts=facts)
