"""Doors beside the portals: what answers there, to whom, and how it is protected."""

from dataclasses import dataclass

from rempart.check import Observation, Seen


@dataclass(frozen=True, slots=True)
class OpenDoor(Observation):
    """A service the inventory names, as somebody without an account meets it; key: its protocol.

    `answers` is whether it was reached at all. `speaks` is what it says of itself: product,
    version, the title of a page, at most 120 characters. `encrypted` is whether it can be spoken to
    over TLS, None for protocols without. `anonymous` is whether it serves who did not sign in, None
    where that was not asked. `client_certificate` is whether it asks for one.
    """

    protocol: str
    answers: Seen[bool]
    speaks: str = ""
    encrypted: Seen[bool | None] = None
    anonymous: Seen[bool | None] = None
    client_certificate: Seen[bool | None] = None


@dataclass(frozen=True, slots=True)
class SshDoor(Observation):
    """An SSH daemon as its first packet and a sign-in without anything show it; key: `ssh`.

    Lists are algorithms in its own words and order. `strict_exchange` is the answer to Terrapin
    (CVE-2023-48795). `methods` are those it offers an unknown person; `software` is its banner.
    """

    software: str
    key_exchanges: tuple[str, ...]
    host_keys: tuple[str, ...]
    ciphers: tuple[str, ...]
    macs: tuple[str, ...]
    strict_exchange: bool
    methods: Seen[tuple[str, ...]]
