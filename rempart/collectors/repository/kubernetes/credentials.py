"""Secrets in manifests: the values themselves, or references to what keeps them.

Source: Kubernetes documentation, Secrets; External Secrets, Sealed Secrets and SOPS, formats.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Final

from rempart.check import Observation
from rempart.collectors.repository import environment
from rempart.collectors.repository.environment import Variable
from rempart.collectors.repository.kubernetes.objects import (
    Manifest,
    Node,
    inside,
    listed,
    mapping,
)
from rempart.collectors.repository.kubernetes.pods import containers
from rempart.collectors.repository.places import Place
from rempart.collectors.repository.secrets.given import given, kind_of, written
from rempart.collectors.text import clean
from rempart.observations.exposure import LiteralSecret

# Entries of a Secret that are no secret by their name.
OPEN: Final = re.compile(
    r"(?:.*[-_.])?(?:user(?:name)?|login|host(?:name)?|port|database|db|db_?name|schema|namespace|region"
    r"|endpoint|server|email|name|account|bucket|ca|ca\.crt|tls\.crt|.*\.crt|.*\.pub|.*_?ca_?cert|type"
    r"|domain|issuer|tenant_?id|client_?id|project(?:_?id)?|version|enabled|ssl_?mode|proto(?:col)?)",
    re.I,
)
CREDENTIALS: Final = {
    "kubernetes.io/basic-auth": {"password": "password"},
    "kubernetes.io/tls": {"tls.key": "private key"},
    "kubernetes.io/ssh-auth": {"ssh-privatekey": "private key"},
    "kubernetes.io/service-account-token": {"token": "token"},
    "kubernetes.io/dockerconfigjson": {".dockerconfigjson": "password"},
    "kubernetes.io/dockercfg": {".dockercfg": "password"},
    "bootstrap.kubernetes.io/token": {"token-secret": "token"},
}
SEALED: Final = re.compile(
    r"ENC\[|\$ANSIBLE_VAULT|-----BEGIN (?:PGP MESSAGE|AGE)|<path:|ref\+|vault:"
)
FILLED: Final = re.compile(r"\$\([A-Za-z_][\w.-]*\)")  # how containers name another variable


def in_secret(manifest: Manifest) -> Iterator[LiteralSecret]:
    """The entries of a Secret; SOPS leaves them encrypted, with its own block beside them."""
    sealed = isinstance(manifest.value.get("sops"), dict)
    named = CREDENTIALS.get(str(manifest.value.get("type", "")), {})
    for part in ("data", "stringData"):
        entries = mapping(manifest.value.get(part))
        for name, value in entries.items():
            if not isinstance(value, str | int) or (not named and OPEN.fullmatch(name)):
                continue
            kind = named.get(name, "") if named else kind_of(name) or "key"
            literal, text = _literal(str(value), encoded=part == "data")
            if kind and literal is not None:
                held = literal and not sealed
                yield secret(manifest, kind, f"{part}.{name}", entries, name, held, text)


def sealed(manifest: Manifest) -> Iterator[LiteralSecret]:
    """What stands for a secret without being one: a sealed value, or a name in a store."""
    for steps in (("spec", "encryptedData"), ("spec", "data")):
        entries = inside(manifest.value, *steps)
        if isinstance(entries, dict):
            for name in entries:
                place = f"{steps[1]}.{name}"
                yield secret(manifest, "key", place, entries, name, literal=False)
        for number, one in enumerate(listed(entries)):
            name = inside(one, "secretKey")
            if isinstance(name, str):
                yield secret(manifest, "key", f"data.{name}", entries, number, literal=False)


def in_settings(manifest: Manifest) -> Iterator[LiteralSecret]:
    """Secrets among the entries of a ConfigMap; the files it holds are searched as texts."""
    entries = mapping(manifest.value.get("data"))
    for name, value in entries.items():
        kind = kind_of(name) if isinstance(value, str | int) else ""
        literal = written(str(value)) if kind and "\n" not in str(value) else None
        if literal is not None:
            yield secret(manifest, kind, f"data.{name}", entries, name, literal, str(value))


def in_environment(manifest: Manifest, pod: Mapping[str, Node]) -> Iterator[Observation]:
    """What the environment of containers says: secrets given or referred to, doors left open."""
    for container in containers(pod):
        of = clean(str(container.get("name", "")), 60)
        variables: list[Variable] = []
        for entry in listed(container.get("env")):
            name, value = mapping(entry).get("name"), mapping(entry).get("value")
            kind = kind_of(name) if isinstance(name, str) else ""
            if isinstance(name, str) and isinstance(value, str | int):
                where = manifest.where(entry, "value")
                place = Place(where["source"], where["line"])
                variables.append(Variable(name, environment.text(value), place))
            if not kind:
                continue
            called = f"{of}.{name}".removeprefix(".")
            if value is None and inside(entry, "valueFrom") is not None:
                yield secret(manifest, kind, called, entry, "valueFrom", literal=False)
            elif isinstance(value, str | int) and not isinstance(value, bool):
                text = str(value)
                literal = False if FILLED.search(text) else written(text)
                if literal is not None:
                    yield secret(manifest, kind, called, entry, "value", literal, text)
        key = f"{manifest.address} {of}".strip()
        for said in environment.said(variables, key, _image(container.get("image"))):
            yield replace(said, root=manifest.root)


def _image(image: Node) -> str:
    """The name of an image without registry, tag and digest."""
    text = str(image or "").partition("@")[0].rpartition("/")[2]
    return text.partition(":")[0].lower()


def _literal(value: str, *, encoded: bool = False) -> tuple[bool | None, str]:
    """Whether a value is the secret itself (none where nothing is written), and the secret."""
    text = value.strip()
    if SEALED.match(text):
        return False, ""
    if encoded:
        with suppress(binascii.Error, UnicodeDecodeError):  # bytes of a key, or not filled in yet
            text = base64.b64decode(text, validate=True).decode().strip()
        if SEALED.match(text):
            return False, ""
    return written(text), text


def secret(
    manifest: Manifest,
    kind: str,
    attribute: str,
    container: Node,
    key: str | int,
    literal: bool,
    value: str = "",
) -> LiteralSecret:
    """A place in a manifest where a secret is given; of `value` only digest and hint are kept."""
    where = manifest.where(container, key, attribute)
    return given(
        kind,
        where["key"],
        literal,
        where["source"],
        where["line"],
        value=value,
        attribute=attribute,
        root=manifest.root,
    )
