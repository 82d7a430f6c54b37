"""Who may sign in at a portal and how, as a visitor sees it."""

from dataclasses import dataclass

from rempart.check import Observation, Seen


@dataclass(frozen=True, slots=True)
class SignInWays(Observation):
    """The ways into a portal that its sign-in page offers; key: the page's path.

    `providers` are identity providers by name, or by host where the name is not known. `passkeys`
    when the page offers WebAuthn, `certificate` when it offers a card or a client certificate.
    `sector` is the provider of the health sector among them, empty without one.
    """

    password: bool
    providers: tuple[str, ...] = ()
    sector: str = ""
    passkeys: bool = False
    certificate: bool = False
    reset: str = ""


@dataclass(frozen=True, slots=True)
class OidcProvider(Observation):
    """An OpenID provider's published metadata (OpenID Connect Discovery 1.0, 3); key: its issuer.

    `matches` says whether the issuer is the address the document was found under, `clear` which of
    its endpoints are not HTTPS. `challenges` is None where nothing is published. `keys` counts its
    public keys. `bound` are the ways to bind tokens to their holder (`mtls`, `dpop`).
    """

    url: str
    matches: bool
    clear: tuple[str, ...]
    algorithms: tuple[str, ...]
    responses: tuple[str, ...]
    grants: tuple[str, ...]
    challenges: tuple[str, ...] | None
    keys: Seen[int]
    bound: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OidcRequest(Observation):
    """The request with which a portal sends people to a provider; key: the provider's host.

    `challenge` is the method of its PKCE challenge, empty without one; `context` its acr_values.
    `provider` is the provider's name where it is known.
    """

    url: str
    provider: str
    response: str
    challenge: str
    state: bool
    returns_to: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class RedirectProof(Observation):
    """What a provider did with a return address it does not know; key: the provider's host.

    `accepted` when it went on as with the true one. Nobody was signed in.
    """

    url: str
    accepted: Seen[bool]
    status: int | None = None
