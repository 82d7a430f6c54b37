import base64
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
from rempart.collectors.repository.kubernetes.storage import table as drivers
from rempart.collectors.repository.rows import rows
from rempart.documents import Limits, every, read
from rempart.observations.datastores import DataStore
from rempart.observations.exposure import LiteralSecret, OpenPort, PublicEndpoint, Workload
from rempart.observations.sign_in import SignIn
from rempart.observations.tls import TlsVersion
from rempart.observations.transit import PeerVerification, Transit
from rempart.observations.volumes import Volume
from rempart.transport.access import Access

EXAMPLES: list[dict[str, Any]] = read(Path(__file__).parent / "rows" / "kubernetes.yaml").value
TABLE = rows("kubernetes")
Seen = list[Observation | Gap]


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


# --- workloads

POD = {"containers": [{"name": "app", "image": "app:1"}]}


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


# --- services and ingresses


@pytest.mark.parametrize(
    ("spec", "notes", "public"),
    [
        ({"type": "LoadBalancer"}, {}, True),
        ({"type": "NodePort"}, {}, True),
        ({"type": "LoadBalancer", "loadBalancerSourceRanges": ["192.0.2.0/24"]}, {}, False),
        ({"type": "LoadBalancer", "loadBalancerSourceRanges": ["0.0.0.0/0"]}, {}, True),
        (
            {"type": "LoadBalancer"},
            {"service.beta.kubernetes.io/aws-load-balancer-internal": "true"},
            False,
        ),
        (
            {"type": "LoadBalancer"},
            {"service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing"},
            True,
        ),
        ({"type": "LoadBalancer"}, {"networking.gke.io/load-balancer-type": "Internal"}, False),
        (
            {"type": "LoadBalancer"},
            {"service.beta.kubernetes.io/azure-load-balancer-internal": "false"},
            True,
        ),
        ({"externalIPs": ["10.0.0.1"]}, {}, False),
        ({"externalIPs": ["8.8.8.8"]}, {}, True),
    ],
)
def test_who_reaches_a_service(spec: dict[str, Any], notes: dict[str, str], public: bool) -> None:
    text = manifest("Service", spec=spec, metadata={"name": "it", "annotations": notes})
    assert the(seen(text), PublicEndpoint).public is public


def test_a_service_inside_the_cluster_says_nothing() -> None:
    for spec in ({}, {"type": "ClusterIP"}, {"type": "ExternalName", "externalName": "x"}):
        assert seen(manifest("Service", spec=spec)) == []


def test_a_database_behind_a_load_balancer_is_an_open_port() -> None:
    ports = [{"port": 15432, "targetPort": 5432}, {"port": 443}]
    text = manifest("Service", spec={"type": "LoadBalancer", "ports": ports})
    port = the(seen(text), OpenPort)
    assert (port.use, port.ports, port.public) == ("data", ("5432 PostgreSQL",), True)
    spec = {"type": "LoadBalancer", "ports": ports, "loadBalancerSourceRanges": ["10.0.0.0/8"]}
    assert by_key(seen(manifest("Service", spec=spec)), OpenPort) == {}


RULES = [{"host": "a.payer.example"}, {"host": "b.payer.example"}]


