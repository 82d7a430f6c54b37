"""Who may do what in a cluster, where nobody has to say who they are.

Source: Kubernetes documentation, RBAC good practices; the groups every request belongs to.
"""

from collections.abc import Iterator
from typing import Final

from rempart.check import Observation
from rempart.collectors.repository.kubernetes.objects import (
    Manifest,
    listed,
    mapping,
    truth,
    written,
)
from rempart.collectors.repository.terraform.values import unresolved
from rempart.collectors.text import clean
from rempart.observations.sign_in import SignIn
from rempart.observations.transit import PeerVerification

NOBODY: Final = frozenset({"system:anonymous", "system:unauthenticated"})
# What the API server itself grants to whoever asks: its version and health.
HARMLESS: Final = frozenset({"system:public-info-viewer", "system:discovery"})


def api_service(manifest: Manifest) -> Iterator[Observation]:
    """Whether the API server makes sure which extension it hands requests on to."""
    if "insecureSkipTLSVerify" in manifest.spec:
        skipped = truth(manifest.spec["insecureSkipTLSVerify"])
        verified = skipped is False if isinstance(skipped, bool) else unresolved("not decided")
        words = written("insecureSkipTLSVerify", manifest.spec["insecureSkipTLSVerify"])
        where = manifest.where(manifest.spec, "insecureSkipTLSVerify")
        yield PeerVerification("certificate", verified, words, **where)


def binding(manifest: Manifest) -> Iterator[Observation]:
    """A role given to whoever comes, or to the account all pods of a namespace share."""
    role = mapping(manifest.value.get("roleRef"))
    name = clean(str(role.get("name", "")), 80)
    subjects = manifest.value.get("subjects")
    for number, one in enumerate(listed(subjects)):
        subject = mapping(one)
        who = str(subject.get("name", ""))
        if who in NOBODY and name not in HARMLESS:
            words = clean(f"{name} for {who}", 160)
            yield SignIn("anonymous", False, words, **manifest.where(subjects, number))
            return
        if subject.get("kind") == "ServiceAccount" and who == "default" and name == "cluster-admin":
            words = "cluster-admin for the default service account"
            yield SignIn("shared", False, words, **manifest.where(subjects, number))
            return
