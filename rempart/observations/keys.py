"""Keys that encrypt, and what becomes of them."""

from dataclasses import dataclass

from rempart.check import Observation, Seen


@dataclass(frozen=True, slots=True)
class EncryptionKey(Observation):
    """A key in a key service; key: its address.

    `rotates` says whether it is renewed by itself, `rotation_days` how often, None where nothing
    says. `setting` shows what decided, as written there.
    """

    rotates: Seen[bool]
    rotation_days: Seen[int | None] = None
    setting: str = ""
