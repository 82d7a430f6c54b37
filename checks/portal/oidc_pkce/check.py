from rempart.check import Figure, Result, Severity, verdict
from rempart.observations.identity_surface import OidcProvider


def check(provider: OidcProvider) -> Result:
    methods = provider.challenges or ()
    words = ", ".join(methods) or "none published"
    facts: dict[str, Figure] = {"issuer": provider.key, "methods": words}
    good = "S256" in methods and "plain" not in methods
    lower = Severity.LOW if "S256" in methods else None
    return verdict(good, words, provider, facts=facts, severity=lower)
