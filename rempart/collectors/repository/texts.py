"""Terraform's functions over text, numbers and JSON."""

import json
import re
from ipaddress import ip_network
from typing import Any, Final

from rempart.check import OneOf, Unknown
from rempart.collectors.repository.scalars import shown
from rempart.collectors.repository.terraform.syntax import Reference
from rempart.errors import Reason

LONGEST: Final = 100_000  # characters or elements of a result: calls may double at each step
MISSING: Final = object()  # the arguments are not this function's, or are not known well enough
OPEN: Final = (Unknown, OneOf, Reference)
_VERB: Final = re.compile(r"%(?:%|[sdvq])")


def text_of(value: Any) -> str:  # noqa: ANN401
    """A scalar as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int):
        raise TypeError
    return str(value)


def boolean_of(value: Any) -> bool:  # noqa: ANN401
    """A word or boolean as a boolean."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}[value]


def number_of(value: Any) -> int:  # noqa: ANN401
    """A whole number."""
    if isinstance(value, bool) or len(str(value)) > 18:
        raise TypeError
    return int(value)


def _plainly(text: Any, old: Any, new: Any) -> Any:  # noqa: ANN401
    if len(old) > 1 and old.startswith("/") and old.endswith("/"):
        return MISSING
    plain = text_of(text)
    if not old or len(plain) * max(len(new), 1) > LONGEST:
        return MISSING
    return plain.replace(old, new)


def replaced(text: Any, pattern: Any, new: Any) -> Any:  # noqa: ANN401
    """`replace` of plain text; of an expression nobody works it out here."""
    if not (len(pattern) > 1 and pattern.startswith("/") and pattern.endswith("/")):
        return _plainly(text, pattern, new)
    return MISSING


def formatted(form: Any, *values: Any) -> Any:  # noqa: ANN401
    """`format` with %s, %d, %v and %q; what is not decided stays as `${...}`."""
    texts = iter([_placed(one) for one in values])
    text = _VERB.sub(lambda match: "%" if match[0] == "%%" else _verb(match[0], next(texts)), form)
    if any(isinstance(one, OPEN) for one in values):
        return Unknown(Reason.UNRESOLVED, text[:200])
    return text


def _verb(verb: str, text: str) -> str:
    return f'"{text}"' if verb == "%q" else text


def _placed(value: Any) -> str:  # noqa: ANN401
    return _referred(value) if isinstance(value, OPEN) else text_of(value)


def encoded(value: Any) -> str:  # noqa: ANN401
    """A value as JSON; what is not decided stands there as `${...}`."""
    return json.dumps(value, separators=(",", ":"), default=_referred)


def _referred(value: Any) -> Any:  # noqa: ANN401
    if not isinstance(value, Reference | Unknown | OneOf):
        raise TypeError
    text = shown(value)
    return text if "${" in text else f"${{{text}}}"


def decoded(text: Any) -> Any:  # noqa: ANN401
    """What a text of JSON holds."""
    return frozen(json.loads(text)) if len(text) < LONGEST else MISSING


def frozen(value: Any) -> Any:  # noqa: ANN401
    """Parsed JSON as Terraform's values: lists as tuples, fractions as text."""
    if isinstance(value, list):
        return tuple(map(frozen, value))
    if isinstance(value, dict):
        return {key: frozen(one) for key, one in value.items()}
    if isinstance(value, float):
        return str(value)
    return value


def subnet(prefix: Any, bits: Any, number: Any) -> Any:  # noqa: ANN401
    """`cidrsubnet`."""
    network = ip_network(prefix, strict=False)
    if not 0 <= number_of(bits) <= network.max_prefixlen - network.prefixlen:
        return MISSING
    size = network.max_prefixlen - network.prefixlen - number_of(bits)
    address = int(network.network_address) + (number_of(number) << size)
    return f"{type(network.network_address)(address)}/{network.prefixlen + number_of(bits)}"
