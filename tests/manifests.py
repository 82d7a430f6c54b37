"""Kubernetes manifests as tests write them, and what a reader makes of them."""

import json
from typing import Any

from rempart.check import Gap, Observation
from rempart.collectors.repository import kubernetes
from rempart.documents import Limits, every

Seen = list[Observation | Gap]
POD = {"containers": [{"name": "app", "image": "app:1"}]}
SECRET = "Tr0ub4dor-and-3"
RULES = [{"host": "a.payer.example"}, {"host": "b.payer.example"}]


def seen(text: str, path: str = "k8s/app.yaml") -> Seen:
    documents = every(text, path, limits=Limits(aliases=True), tagged=True)
    return list(kubernetes.declared({path: documents}))


def manifest(kind: str, version: str = "v1", /, name: str = "it", **parts: Any) -> str:
    value = {"apiVersion": version, "kind": kind, "metadata": {"name": name}, **parts}
    return json.dumps(value)


def by_key(found: Seen, type_: type[Observation]) -> dict[str, Any]:
    return {item.key: item for item in found if type(item) is type_}


def the(found: Seen, type_: type[Observation]) -> Any:
    (one,) = by_key(found, type_).values()
    return one


def in_kind(kind: str, pod: dict[str, Any]) -> str:
    template: dict[str, Any] = {"template": {"spec": pod}}
    match kind:
        case "Pod":
            return manifest("Pod", spec=pod)
        case "CronJob":
            return manifest(kind, "batch/v1", spec={"jobTemplate": {"spec": template}})
        case "Job":
            return manifest(kind, "batch/v1", spec=template)
        case "ReplicationController":
            return manifest(kind, spec=template)
    return manifest(kind, "apps/v1", spec=template)


def component(name: str, *flags: str, part: str = "command") -> str:
    container = {"name": name, "image": f"registry.k8s.io/{name}:v1", "command": [name]}
    if part == "command":
        container["command"] = [name, *flags]
    else:
        container["args"] = list(flags)
    return in_kind("Pod", {"containers": [container]})
