from rempart.check import Figure, Result, verdict
from rempart.observations.identity_surface import OidcProvider


def check(provider: OidcProvider) -> Result:
    found = [f"response {one}" for one in provider.responses if "token" in one.split()]
    found += [f"grant {one}" for one in provider.grants if one in ("password", "implicit")]
    words = ", ".join(found)
    facts: dict[str, Figure] = {"issuer": provider.key, "old": words or "-"}
    return verdict(not found, words or "code only", provider, facts=facts)
