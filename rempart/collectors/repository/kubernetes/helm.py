"""Charts by the values they are installed with; their templates are never rendered.

Source: Helm documentation, charts and values files; values that the common charts (Bitnami,
ingress-nginx, Grafana) name alike; HelmRelease of Flux, Application of Argo CD.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from posixpath import dirname
from typing import Final

from rempart.check import Observation
from rempart.collectors.repository.kubernetes.objects import (
    Manifest,
    Node,
    Places,
    inside,
    listed,
    mapping,
    truth,
    written,
)
from rempart.collectors.repository.secrets.given import dull, given, kind_of
from rempart.collectors.repository.secrets.given import written as literal_of
from rempart.collectors.text import clean
from rempart.documents import Document
from rempart.observations.exposure import PublicEndpoint
from rempart.observations.sign_in import SignIn
from rempart.observations.transit import Transit

CHART: Final = "Chart.yaml"
VALUES: Final = re.compile(r"(?:.*[._-])?values(?:[._-].*)?\.ya?ml", re.I)
DEPTH: Final = 16
MOST: Final = 50_000  # values of one file
KINDS: Final = {"LoadBalancer": True, "NodePort": True, "ClusterIP": False, "None": False}


def charts(paths: Sequence[str]) -> set[str]:
    """The folders that hold a chart."""
    return {dirname(path) for path in paths if path.rpartition("/")[2] == CHART}


def is_values(path: str, folders: set[str]) -> bool:
    """Whether a file holds values: by its name, in a chart or anywhere as `values.yaml`."""
    name = path.rpartition("/")[2]
    return bool(VALUES.fullmatch(name)) and (dirname(path) in folders or name.startswith("values"))


def in_chart(path: str, folders: set[str]) -> bool:
    """Whether a file is a template of a chart."""
    return any(path.startswith(f"{folder}/templates/".lstrip("/")) for folder in folders)


def values(document: Document, path: str) -> Iterator[Observation]:
    """What a file of values says."""
    value = mapping(document.value)
    root = dirname(path)
    file = Manifest("", "", "", path, value, Places((path, document)), path, document.line, root)
    yield from _Values(file).judged(value, ())


def in_release(manifest: Manifest) -> Iterator[Observation]:
    """The values a release or application gives its chart."""
    for steps in (("spec", "values"), ("spec", "source", "helm", "valuesObject")):
        found = inside(manifest.value, *steps)
        if isinstance(found, dict):
            yield from _Values(manifest).judged(found, ())


class _Values:
    """Values of one chart, walked through; what is switched off is passed over."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        self._left = MOST

    def judged(self, node: Mapping[str, Node], above: tuple[str, ...]) -> Iterator[Observation]:
        """What a mapping and all below it say."""
        if len(above) > DEPTH or self._left <= 0 or (above and truth(node.get("enabled")) is False):
            yield from self._switched_off(node, above)
            return
        for key, value in node.items():
            self._left -= 1
            path = (*above, str(key))
            if isinstance(value, dict):
                yield from self._ingress(value, path)
                yield from self.judged(value, path)
            elif isinstance(value, list):
                yield from self._pairs(value, path)
            else:
                yield from self._one(node, key, value, path)

    def _switched_off(
        self, node: Mapping[str, Node], path: tuple[str, ...]
    ) -> Iterator[Observation]:
        """What is meant where the thing that is off is a guard itself."""
        name, key = path[-1] if path else "", ".".join(path)
        where = self._manifest.where(node, "enabled", key)
        if name in ("auth", "authentication") and len(path) < 4:
            yield SignIn("anonymous", False, f"{key}.enabled: false", **where)
        elif name in ("tls", "ssl") and len(path) < 4:
            yield Transit("chart", False, f"{key}.enabled: false", **where)

    def _one(
        self, node: Mapping[str, Node], key: str, value: Node, path: tuple[str, ...]
    ) -> Iterator[Observation]:
        named = ".".join(path)
        where = self._manifest.where(node, key, named)
        tail = tuple(named.split(".")[-2:])  # some keys hold dots themselves
        if tail == ("service", "type") and value in KINDS:
            yield PublicEndpoint("service", KINDS[value], written(named, value), **where)
        elif tail in (("auth", "enabled"), ("authentication", "enabled")) and truth(value) is True:
            yield SignIn("anonymous", True, written(named, value), **where)
        elif tail in (("tls", "enabled"), ("ssl", "enabled")) and truth(value) is True:
            yield Transit("chart", True, written(named, value), **where)
        elif tail == ("anonymous", "enabled") or tail[-1:] == ("allowAnonymous",):
            if truth(value) is True:
                yield SignIn("anonymous", False, written(named, value), **where)
        elif tail[-1:] == ("usePassword",) and truth(value) is False:
            yield SignIn("anonymous", False, written(named, value), **where)
        elif kind := kind_of(str(key)):
            yield from self._secret(kind, value, where, named)

    def _secret(
        self, kind: str, value: Node, where: Mapping[str, object], named: str
    ) -> Iterator[Observation]:
        if not isinstance(value, str | int) or isinstance(value, bool):
            return
        text = str(value)
        literal = literal_of(text)
        if literal is None or (kind != "password" and literal and dull(text)):
            return
        path, line = str(where["source"]), int(str(where["line"]))
        root = self._manifest.root
        yield given(
            kind, str(where["key"]), literal, path, line, value=text, attribute=named, root=root
        )

    def _ingress(self, node: Mapping[str, Node], path: tuple[str, ...]) -> Iterator[Observation]:
        """An ingress that is on: whether it has TLS."""
        if path[-1] != "ingress" or truth(node.get("enabled")) is not True or "tls" not in node:
            return
        tls, key = node["tls"], ".".join(path)
        enforced = bool(tls) if isinstance(tls, list | dict) else truth(tls) is True
        words = f"{key}.tls: {'is there' if enforced else 'none'}"
        yield Transit("ingress", enforced, words, **self._manifest.where(node, "tls", key))

    def _pairs(self, value: list[Node], path: tuple[str, ...]) -> Iterator[Observation]:
        """Lists of name and value, and what lies in other lists."""
        for number, one in enumerate(listed(value)):
            name = mapping(one).get("name")
            if isinstance(name, str) and isinstance(mapping(one).get("value"), str | int):
                kind = kind_of(name)
                named = f"{'.'.join(path)}.{clean(name, 80)}"
                if kind:
                    where = self._manifest.where(one, "value", named)
                    yield from self._secret(kind, one["value"], where, named)
            elif isinstance(one, dict):
                yield from self.judged(one, (*path, str(number)))
