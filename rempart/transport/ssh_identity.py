"""The keys an account may sign in with: those the inventory names, else those of the agent."""

import contextlib
import functools
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paramiko

from rempart.errors import Refused
from rempart.transport.private_keys import openssh

_CERTIFICATE = "-cert.pub"
AGENT_KEYS = 5  # sshd's MaxAuthTries is 6


class Identities:
    """The keys to try: the file the inventory names, else those of the agent."""

    def __init__(self, host: Any) -> None:  # noqa: ANN401
        self._host = host
        self._agent: paramiko.Agent | None = None

    def offered(self) -> Iterator[paramiko.PKey]:
        """One key of a file, or the first few the agent holds."""
        key, secret = self._host.key, self._host.passphrase
        if key is not None and str(key) != "agent:":
            text = openssh(key, secret.resolve() if secret is not None else None)
            yield _parsed(text, key.with_name(key.name + _CERTIFICATE))
        elif key is not None or self._host.password is None:
            self._agent = paramiko.Agent()
            yield from self._agent.get_keys()[:AGENT_KEYS]

    def close(self) -> None:
        """Leave the agent."""
        if self._agent is not None:
            self._agent.close()


@functools.lru_cache(maxsize=64)
def _parsed(text: str, certificate: Path) -> paramiko.PKey:
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        with contextlib.suppress(paramiko.SSHException):
            key: paramiko.PKey = kind.from_private_key(io.StringIO(text))
            if certificate.exists():
                key.load_certificate(str(certificate))
            return key
    raise Refused(f"{certificate.name.removesuffix(_CERTIFICATE)}: a key type SSH no longer takes")
