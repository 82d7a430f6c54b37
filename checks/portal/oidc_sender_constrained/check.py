from rempart.check import Figure, Result, verdict
from rempart.observations.identity_surface import OidcProvider


def check(provider: OidcProvider) -> Result:
    words = ", ".join(provider.bound)
    facts: dict[str, Figure] = {"issuer": provider.key, "bound": words or "-"}
    return verdict(bool(provider.bound), words or "neither mtls nor dpop", provider, facts=facts)
