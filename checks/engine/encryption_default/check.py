from rempart.check import Figure, Result, Severity, among, notapplicable, spoken, verdict
from rempart.observations.engines import EngineServer


def check(server: EngineServer, *, accepted: tuple[str, ...] = ("FORCE",)) -> Result:
    if server.product == "PostgreSQL" and server.able is False:
        return notapplicable("PostgreSQL encrypts nothing by itself", server)
    facts: dict[str, Figure] = {"product": server.product, "forced": spoken(server.forced)}
    lesser = Severity.MEDIUM if spoken(server.forced) == "ON" else None
    good = among(server.forced, accepted)
    return verdict(good, f"new tables: {facts['forced']}", server, facts=facts, severity=lesser)
