"""Identity providers of other parties: no mandate of a payer covers them, so none is contacted.

Each domain stands for itself and every name below it.
"""

from rempart.scope.targets import folded

IDENTITY_PROVIDERS: dict[str, tuple[str, ...]] = {
    # Agence du Numérique en Santé, "Pro Santé Connect, documentation technique"
    "Pro Santé Connect": ("esante.gouv.fr",),
    # DINUM, docs.partenaires.franceconnect.gouv.fr, with the identity providers it offers
    "FranceConnect": (
        "franceconnect.gouv.fr",
        "dev-franceconnect.fr",
        "agentconnect.gouv.fr",
        "proconnect.gouv.fr",
        "dev-agentconnect.fr",
        "ameli.fr",
        "impots.gouv.fr",
        "lidentitenumerique.laposte.fr",
        "france-identite.gouv.fr",
    ),
    # gematik, "Spezifikation Identity Provider-Dienst"
    "Telematikinfrastruktur": ("ti-dienste.de",),
    # Microsoft Learn, "National clouds" and "Azure AD B2C custom domains"
    "Microsoft Entra": (
        "microsoftonline.com",
        "microsoftonline.us",
        "microsoftonline.cn",
        "login.microsoft.com",
        "login.windows.net",
        "sts.windows.net",
        "login.live.com",
        "b2clogin.com",
        "ciamlogin.com",
    ),
    # Google Identity, the discovery document of accounts.google.com
    "Google": ("accounts.google.com", "oauth2.googleapis.com"),
    # Apple, "Sign in with Apple REST API"
    "Apple": ("appleid.apple.com",),
    # Okta and Auth0 developer documentation, "Org URL" and "tenant domain"
    "Okta": ("okta.com", "oktapreview.com", "okta-emea.com", "auth0.com"),
    # Amazon Cognito and IAM Identity Center documentation
    "AWS": ("amazoncognito.com", "awsapps.com", "signin.aws.amazon.com"),
    # Ping Identity, OneLogin, Cisco Duo and Cloudflare Access documentation
    "others": (
        "pingone.com",
        "pingone.eu",
        "pingidentity.com",
        "onelogin.com",
        "duosecurity.com",
        "cloudflareaccess.com",
    ),
}
_DOMAINS = frozenset(domain for domains in IDENTITY_PROVIDERS.values() for domain in domains)


def is_identity_provider(name: str) -> bool:
    """Whether the name belongs to an identity provider of another party."""
    labels = folded(name).split(".")
    return any(".".join(labels[start:]) in _DOMAINS for start in range(len(labels)))
