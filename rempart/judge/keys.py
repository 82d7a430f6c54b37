"""Words for who reads a key, what opens a volume and who holds a key."""

from collections.abc import Mapping
from typing import Final

from rempart.check import spoken

READERS: Final = {
    "owner": "its owner alone",
    "group": "its owner and group",
    "everybody": "every account",
}
UNLOCKS: Final = {
    "": "not told",
    "passphrase": "a passphrase somebody types",
    "login": "passphrase or login",
    "file": "a key file",
    "random": "a new random key",
    "token": "a token",
    "script": "a script",
    "network": "a key service",
}
HOLDERS: Final = {"host": "the machine", "customer": "the customer", "provider": "the provider"}


def worded(value: object, words: Mapping[str, str]) -> str:
    """The words for a value; what is none of them as evidence shows it."""
    told = spoken(value)
    return words.get(told, told)