@pytest.mark.parametrize(
    ("spec", "notes", "enforced"),
    [
        ({"rules": RULES}, {}, False),
        ({"rules": RULES, "tls": [{"hosts": ["a.payer.example"]}]}, {}, False),
        ({"rules": RULES, "tls": [{"hosts": ["a.payer.example", "b.payer.example"]}]}, {}, True),
        ({"rules": RULES, "tls": [{"hosts": ["*.payer.example"]}]}, {}, True),
        ({"rules": RULES, "tls": [{"secretName": "s"}]}, {}, True),
        (
            {"rules": RULES, "tls": [{"secretName": "s"}]},
            {"nginx.ingress.kubernetes.io/ssl-redirect": "false"},
            False,
        ),
        (
            {"rules": RULES, "tls": [{"secretName": "s"}], "ingressClassName": "gce"},
            {"kubernetes.io/ingress.allow-http": "false"},
            True,
        ),
        ({"rules": RULES, "tls": [{}], "ingressClassName": "gce"}, {}, False),
        (
            {"rules": RULES},
            {
                "alb.ingress.kubernetes.io/listen-ports": '[{"HTTP": 80}, {"HTTPS": 443}]',
                "alb.ingress.kubernetes.io/ssl-redirect": "443",
            },
            True,
        ),
        (
            {"rules": RULES},
            {"alb.ingress.kubernetes.io/listen-ports": '[{"HTTP": 80}, {"HTTPS": 443}]'},
            False,
        ),
        ({"rules": RULES}, {"alb.ingress.kubernetes.io/scheme": "internal"}, False),
    ],
)
def test_clear_text_at_an_ingress(
    spec: dict[str, Any], notes: dict[str, str], enforced: bool
) -> None:
    metadata = {"name": "it", "annotations": notes}
    text = manifest("Ingress", "networking.k8s.io/v1", spec=spec, metadata=metadata)
    assert the(seen(text), Transit).enforced is enforced


def test_a_gateway_in_clear_is_good_where_a_route_leads_to_tls() -> None:
    listeners = [{"name": "web", "protocol": "HTTP"}, {"name": "tls", "protocol": "HTTPS"}]
    gateway = manifest("Gateway", "gateway.networking.k8s.io/v1", spec={"listeners": listeners})
    assert the(seen(gateway), Transit).enforced is False
    rules = [{"filters": [{"type": "RequestRedirect", "requestRedirect": {"scheme": "https"}}]}]
    for parent in ({"name": "it", "sectionName": "web"}, {"name": "it"}):
        spec = {"parentRefs": [parent], "rules": rules}
        route = manifest("HTTPRoute", "gateway.networking.k8s.io/v1", spec=spec)
        assert the(seen(f"{gateway}\n---\n{route}"), Transit).enforced is True


@pytest.mark.parametrize(
    ("kind", "version", "spec", "enforced"),
    [
        ("Route", "route.openshift.io/v1", {}, False),
        ("Route", "route.openshift.io/v1", {"tls": {"termination": "edge"}}, True),
        (
            "Route",
            "route.openshift.io/v1",
            {"tls": {"termination": "edge", "insecureEdgeTerminationPolicy": "Allow"}},
            False,
        ),
        ("PeerAuthentication", "security.istio.io/v1", {"mtls": {"mode": "STRICT"}}, True),
        ("PeerAuthentication", "security.istio.io/v1", {"mtls": {"mode": "PERMISSIVE"}}, False),
        (
            "PeerAuthentication",
            "security.istio.io/v1",
            {"mtls": {"mode": "STRICT"}, "portLevelMtls": {"80": {"mode": "DISABLE"}}},
            False,
        ),
        (
            "DestinationRule",
            "networking.istio.io/v1",
            {"trafficPolicy": {"tls": {"mode": "DISABLE"}}},
            False,
        ),
        (
            "Gateway",
            "networking.istio.io/v1",
            {"servers": [{"port": {"protocol": "HTTP"}, "tls": {"httpsRedirect": True}}]},
            True,
        ),
        ("Gateway", "networking.istio.io/v1", {"servers": [{"port": {"protocol": "HTTP"}}]}, False),
        ("HTTPProxy", "projectcontour.io/v1", {"virtualhost": {"fqdn": "a"}}, False),
        (
            "HTTPProxy",
            "projectcontour.io/v1",
            {"virtualhost": {"fqdn": "a", "tls": {"secretName": "s"}}},
            True,
        ),
    ],
)
def test_other_front_doors(kind: str, version: str, spec: dict[str, Any], enforced: bool) -> None:
    assert the(seen(manifest(kind, version, spec=spec)), Transit).enforced is enforced


