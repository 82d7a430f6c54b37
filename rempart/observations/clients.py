"""Applications that let people sign in through an identity provider."""

from dataclasses import dataclass

from rempart.check import Observation


@dataclass(frozen=True, slots=True)
class LoginClient(Observation):
    """An OpenID Connect client as an identity provider has it; key: realm and client.

    `redirects` are the addresses it may be sent back to, as written. `public` has no secret,
    `pkce` demands a code challenge (S256). `password_grant` lets the application ask for the
    password itself, `implicit` hands tokens to the browser's address line.
    """

    redirects: tuple[str, ...]
    public: bool
    pkce: bool
    password_grant: bool
    implicit: bool
