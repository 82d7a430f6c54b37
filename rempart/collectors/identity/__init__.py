"""An identity provider of the payer: a realm of Keycloak, a tenant of Entra ID, Okta or AWS.

Keycloak is asked through its admin API or read from an export; the others are read from answers of
their APIs that a person saved. Nothing is changed, and of people nothing is read.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rempart.check import Gap, Observation
from rempart.collectors import Probe, Wanted
from rempart.collectors.keycloak.realm import BRINGS as REALM
from rempart.observations.identity import KeyAge

if TYPE_CHECKING:
    from rempart.transport.access import Access

KIND = "identity"
BRINGS: tuple[type[Observation], ...] = (*REALM, KeyAge)
PROBES = (
    Probe("export", "Nothing: exports are read where the auditor runs.", BRINGS),
    Probe(
        "admin",
        "GET requests to the admin API of a realm, with the token the inventory names.",
        REALM,
        connections=1,
        requests=12,
    ),
)


def collect(subject: Any, access: "Access", wanted: Wanted) -> Iterator[Observation | Gap]:  # noqa: ANN401
    """What the provider decides, for the wanted types; a gap for what was not seen."""
    names = {kind.__name__ for kind in wanted}
    for one in _seen(subject, access):
        if (one.type if isinstance(one, Gap) else type(one).__name__) in names:
            yield one


def _seen(subject: Any, access: "Access") -> Iterator[Observation | Gap]:  # noqa: ANN401
    if subject.entra:
        from rempart.collectors.identity.entra import tenant

        return tenant(Path(subject.entra))
    if subject.okta:
        from rempart.collectors.identity.okta import organisation

        return organisation(Path(subject.okta))
    if subject.aws:
        from rempart.collectors.identity.aws import account

        return account(Path(subject.aws))
    if subject.keycloak.url:
        from rempart.collectors.identity.admin_api import realm

        return realm(subject, access)
    from rempart.collectors.identity.realm_file import realms

    return realms(subject.keycloak.path, subject.realm)
