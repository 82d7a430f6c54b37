from rempart.check import Figure, Result, verdict
from rempart.observations.identity_surface import SignInWays


def check(ways: SignInWays) -> Result:
    strong = [ways.sector] if ways.sector else []
    strong += ["passkeys"] if ways.passkeys else []
    strong += ["certificate"] if ways.certificate else []
    offered = [*(["password"] if ways.password else []), *ways.providers]
    facts: dict[str, Figure] = {
        "strong": ", ".join(strong) or "-",
        "offered": ", ".join(offered) or "-",
    }
    seen = ", ".join(dict.fromkeys([*offered, *strong]))
    return verdict(bool(strong), seen, ways, facts=facts)