def test_what_is_inherited_in_a_mesh_is_not_known() -> None:
    text = manifest("PeerAuthentication", "security.istio.io/v1", spec={"mtls": {"mode": "UNSET"}})
    assert isinstance(the(seen(text), Transit).enforced, Unknown)


@pytest.mark.parametrize(
    "text",
    [
        manifest("ConfigMap", data={"ssl-protocols": "TLSv1.1 TLSv1.2"}),
        manifest("TLSOption", "traefik.io/v1alpha1", spec={"minVersion": "VersionTLS11"}),
        manifest(
            "HTTPProxy",
            "projectcontour.io/v1",
            spec={"virtualhost": {"fqdn": "a", "tls": {"minimumProtocolVersion": "1.1"}}},
        ),
        manifest(
            "Gateway",
            "networking.istio.io/v1",
            spec={"servers": [{"tls": {"minProtocolVersion": "TLSV1_1"}}]},
        ),
        manifest(
            "KubeletConfiguration", "kubelet.config.k8s.io/v1beta1", tlsMinVersion="VersionTLS11"
        ),
    ],
)
def test_old_versions_of_tls_are_seen(text: str) -> None:
    offered = {one.version: one.offered for one in by_key(seen(text), TlsVersion).values()}
    assert (offered["TLSv1"], offered["TLSv1.1"], offered["TLSv1.2"]) == (False, True, True)


# --- storage


@pytest.mark.parametrize("driver", drivers().drivers, ids=lambda one: one.provisioners[0])
def test_each_driver_tells_encrypted_volumes_from_clear_ones(driver: Any) -> None:
    for provisioner in driver.provisioners:
        plain = manifest("StorageClass", "storage.k8s.io/v1", provisioner=provisioner)
        found = the(seen(plain), Volume).encrypted
        assert found is driver.default or isinstance(found, Unknown)
        for word, fact in (driver.words or {"true": True, "false": False}).items():
            if driver.encrypted:
                parameters = {driver.encrypted: f"x-{word}" if driver.words else word}
                text = manifest(
                    "StorageClass",
                    "storage.k8s.io/v1",
                    provisioner=provisioner,
                    parameters=parameters,
                )
                assert the(seen(text), Volume).encrypted is fact
        if driver.key and driver.default is True:
            text = manifest(
                "StorageClass",
                "storage.k8s.io/v1",
                provisioner=provisioner,
                parameters={driver.key: "k"},
            )
            volume = the(seen(text), Volume)
            assert (volume.key_holder, volume.key_name) == ("customer", "k")


def test_claims_are_as_encrypted_as_their_class() -> None:
    texts = [
        manifest("StorageClass", "storage.k8s.io/v1", name="fast", provisioner="ebs.csi.aws.com"),
        manifest(
            "StorageClass",
            "storage.k8s.io/v1",
            name="safe",
            provisioner="ebs.csi.aws.com",
            parameters={"encrypted": "true", "kmsKeyId": "arn:k"},
        ),
        manifest("PersistentVolumeClaim", name="a", spec={"storageClassName": "fast"}),
        manifest("PersistentVolumeClaim", name="b", spec={"storageClassName": "safe"}),
        manifest("PersistentVolumeClaim", name="c", spec={"storageClassName": "elsewhere"}),
        manifest("PersistentVolumeClaim", name="d", spec={}),
        manifest(
            "PersistentVolumeClaim", name="e", spec={"storageClassName": "csi-cinder-classic"}
        ),
        manifest(
            "StatefulSet",
            "apps/v1",
            spec={
                "volumeClaimTemplates": [
                    {"metadata": {"name": "data"}, "spec": {"storageClassName": "fast"}}
                ]
            },
        ),
    ]
    found = by_key(seen("\n---\n".join(texts)), Volume)
    told = {key: one.encrypted for key, one in found.items()}
    assert told["PersistentVolumeClaim/a"] is False
    assert told["PersistentVolumeClaim/b"] is True
    assert found["PersistentVolumeClaim/b"].key_holder == "customer"
    assert told["PersistentVolumeClaim/e"] is False
    assert told["StatefulSet/it data"] is False
    assert isinstance(told["PersistentVolumeClaim/c"], Unknown)
    assert isinstance(told["PersistentVolumeClaim/d"], Unknown)


