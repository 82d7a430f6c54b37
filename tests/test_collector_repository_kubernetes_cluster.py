import base64
import json
from typing import Any

import pytest

from rempart.check import Unknown
from rempart.collectors.repository.kubernetes.storage import table as drivers
from rempart.observations.datastores import DataStore
from rempart.observations.exposure import LiteralSecret, OpenPort
from rempart.observations.sign_in import SignIn
from rempart.observations.transit import PeerVerification, Transit
from rempart.observations.volumes import Volume
from tests.manifests import (
    by_key,
    component,
    in_kind,
    manifest,
    seen,
    the,
)


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
