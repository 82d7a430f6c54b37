from rempart.check import Figure, Result, verdict
from rempart.observations.services import Listener

# Clear text, no proof of who asks, or made for the host's own use.
LEGACY = {
    *(21, 23, 69, 79, 110, 111, 143, 161, 512, 513, 514, 515, 631, 873, 2049, 5353, 5900, 6000),
}
# Stores and consoles that nobody but their application should reach.
STORES = {
    *(389, 1433, 1521, 2181, 2375, 2379, 3306, 5432, 5601, 5672, 5984, 6379, 7000, 8086, 8500),
    *(9042, 9090, 9200, 9300, 10250, 11211, 15672, 27017),
}


def check(listener: Listener, *, allowed: tuple[str, ...] = ()) -> Result:
    risky = listener.port in LEGACY or listener.port in STORES
    own = f"{listener.protocol} {listener.port}"
    program = listener.program if isinstance(listener.program, str) else "?"
    facts: dict[str, Figure] = {"address": listener.address, "program": program}
    good = listener.reach == "host" or not risky or own in allowed
    return verdict(good, f"{program} on {listener.address}", listener, facts=facts)
