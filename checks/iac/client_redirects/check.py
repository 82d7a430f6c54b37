from rempart.check import Figure, Result, verdict
from rempart.observations.clients import LoginClient


def check(client: LoginClient) -> Result:
    faults = [f"redirect {one}" for one in client.redirects if _anywhere(one)]
    faults += ["implicit flow"] if client.implicit else []
    faults += ["password grant"] if client.password_grant else []
    faults += ["public without PKCE"] if client.public and not client.pkce else []
    shown = ", ".join(faults) or ", ".join(client.redirects) or "no redirect"
    facts: dict[str, Figure] = {"faults": shown}
    return verdict(not faults, shown, client, facts=facts)


def _anywhere(redirect: str) -> bool:
    """Whether an address leaves the host open, or tokens go over a wire in clear."""
    host = redirect.partition("://")[2].partition("/")[0]
    if redirect == "*" or "*" in host:
        return True
    local = host.partition(":")[0] in ("localhost", "127.0.0.1", "[::1]", "[")
    return redirect.startswith("http://") and not local
