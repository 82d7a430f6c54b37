"""What stands open, and secrets that lie about, as a repository declares them."""

from dataclasses import dataclass

from rempart.check import Observation, Seen


@dataclass(frozen=True, slots=True)
class OpenPort(Observation):
    """A data store's port that a rule or a container opens; key: the rule and the port.

    `service` is what usually answers there (PostgreSQL, Redis). `public` says whether anybody may
    connect; `sources` the addresses let in, as written.
    """

    port: int
    service: str
    public: Seen[bool]
    sources: str = ""


@dataclass(frozen=True, slots=True)
class LiteralSecret(Observation):
    """A place where a secret is given; key: the attribute, variable or file.

    `literal` is true where the value itself is written there, false where it is a reference to
    something that keeps secrets. The value is never part of what is seen. `kind` is password, key,
    token or private key.
    """

    kind: str
    attribute: str
    literal: Seen[bool]
