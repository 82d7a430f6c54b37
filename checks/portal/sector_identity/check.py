from rempart.check import Figure, Result, verdict
from rempart.observations.identity_surface import SignInWays


def check(ways: SignInWays) -> Result:
    offered = [*(["password"] if ways.password else []), *ways.providers]
    words = ", ".join(offered) or "none by name"
    facts: dict[str, Figure] = {"sector": ways.sector or "-", "offered": words}
    return verdict(bool(ways.sector), words, ways, facts=facts)
