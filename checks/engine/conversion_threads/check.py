from rempart.check import Figure, Result, any_of, notapplicable, spoken, verdict
from rempart.observations.engines import EngineServer

MEANT = ("ON", "FORCE")


def check(server: EngineServer) -> Result:
    if server.threads is None or spoken(server.forced) not in MEANT:
        return notapplicable("no background encryption is asked for", server)
    facts: dict[str, Figure] = {"threads": spoken(server.threads)}
    waiting = server.waiting if isinstance(server.waiting, int) else spoken(server.waiting)
    good = any_of(server.threads > 0, server.waiting == 0)
    seen = f"threads {facts['threads']}, tables in clear {waiting}"
    return verdict(good, seen, server, facts=facts, counts={"waiting": waiting})
