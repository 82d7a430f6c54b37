import base64

from rempart.observations.exposure import LiteralSecret
from rempart.observations.sign_in import SignIn
from tests.manifests import (
    SECRET,
    by_key,
    in_kind,
    manifest,
    seen,
    the,
)


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
