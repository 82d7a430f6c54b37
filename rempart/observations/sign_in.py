"""Ways to sign in that a configuration opens or leaves open."""

from dataclasses import dataclass

from rempart.check import Observation, Seen


@dataclass(frozen=True, slots=True)
class SignIn(Observation):
    """One way into a system and whether it is closed or guarded; key: the system.

    `kind` is one of

    - `anonymous`: nobody is asked who they are (trust, empty passwords, authentication off)
    - `shared`: one secret for everybody (account keys, local admin, registry admin user)
    - `password`: a password opens a machine that keys could guard
    - `factor`: a second factor for people
    - `long_lived`: a key of a person or service that never expires

    `guarded` is true where the way is closed or, for `factor`, where the factor is demanded.
    """

    kind: str
    guarded: Seen[bool]
    setting: str = ""
