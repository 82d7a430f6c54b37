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
