from typing import Any

import pytest

from rempart.check import Unknown
from rempart.observations.exposure import OpenPort, PublicEndpoint
from rempart.observations.tls import TlsVersion
from rempart.observations.transit import Transit
from tests.manifests import RULES, by_key, manifest, seen, the


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