def configuration(*providers: dict[str, Any], resources: tuple[str, ...] = ("secrets",)) -> str:
    entry = {"resources": list(resources), "providers": list(providers)}
    version = "apiserver.config.k8s.io/v1"
    return json.dumps(
        {"apiVersion": version, "kind": "EncryptionConfiguration", "resources": [entry]}
    )


@pytest.mark.parametrize(
    ("text", "encrypted"),
    [
        (configuration({"kms": {"name": "k"}}, {"identity": {}}), True),
        (configuration({"identity": {}}, {"aescbc": {"keys": []}}), False),
        (configuration({"aescbc": {"keys": []}}, resources=("configmaps",)), False),
        (configuration({"secretbox": {"keys": []}}, resources=("*.*",)), True),
        (configuration(), False),
    ],
)
def test_the_first_provider_writes_secrets(text: str, encrypted: bool) -> None:
    assert the(seen(text), DataStore).encrypted is encrypted


def test_the_key_of_secrets_lies_in_their_configuration() -> None:
    key = base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
    found = seen(configuration({"aescbc": {"keys": [{"name": "k1", "secret": key}]}}))
    assert the(found, LiteralSecret).literal is True
    assert key not in repr(found)


# --- flags of the cluster's components


def component(name: str, *flags: str, part: str = "command") -> str:
    container = {"name": name, "image": f"registry.k8s.io/{name}:v1", "command": [name]}
    if part == "command":
        container["command"] = [name, *flags]
    else:
        container["args"] = list(flags)
    return in_kind("Pod", {"containers": [container]})


@pytest.mark.parametrize("part", ["command", "args"])
@pytest.mark.parametrize(
    ("flags", "guarded"),
    [
        (("--anonymous-auth=false",), True),
        (("--anonymous-auth=true",), False),
        (("--anonymous-auth", "false"), True),
        (("--anonymous-auth=false", "--authorization-mode=AlwaysAllow"), False),
        (("--authorization-mode=Node,RBAC", "--anonymous-auth=false"), True),
    ],
)
def test_anonymous_requests_to_an_api_server(
    flags: tuple[str, ...], guarded: bool, part: str
) -> None:
    assert the(seen(component("kube-apiserver", *flags, part=part)), SignIn).guarded is guarded


def test_flags_that_are_absent() -> None:
    found = seen(component("kube-apiserver"))
    assert isinstance(the(found, SignIn).guarded, Unknown)
    assert the(found, DataStore).encrypted is False
    named = seen(component("kube-apiserver", "--encryption-provider-config=/etc/e.yaml"))
    assert isinstance(the(named, DataStore).encrypted, Unknown)
    assert the(seen(component("kubelet")), SignIn).guarded is False
    assert isinstance(the(seen(component("kubelet", "--config=/k.yaml")), SignIn).guarded, Unknown)


def test_static_passwords_and_tokens_never_expire() -> None:
    accounts = "--service-account-lookup=false"
    for flag in ("--basic-auth-file=/p.csv", "--token-auth-file=/t.csv", accounts):
        ways = [one for one in seen(component("kube-apiserver", flag)) if isinstance(one, SignIn)]
        assert [one.guarded for one in ways if one.kind == "long_lived"] == [False]


