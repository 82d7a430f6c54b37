"""Whether what Kubernetes stores is encrypted: volumes by their class, secrets in etcd.

Source: Kubernetes documentation, Storage Classes, Encrypting Confidential Data at Rest; the CSI
drivers' documentation named in the table.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec

from rempart.check import Observation, OneOf, Seen, Unknown
from rempart.collectors.repository.kubernetes import credentials
from rempart.collectors.repository.kubernetes.objects import (
    Manifest,
    Node,
    inside,
    listed,
    mapping,
    truth,
)
from rempart.collectors.repository.terraform.values import unresolved
from rempart.collectors.text import clean
from rempart.documents import load
from rempart.observations.datastores import DataStore
from rempart.observations.exposure import LiteralSecret
from rempart.observations.volumes import Volume

TABLE: Final = Path(__file__).parents[1] / "tables" / "storage_classes.yaml"
CLASS: Final = "volume.beta.kubernetes.io/storage-class"
SECRETS: Final = frozenset({"secrets", "*.*", "*.", "*"})


class Driver(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One driver of the table; see its head."""

    provisioners: tuple[str, ...]
    source: str
    default: bool | str
    encrypted: str = ""
    words: dict[str, bool] = {}
    key: str = ""


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The drivers, and the classes clusters bring along."""

    drivers: tuple[Driver, ...]
    classes: dict[str, bool]


@lru_cache(maxsize=1)
def table() -> Table:
    """The table of drivers."""
    return load(TABLE, Table)


def storage_class(manifest: Manifest) -> Volume:
    """The volumes a class makes."""
    name = str(manifest.value.get("provisioner", ""))
    driver = next((one for one in table().drivers if name in one.provisioners), None)
    parameters = mapping(manifest.value.get("parameters"))
    if driver is None:
        words = unresolved(f"{clean(name, 60) or 'no provisioner'}: the driver decides")
        return Volume(words, None, words, "StorageClass", **manifest.where())
    encrypted = _encrypted(driver, parameters)
    place = parameters if driver.encrypted in parameters else None
    key = parameters.get(driver.key) if driver.key else None
    named = clean(str(key), 120) if isinstance(key, str) and key else None
    return Volume(
        encrypted,
        None,
        _holder(encrypted, named),
        "StorageClass",
        named,
        **manifest.where(place, driver.encrypted),
    )


def _encrypted(driver: Driver, parameters: Mapping[str, Node]) -> Seen[bool]:
    value = parameters.get(driver.encrypted) if driver.encrypted else None
    if value is None:
        default = driver.default
        return default if isinstance(default, bool) else unresolved(default)
    if driver.words:
        text = str(value).lower()
        found = next((fact for word, fact in driver.words.items() if word in text), None)
        return unresolved(clean(f"{driver.encrypted}: {text}", 80)) if found is None else found
    fact = truth(value)
    return unresolved("not decided") if fact is None else fact


def _holder(encrypted: Seen[bool], key: str | None) -> Seen[str | None]:
    if isinstance(encrypted, Unknown | OneOf):
        return unresolved("encryption is not decided here")
    return ("customer" if key else "provider") if encrypted else None


def claims(manifests: Iterable[Manifest], classes: Mapping[str, Volume]) -> Iterator[Observation]:
    """What claims, alone or of a StatefulSet, ask of the classes the repository declares."""
    for manifest in manifests:
        if manifest.kind == "PersistentVolumeClaim":
            yield _claim(manifest, manifest.value, classes)
        elif manifest.kind == "StatefulSet":
            for one in listed(manifest.spec.get("volumeClaimTemplates")):
                name = inside(one, "metadata", "name")
                yield _claim(manifest, mapping(one), classes, str(name or "volume"))


def _claim(
    manifest: Manifest, claim: Mapping[str, Node], classes: Mapping[str, Volume], of: str = ""
) -> Volume:
    spec = mapping(claim.get("spec"))
    name = spec.get("storageClassName", inside(claim, "metadata", "annotations", CLASS))
    where = manifest.where(spec if "storageClassName" in spec else None, "storageClassName", of)
    if not isinstance(name, str) or not name:
        words = unresolved("no storage class is named: the cluster's default decides")
        return Volume(words, None, words, manifest.kind, **where)
    known = classes.get(name)
    if known is not None:
        return Volume(
            known.encrypted, None, known.key_holder, manifest.kind, known.key_name, **where
        )
    fact = table().classes.get(name)
    encrypted = unresolved(f"storage class {clean(name, 60)} is not here") if fact is None else fact
    return Volume(encrypted, None, _holder(encrypted, None), manifest.kind, **where)


def encryption_configuration(manifest: Manifest) -> Iterator[Observation]:
    """Whether the API server writes secrets encrypted: the first provider writes."""
    name = f"EncryptionConfiguration/{manifest.name}".removesuffix("/")
    for entry in listed(manifest.value.get("resources")):
        resources = {str(one) for one in listed(mapping(entry).get("resources"))}
        if resources & SECRETS:
            providers = listed(mapping(entry).get("providers"))
            yield _first(manifest, name, entry, providers)
            break
    else:
        words = "no entry for secrets"
        yield DataStore("secret", encrypted=False, setting=words, **manifest.where())
    for entry in listed(manifest.value.get("resources")):
        yield from _literal_keys(manifest, listed(mapping(entry).get("providers")))


def _first(manifest: Manifest, name: str, entry: Node, providers: list[Node]) -> DataStore:
    first = next(iter(mapping(providers[0]) if providers else ()), "identity")
    where: dict[str, Any] = {**manifest.where(entry, "providers"), "key": name}
    words = f"first provider: {clean(first, 40)}"
    if first == "identity":
        return DataStore("secret", encrypted=False, setting=words, **where)
    return DataStore("secret", True, "customer", f"{clean(first, 40)}", setting=words, **where)


def _literal_keys(manifest: Manifest, providers: list[Node]) -> Iterator[LiteralSecret]:
    for provider in providers:
        for kind in ("aescbc", "aesgcm", "secretbox"):
            for key in listed(inside(provider, kind, "keys")):
                secret = mapping(key).get("secret")
                if isinstance(secret, str) and secret and not secret.startswith(("$", "<", "{{")):
                    of = f"{kind}.{mapping(key).get('name', '')}"
                    yield credentials.secret(manifest, "key", of, key, "secret", True, secret)
