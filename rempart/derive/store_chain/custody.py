"""Who holds the key an engine encrypts with, seen from the folder of what it encrypts.

A key in a file that lies in clear on the same volume goes along with the stolen disk; one on
another disk of the machine does not, but every account that may read both has it.
"""

from typing import Any

from rempart.check import Seen, Unknown
from rempart.derive import Estate
from rempart.derive.store_chain.places import apart, mounted, of, why
from rempart.errors import Reason
from rempart.observations.engines import EngineKey

_SERVICES = ("vault", "kmip", "kms")


def held(estate: Estate, store: Any, place: Seen[str]) -> Seen[str | None]:  # noqa: ANN401
    """The holder of an engine's key: customer (a key service), host, or `beside` its data."""
    keys = of(estate, store.id, EngineKey)
    if not keys:
        return why(estate, store.id, EngineKey)
    holders = [_holder(estate, store, key, place) for key in keys]
    said = {one for one in holders if isinstance(one, str)}
    if "beside" in said:
        return "beside"
    unknown = next((one for one in holders if isinstance(one, Unknown)), None)
    if unknown is not None:
        return unknown
    return "host" if "host" in said else "customer"


def _holder(estate: Estate, store: Any, key: EngineKey, place: Seen[str]) -> Seen[str | None]:  # noqa: ANN401
    if key.kind in _SERVICES:
        return "customer"
    if key.kind != "file":
        return "beside" if key.kind == "example" else "host"
    if key.inside is True:
        return "beside"
    if not isinstance(key.path, str) or not isinstance(place, str) or not key.path:
        return Unknown(Reason.PRIVILEGE, "where the key file lies was not told")
    return apart(mounted(estate, store.on, key.path)[1], mounted(estate, store.on, place)[1])
