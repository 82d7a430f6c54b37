import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.check import Gap, Observation, Unknown
from rempart.collectors import repository
from rempart.collectors.repository import kubernetes
from rempart.collectors.repository.rows import rows
from rempart.documents import read
from rempart.observations.exposure import PublicEndpoint, Workload
from rempart.observations.sign_in import SignIn
from rempart.observations.transit import Transit
from rempart.observations.volumes import Volume
from rempart.transport.access import Access
from tests.manifests import (
    POD,
    RULES,
    SECRET,
    Seen,
    by_key,
    component,
    in_kind,
    manifest,
    seen,
    the,
)

EXAMPLES: list[dict[str, Any]] = read(Path(__file__).parent / "rows" / "kubernetes.yaml").value
TABLE = rows("kubernetes")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one['type']} {one['topic']}")
def test_each_row_tells_a_good_resource_from_a_bad_one(example: dict[str, Any]) -> None:
    kind, _, group = example["type"].partition(".")
    for outcome in ("good", "bad"):
        if outcome not in example:
            continue
        found = seen(manifest(kind, f"{group}/v1", spec=example[outcome]))
        match example["topic"]:
            case "transit":
                good = the(found, Transit).enforced
            case "public":
                good = not the(found, PublicEndpoint).public
            case _:
                good = the(found, SignIn).guarded
        assert good is (outcome == "good"), example[outcome]


def test_no_row_is_without_an_example() -> None:
    shown = {(one["type"], one["topic"]) for one in EXAMPLES}
    asked = {
        (type_, topic)
        for type_, of in TABLE.items()
        for row in of
        for topic, _ in row.topics()
        if not type_.startswith("kubernetes_")
    }
    assert asked - shown == set()


PROVIDER = [
    ("service", 'spec { type = "ClusterIP" }', None),
    ("service", 'spec { type = "LoadBalancer" }', False),
    ("service", 'spec { type = "NodePort" }', False),
    (
        "service",
        'metadata { annotations = { "networking.gke.io/load-balancer-type" = "Internal" } }\n'
        'spec { type = "LoadBalancer" }',
        True,
    ),
    (
        "service",
        'spec {\n type = "LoadBalancer"\n load_balancer_source_ranges = ["192.0.2.0/24"]\n}',
        True,
    ),
    ("ingress", "spec {}", False),
    ("ingress", 'spec {\n tls { secret_name = "s" }\n}', True),
    (
        "ingress",
        'metadata { annotations = { "nginx.ingress.kubernetes.io/ssl-redirect" = "false" } }\n'
        'spec {\n tls { secret_name = "s" }\n}',
        False,
    ),
    ("storage_class", 'storage_provisioner = "ebs.csi.aws.com"', False),
    (
        "storage_class",
        'storage_provisioner = "ebs.csi.aws.com"\nparameters = { encrypted = "true" }',
        True,
    ),
    ("storage_class", 'storage_provisioner = "pd.csi.storage.gke.io"', True),
]


@pytest.mark.parametrize(("kind", "body", "good"), PROVIDER)
def test_terraforms_provider_says_the_same(
    tmp_path: Path, kind: str, body: str, good: bool | None
) -> None:
    for version in ("", "_v1"):
        text = f'resource "kubernetes_{kind}{version}" "it" {{\n{body}\n}}\n'
        (tmp_path / "main.tf").write_text(text)
        subject = SimpleNamespace(id="infra", kind="repository", path=tmp_path)
        types = frozenset((PublicEndpoint, Transit, Volume))
        told = [
            one.public is False
            if isinstance(one, PublicEndpoint)
            else one.enforced
            if isinstance(one, Transit)
            else one.encrypted
            for one in repository.collect(subject, Access.offline(subject), types)
            if isinstance(one, PublicEndpoint | Transit | Volume)
        ]
        assert told == ([] if good is None else [good])


KINDS = (
    *("Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"),
    "ReplicationController",
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("pod", "reaches"),
    [
        ({}, ()),
        ({"hostNetwork": True, "hostPID": True}, ("hostNetwork", "hostPID")),
        ({"hostIPC": "yes"}, ("hostIPC",)),
        ({"volumes": [{"name": "a", "hostPath": {"path": "/etc"}}]}, ("hostPath /etc",)),
        (
            {"volumes": [{"name": "a", "hostPath": {"path": "/var/run/docker.sock"}}]},
            ("docker socket",),
        ),
        ({"volumes": [{"name": "a", "emptyDir": {}}]}, ()),
    ],
)
def test_ways_out_of_a_pod_are_named(
    kind: str, pod: dict[str, Any], reaches: tuple[str, ...]
) -> None:
    workload = the(seen(in_kind(kind, {**POD, **pod})), Workload)
    assert (workload.reaches, workload.key) == (reaches, f"{kind}/it")


@pytest.mark.parametrize(
    ("context", "reaches"),
    [
        ({"privileged": True}, ("privileged",)),
        ({"privileged": False}, ()),
        ({"capabilities": {"add": ["SYS_ADMIN", "NET_BIND_SERVICE"]}}, ("capability SYS_ADMIN",)),
        (
            {"capabilities": {"add": ["cap_sys_ptrace"], "drop": ["ALL"]}},
            ("capability SYS_PTRACE",),
        ),
        ({"capabilities": {"drop": ["ALL"]}}, ()),
    ],
)
def test_ways_out_of_a_container_are_named(
    context: dict[str, Any], reaches: tuple[str, ...]
) -> None:
    for place in ("containers", "initContainers"):
        pod = {**POD, place: [{"name": "x", "image": "x", "securityContext": context}]}
        assert the(seen(in_kind("Deployment", pod)), Workload).reaches == reaches


