from rempart.check import Figure, Result, unseen, verdict
from rempart.observations.identity_surface import OidcProvider


def check(provider: OidcProvider) -> Result:
    problems = [] if provider.matches else ["issuer is not its address"]
    problems += [f"{name} in clear" for name in provider.clear]
    problems += ["signatures none"] if "none" in map(str.lower, provider.algorithms) else []
    some = provider.keys != 0
    if unseen(some) and not problems:
        return verdict(some, "keys", provider)
    if not unseen(some) and not some:
        problems.append("no public key at jwks_uri")
    words = "; ".join(problems)
    facts: dict[str, Figure] = {"issuer": provider.key, "problems": words or "-"}
    return verdict(not problems, words or provider.key, provider, facts=facts)
