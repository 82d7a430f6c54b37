from rempart.check import Figure, Result, Severity, verdict
from rempart.observations.identity_surface import OidcRequest

ASK_FOR_LEVEL = frozenset({"Pro Santé Connect", "FranceConnect", "ProConnect"})
LESSER = frozenset({"PKCE S256", "acr_values"})


def check(request: OidcRequest) -> Result:
    missing = []
    if "code" not in request.response.split() or "token" in request.response.split():
        missing.append(f"code (response_type={request.response})")
    if request.challenge != "S256":
        missing.append("PKCE S256")
    if not request.state and request.challenge != "S256":
        missing.append("state")
    if request.returns_to not in ("https", ""):
        missing.append(f"https on the way back ({request.returns_to})")
    if request.provider in ASK_FOR_LEVEL and not request.context:
        missing.append("acr_values")
    words = ", ".join(missing)
    facts: dict[str, Figure] = {"provider": request.provider, "missing": words or "-"}
    lower = Severity.MEDIUM if set(missing) <= LESSER else None
    seen = f"without {words}" if missing else "code, PKCE S256"
    return verdict(not missing, seen, request, facts=facts, severity=lower)
