from rempart.check import Figure, Result, notapplicable, verdict
from rempart.observations.http import PageParts

SHOWN = 4


def check(parts: PageParts) -> Result:
    if parts.source.startswith("http:"):
        return notapplicable("the page itself comes in clear", parts)
    found = parts.insecure
    words = ", ".join(found[:SHOWN]) + (", …" if len(found) > SHOWN else "")
    facts: dict[str, Figure] = {"page": parts.key, "clear": words or "-"}
    return verdict(not found, words or "every part over TLS", parts, facts=facts)
