"""What crosses a wire in clear, as a configuration declares it."""

from dataclasses import dataclass

from rempart.check import Observation, Seen


@dataclass(frozen=True, slots=True)
class Transit(Observation):
    """Whether an endpoint refuses whoever speaks without TLS; key: the endpoint.

    `kind` is what answers there (database, cache, bucket, queue, load balancer, web application,
    ingress, proxy ...). `enforced` is true only where clear text is refused or led to TLS.
    `setting` shows what decided, as written there. Protocol versions are `TlsVersion`.
    """

    kind: str
    enforced: Seen[bool]
    setting: str = ""


@dataclass(frozen=True, slots=True)
class PeerVerification(Observation):
    """Whether a client makes sure whom it speaks to; key: the task, command or setting.

    `kind` is what it would look at: `certificate`, an SSH server's `host key`, or a `package
    signature`. `setting` shows
    what decided, as written there.
    """

    kind: str
    verified: Seen[bool]
    setting: str = ""
