"""What stands open, and secrets that lie about, as a repository declares them."""

from dataclasses import dataclass

from rempart.check import Observation, Seen


@dataclass(frozen=True, slots=True)
class OpenPort(Observation):
    """Ports that a firewall rule or a container opens, for one use of them; key: the resource.

    `use` is data (stores), admin (shells, consoles), web (80 and 443) or other. `ports` name them
    with what usually answers there (`5432 PostgreSQL`, `8000-8100`, `0-65535`): those that stand
    open to everybody where any does. `public` says whether anybody may connect; `sources` are the
    addresses let in, as written.
    """

    use: str
    ports: tuple[str, ...]
    public: Seen[bool]
    sources: str = ""


@dataclass(frozen=True, slots=True)
class LiteralSecret(Observation):
    """A place where a secret is given; key: the attribute, variable or file.

    `literal` is true where the value itself is written there, false where it is a reference to
    something that keeps secrets. `kind` is password, key, token or private key. `rule` is the id of
    the rule that found it in text; empty where the structure of the file did. The value is never
    part of what is seen: `digest` is the same for the same secret within one run, under a key that
    is drawn for that run and forgotten; `hint` is the first two characters of a longer secret.
    """

    kind: str
    attribute: str
    literal: Seen[bool]
    rule: str = ""
    digest: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class PublicEndpoint(Observation):
    """Whether anybody on the internet may reach a service's address; key: the service.

    `kind` is what it is (database, bucket, web application, registry, cluster, vault ...).
    """

    kind: str
    public: Seen[bool]
    setting: str = ""


@dataclass(frozen=True, slots=True)
class Workload(Observation):
    """How far a container stands from the machine it runs on; key: the workload.

    `reaches` names every way out of the container that is declared (`privileged`, `hostNetwork`,
    `hostPath /etc`, `docker socket`, `capability SYS_ADMIN`); empty where there is none. `as_root`
    says whether it may run as root.
    """

    reaches: Seen[tuple[str, ...]]
    as_root: Seen[bool]
