"""Who may do what in a cluster, where nobody has to say who they are.

Source: Kubernetes documentation, RBAC good practices; the groups every request belongs to.
"""

from collections.abc import Iterator
from typing import Final

from rempart.check import Observation
from rempart.collectors.repository.kubernetes.objects import Manifest, listed, mapping
from rempart.collectors.text import clean
from rempart.observations.sign_in import SignIn

NOBODY: Final = frozenset({"system:anonymous", "system:unauthenticated"})
# What the API server itself grants to whoever asks: its version and health.
HARMLESS: Final = frozenset({"system:public-info-viewer", "system:discovery"})


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
