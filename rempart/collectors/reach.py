"""Which addresses a rule lets in, and whether that is everybody."""

import ipaddress
import re
from collections.abc import Iterable
from typing import Any, Final

from rempart.check import OneOf, Unknown, any_of
from rempart.errors import Reason

WIDE: Final = 8  # bits of a public IPv4 prefix that is as good as the whole Internet
HUGE: Final = 4  # bits of an IPv4 prefix that no private network fills
WIDE_6: Final = 3  # 2000::/3 is all there is
# Part of an address that is not known, and the length of its prefix that is.
_NARROW: Final = re.compile(r"\$\{.*\}/(\d{1,3})$", re.S)
EVERYBODY: Final = frozenset({"*", "any", "internet", "all"})


def lets_everybody_in(values: Iterable[Any]) -> bool | Unknown:
    """Whether any of these addresses, networks or lists of them lets the whole Internet in."""
    return any_of(*(_open(value) for value in _each(values)))


def _each(values: Iterable[Any]) -> Iterable[Any]:
    for value in values:
        if isinstance(value, tuple | list):
            yield from _each(value)
        elif isinstance(value, OneOf):
            yield Unknown(Reason.UNRESOLVED, "one of several addresses")
        else:
            yield value


def _open(value: Any) -> bool | Unknown:  # noqa: ANN401  (a value of a configuration)
    if isinstance(value, Unknown):
        narrow = _NARROW.search(value.detail)
        return value if narrow is None or int(narrow[1]) <= WIDE else False
    text = str(value).strip()
    if text.lower() in EVERYBODY:
        return True
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False if text.isascii() and text.replace(" ", "").isalpha() else _not_known(text)
    if network.prefixlen == 0 or (network.version == 4 and network.prefixlen <= HUGE):
        return True
    if network.version == 6:
        return network.prefixlen <= WIDE_6
    return network.prefixlen <= WIDE and network.is_global


def _not_known(text: str) -> Unknown:
    return Unknown(Reason.UNRESOLVED, text[:60])