@pytest.mark.parametrize(
    ("pod", "own", "root"),
    [
        ({"runAsNonRoot": True}, {}, False),
        ({}, {"runAsNonRoot": True}, False),
        ({"runAsUser": 1000}, {}, False),
        ({"runAsUser": 1000}, {"runAsUser": 0}, True),
        ({"runAsUser": 0}, {}, True),
        ({"runAsNonRoot": True}, {"runAsNonRoot": False, "runAsUser": 0}, True),
    ],
)
def test_who_a_container_runs_as(pod: dict[str, Any], own: dict[str, Any], root: bool) -> None:
    container = {"name": "app", "securityContext": own}
    text = in_kind("Pod", {"containers": [container], "securityContext": pod})
    assert the(seen(text), Workload).as_root is root


def test_an_image_decides_who_it_runs_as_where_nothing_says() -> None:
    assert isinstance(the(seen(in_kind("Pod", POD)), Workload).as_root, Unknown)
    text = in_kind("Pod", {"containers": [{"securityContext": {"privileged": "${PRIVILEGED}"}}]})
    assert isinstance(the(seen(text), Workload).reaches, Unknown)


def test_a_workload_stands_on_the_line_that_decided() -> None:
    text = """apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Pod
  metadata: {name: a, namespace: claims}
  spec:
    containers:
    - name: app
      securityContext:
        privileged: true
---
apiVersion: v1
kind: Pod
metadata: {name: b}
spec: {containers: []}
"""
    workloads = by_key(seen(text), Workload)
    assert {key: one.line for key, one in workloads.items()} == {"Pod/claims/a": 11, "Pod/b": 13}


def test_two_objects_of_one_name_are_told_apart() -> None:
    text = "\n---\n".join([in_kind("Pod", POD)] * 2)
    assert set(by_key(seen(text), Workload)) == {"Pod/it", "Pod/it #2"}


OBJECTS = (
    in_kind("Deployment", {**POD, "hostPID": True}),
    component("etcd", "--cert-file=a", "--key-file=b"),
    manifest("Ingress", "networking.k8s.io/v1", spec={"rules": RULES}),
    manifest("Secret", stringData={"password": SECRET}),
    manifest("Service", spec={"type": "NodePort", "ports": [{"port": 6379}]}),
    manifest("StorageClass", "storage.k8s.io/v1", provisioner="csi.scaleway.com"),
    manifest("Kafka", "kafka.strimzi.io/v1", spec={"kafka": {"listeners": [{"tls": False}]}}),
)


def facts(found: Seen) -> list[tuple[str, ...]]:
    names = ("encrypted", "public", "enforced", "guarded", "reaches", "as_root", "literal", "ports")
    return sorted(
        (type(one).__name__, one.key, *(str(getattr(one, name, "")) for name in names))
        for one in found
    )


def block(node: Any, indent: int = 0) -> str:
    """The same in YAML's block style."""
    space = "  " * indent
    if isinstance(node, dict) and node:
        return "".join(f"\n{space}{json.dumps(k)}:{block(v, indent + 1)}" for k, v in node.items())
    if isinstance(node, list) and node:
        return "".join(f"\n{space}-{block(one, indent + 1)}" for one in node)
    return f" {json.dumps(node)}"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(OBJECTS), min_size=1, max_size=4, unique=True))
def test_streams_lists_and_styles_say_the_same(texts: list[str]) -> None:
    values = [json.loads(text) for text in texts]
    listed = {"apiVersion": "v1", "kind": "List", "items": values}
    expected = facts(seen("\n---\n".join(texts)))
    assert facts(seen(json.dumps(listed), "k8s/list.json")) == expected
    assert facts(seen("\n---".join(block(value) for value in values))) == expected
    assert facts(seen(block(listed).replace("\n", "\r\n"))) == expected


@pytest.mark.parametrize(
    "text", ["a: 1", "kind: Pod", "apiVersion: v1", "[]", "kind: [a]\napiVersion: 3", "---\n---\n"]
)
def test_other_documents_say_nothing(text: str) -> None:
    assert seen(text) == []


scalars = st.one_of(st.none(), st.booleans(), st.integers(-1, 70000), st.text("ab:/$-", max_size=6))
nodes = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["spec", "template", "containers", "env", "name", "value", "tls", "rules", "type"]
            ),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=12,
)
ALL = sorted(
    {
        *kubernetes.READERS,
        ("Pod", ""),
        ("CronJob", "batch"),
        ("Gateway", "gateway.networking.k8s.io"),
    }
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ALL), nodes, nodes, nodes)
def test_no_shape_of_an_object_stops_the_reader(
    kind: tuple[str, str], first: Any, second: Any, third: Any
) -> None:
    name, group = kind
    parts = {"spec": first, "data": second, "resources": third, "subjects": second}
    text = manifest(name, f"{group}/v1", **parts, parameters=first, provisioner="csi.scaleway.com")
    for one in seen(text, "k8s/a.json"):
        assert isinstance(one, Gap | Observation)
