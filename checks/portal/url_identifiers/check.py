from rempart.check import Figure, Result, verdict
from rempart.observations.http import PageParts

SHOWN = 4


def check(parts: PageParts) -> Result:
    found = parts.in_urls
    words = "; ".join(found[:SHOWN]) + ("; …" if len(found) > SHOWN else "")
    facts: dict[str, Figure] = {"page": parts.key, "carried": words or "-"}
    return verdict(not found, words or "none of its addresses carries one", parts, facts=facts)
