from rempart.check import Figure, Result, notapplicable, verdict
from rempart.observations.identity_surface import SignInWays


def check(ways: SignInWays) -> Result:
    strong = ways.sector or next(iter(ways.providers), "")
    if not strong:
        return notapplicable("no other way to sign in is offered", ways)
    facts: dict[str, Figure] = {"strong": strong}
    beside = "a password field stands beside it" if ways.password else "no password field"
    return verdict(not ways.password, f"{strong}, {beside}", ways, facts=facts)