@pytest.mark.parametrize(
    ("name", "flags", "enforced"),
    [
        ("kube-apiserver", ("--insecure-port=8080",), False),
        ("kube-apiserver", ("--kubelet-https=false",), False),
        (
            "kube-apiserver",
            ("--insecure-port=0", "--tls-cert-file=a", "--tls-private-key-file=b"),
            True,
        ),
        ("kube-apiserver", ("--secure-port=0",), False),
        ("kube-apiserver", ("--tls-cert-file=a",), False),
        ("kubelet", ("--read-only-port=10255",), False),
        ("etcd", (), False),
        ("etcd", ("--cert-file=a", "--key-file=b"), True),
        ("etcd", ("--cert-file=a", "--key-file=b", "--peer-cert-file=c"), False),
        (
            "etcd",
            ("--cert-file=a", "--key-file=b", "--listen-client-urls=http://10.0.0.1:2379"),
            False,
        ),
        (
            "etcd",
            ("--cert-file=a", "--key-file=b", "--listen-client-urls=http://127.0.0.1:2379"),
            True,
        ),
    ],
)
def test_clear_text_between_components(name: str, flags: tuple[str, ...], enforced: bool) -> None:
    assert the(seen(component(name, *flags)), Transit).enforced is enforced


@pytest.mark.parametrize(
    ("flags", "guarded"),
    [
        ((), False),
        (("--client-cert-auth=true",), True),
        (("--client-cert-auth",), True),
        (("--client-cert-auth=true", "--peer-client-cert-auth=false"), False),
    ],
)
def test_who_asks_etcd_shows_a_certificate(flags: tuple[str, ...], guarded: bool) -> None:
    assert the(seen(component("etcd", *flags)), SignIn).guarded is guarded


def test_certificates_that_nobody_looks_at() -> None:
    texts = (
        component("metrics-server", "--kubelet-insecure-tls"),
        component("etcd", "--peer-auto-tls=true"),
        manifest("APIService", "apiregistration.k8s.io/v1", spec={"insecureSkipTLSVerify": True}),
    )
    for text in texts:
        assert the(seen(text), PeerVerification).verified is False
    for text in (component("metrics-server"), component("etcd", "--auto-tls=false")):
        assert by_key(seen(text), PeerVerification) == {}


def test_a_port_of_the_machine_is_open_to_it() -> None:
    port: dict[str, Any] = {"containerPort": 6379, "hostPort": 16379}
    found = seen(in_kind("DaemonSet", {"containers": [{"name": "c", "ports": [port]}]}))
    assert (the(found, OpenPort).ports, the(found, OpenPort).public) == (("6379 Redis",), True)
    port["hostIP"] = "127.0.0.1"
    found = seen(in_kind("DaemonSet", {"containers": [{"name": "c", "ports": [port]}]}))
    assert the(found, OpenPort).public is False


def test_the_kubelets_own_file() -> None:
    version = "kubelet.config.k8s.io/v1beta1"
    opened = {"anonymous": {"enabled": True}}
    assert the(seen(manifest("KubeletConfiguration", version)), SignIn).guarded is True
    text = manifest("KubeletConfiguration", version, authentication=opened)
    assert the(seen(text), SignIn).guarded is False
    text = manifest("KubeletConfiguration", version, authorization={"mode": "AlwaysAllow"})
    assert the(seen(text), SignIn).guarded is False
    text = manifest("KubeletConfiguration", version, readOnlyPort=10255)
    assert the(seen(text), Transit).enforced is False


@pytest.mark.parametrize(
    "arguments",
    [{"anonymous-auth": "false"}, [{"name": "anonymous-auth", "value": "false"}]],
)
def test_kubeadm_passes_arguments_on(arguments: Any) -> None:
    text = manifest(
        "ClusterConfiguration", "kubeadm.k8s.io/v1beta4", apiServer={"extraArgs": arguments}
    )
    assert the(seen(text), SignIn).guarded is True


@pytest.mark.parametrize(
    ("subject", "role", "kind"),
    [
        ({"kind": "User", "name": "system:anonymous"}, "view", "anonymous"),
        ({"kind": "Group", "name": "system:unauthenticated"}, "cluster-admin", "anonymous"),
        ({"kind": "ServiceAccount", "name": "default"}, "cluster-admin", "shared"),
    ],
)
def test_roles_for_whoever_comes(subject: dict[str, str], role: str, kind: str) -> None:
    for binding in ("RoleBinding", "ClusterRoleBinding"):
        text = manifest(
            binding,
            "rbac.authorization.k8s.io/v1",
            subjects=[{"kind": "User", "name": "jane"}, subject],
            roleRef={"kind": "ClusterRole", "name": role},
        )
        way = the(seen(text), SignIn)
        assert (way.kind, way.guarded) == (kind, False)


