from rempart.check import Figure, Result, Seen, all_of, negated, spoken, verdict
from rempart.observations.keys import KeyReference


def check(reference: KeyReference) -> Result:
    token = reference.token == True  # noqa: E712  (three-valued)
    encrypted = reference.encrypted == True  # noqa: E712
    facts: dict[str, Figure] = {
        "service": reference.service,
        "encrypted": _figure(reference.encrypted),
        "token": _figure(reference.token),
    }
    way = "in clear" if reference.encrypted is False else "encrypted"
    seen = f"{reference.service}, way {way}, credential in clear: {spoken(reference.token)}"
    return verdict(all_of(encrypted, negated(token)), seen, reference, facts=facts)


def _figure(told: Seen[bool]) -> Figure:
    return told if isinstance(told, bool) else spoken(told)
