"""Which declared endpoints people's browsers speak to: the same TLS, another requirement."""

from rempart.observations.transit import Transit

WEB = frozenset(
    (
        "api",
        "cdn",
        "function",
        "gateway",
        "identity",
        "ingress",
        "load balancer",
        "proxy",
        "route",
        "web application",
        "web server",
        "website",
    )
)


def faces_browsers(endpoint: Transit) -> bool:
    """Whether HTTP is what the endpoint speaks in clear, and browsers are who it speaks to."""
    return endpoint.kind in WEB