def test_roles_for_people_say_nothing() -> None:
    text = manifest(
        "ClusterRoleBinding",
        "rbac.authorization.k8s.io/v1",
        subjects=[{"kind": "Group", "name": "system:unauthenticated"}],
        roleRef={"kind": "ClusterRole", "name": "system:public-info-viewer"},
    )
    assert seen(text) == []


# --- secrets

SECRET = "Tr0ub4dor-and-3"


def literals(text: str) -> dict[str, bool]:
    found = by_key(seen(text), LiteralSecret)
    assert SECRET not in repr(found)
    return {key: one.literal for key, one in found.items()}


def test_entries_of_a_secret_are_literal() -> None:
    encoded = base64.b64encode(SECRET.encode()).decode()
    text = manifest(
        "Secret",
        data={"password": encoded, "username": "YWRtaW4=", "ca.crt": "LS0tLQ=="},
        stringData={"session": SECRET, "url": "", "other": "${OTHER}", "host": "db"},
    )
    assert literals(text) == {
        "Secret/it data.password": True,
        "Secret/it stringData.session": True,
        "Secret/it stringData.other": False,
    }
    text = manifest(
        "Secret", type="kubernetes.io/tls", data={"tls.key": encoded, "tls.crt": encoded}
    )
    assert literals(text) == {"Secret/it data.tls.key": True}


def test_sealed_secrets_are_what_they_are() -> None:
    sops = {"mac": "ENC[AES256_GCM,data:x]"}
    value = "ENC[AES256_GCM,data:abc,iv:d,tag:e,type:str]"
    text = manifest("Secret", stringData={"password": value}, sops=sops)
    assert literals(text) == {"Secret/it stringData.password": False}
    text = manifest("SealedSecret", "bitnami.com/v1alpha1", spec={"encryptedData": {"pw": "AgBy"}})
    assert literals(text) == {"SealedSecret/it encryptedData.pw": False}
    data = [{"secretKey": "pw", "remoteRef": {"key": "a"}}]
    text = manifest("ExternalSecret", "external-secrets.io/v1", spec={"data": data})
    assert literals(text) == {"ExternalSecret/it data.pw": False}


def test_the_environment_of_a_container() -> None:
    environment = [
        {"name": "DB_PASSWORD", "value": SECRET},
        {"name": "API_TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "t"}}},
        {"name": "OTHER_PASSWORD", "value": "$(DB_PASSWORD)"},
        {"name": "HOST", "value": "db"},
        {"name": "EMPTY_PASSWORD", "value": ""},
    ]
    text = in_kind("Deployment", {"containers": [{"name": "app", "env": environment}]})
    assert literals(text) == {
        "Deployment/it app.DB_PASSWORD": True,
        "Deployment/it app.API_TOKEN": False,
        "Deployment/it app.OTHER_PASSWORD": False,
    }


def test_doors_that_the_environment_leaves_open() -> None:
    environment = [{"name": "POSTGRES_HOST_AUTH_METHOD", "value": "trust"}]
    text = in_kind(
        "Pod", {"containers": [{"name": "db", "image": "postgres:17", "env": environment}]}
    )
    way = the(seen(text), SignIn)
    assert (way.key, way.kind, way.guarded) == ("Pod/it db", "anonymous", False)


def test_entries_of_a_config_map() -> None:
    text = manifest("ConfigMap", data={"DB_PASSWORD": SECRET, "HOST": "db", "API_KEY": "changeme"})
    assert literals(text) == {"ConfigMap/it data.DB_PASSWORD": True}


# --- the same object written another way, and what is none

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
