from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.check import Gap, Observation
from rempart.collectors.repository.manifests import Surroundings
from rempart.observations.exposure import LiteralSecret, PublicEndpoint, Workload
from rempart.observations.sign_in import SignIn
from rempart.observations.transit import Transit

CHART = {"charts/app/Chart.yaml": "apiVersion: v2\nname: app\nversion: 1.0.0\n"}
TEMPLATE = """{{- if .Values.enabled }}
apiVersion: v1
kind: Pod
metadata:
  name: {{ include "app.fullname" . }}
spec:
  hostPID: true
  containers:
    {{- range .Values.containers }}
    - name: {{ .name }}
    {{- end }}
{{- end }}
"""
SECRET = "Tr0ub4dor-and-3"


def seen(files: dict[str, str]) -> list[Observation | Gap]:
    around = Surroundings(tuple(files))
    read = {path: around.read(path, text.encode()) for path, text in files.items()}
    return list(around.declared({path: of for path, of in read.items() if of}))


def values(text: str, name: str = "values.yaml") -> list[Observation | Gap]:
    return seen({**CHART, f"charts/app/{name}": text})


def told(found: list[Observation | Gap], type_: type[Observation], field: str) -> dict[str, Any]:
    return {
        one.key.partition(" ")[2]: getattr(one, field) for one in found if isinstance(one, type_)
    }


def test_a_template_says_nothing_and_is_no_error() -> None:
    for place in ("charts/app/templates/pod.yaml", "elsewhere/pod.yaml"):
        assert seen({**CHART, place: TEMPLATE}) == []


def test_a_template_that_would_parse_is_not_taken_for_an_object() -> None:
    text = 'apiVersion: v1\nkind: Pod\nspec: {hostPID: "{{ .Values.pid }}", containers: []}\n'
    assert seen({**CHART, "charts/app/templates/pod.yaml": text}) == []


def test_what_is_rendered_is_judged_as_it_stands() -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostPID: true, containers: []}\n"
    found = seen({**CHART, "rendered/app.yaml": text, "charts/app/templates/static.yaml": text})
    assert [one.reaches for one in found if isinstance(one, Workload)] == [("hostPID",)] * 2


@pytest.mark.parametrize("name", ["values.yaml", "values-prod.yaml", "prod.values.yml"])
def test_passwords_in_values_are_literal(name: str) -> None:
    text = f"""auth:
  password: {SECRET}
  existingSecret: ""
  existingSecretPasswordKey: password
postgresql:
  auth: {{postgresPassword: "", username: app}}
extraEnv:
  - {{name: DB_PASSWORD, value: {SECRET}}}
  - {{name: API_TOKEN, valueFrom: {{secretKeyRef: {{name: a, key: b}}}}}}
adminPassword: changeme
reference: {{password: "${{PASSWORD}}"}}
"""
    found = values(text, name)
    assert told(found, LiteralSecret, "literal") == {
        "auth.password": True,
        "extraEnv.DB_PASSWORD": True,
        "reference.password": False,
    }
    assert SECRET not in repr(found)
    assert next(one.line for one in found if isinstance(one, LiteralSecret)) == 2


def test_values_that_sops_keeps_are_sealed() -> None:
    text = (
        "auth: {password: 'ENC[AES256_GCM,data:abc,iv:d,tag:e,type:str]'}\n"
        "sops: {mac: 'ENC[AES256_GCM,data:x,iv:d,tag:e,type:str]', version: 3.9.0}\n"
    )
    assert told(values(text), LiteralSecret, "literal") == {"auth.password": False}


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("auth: {enabled: false}", {"auth": False}),
        ("auth: {enabled: true}", {"auth.enabled": True}),
        ("redis: {auth: {enabled: no}}", {"redis.auth": False}),
        ("usePassword: false", {"usePassword": False}),
        (
            "grafana.ini: {auth.anonymous: {enabled: true}, anonymous: {enabled: true}}",
            {"grafana.ini.anonymous.enabled": False, "grafana.ini.auth.anonymous.enabled": False},
        ),
        ("redis: {enabled: false, auth: {enabled: false}}", {}),
    ],
)
def test_sign_in_that_values_turn_off(text: str, guarded: dict[str, bool]) -> None:
    assert told(values(text), SignIn, "guarded") == guarded


@pytest.mark.parametrize(
    ("text", "enforced"),
    [
        ("tls: {enabled: true}", {"tls.enabled": True}),
        ("tls: {enabled: false}", {"tls": False}),
        ("ingress: {enabled: true, tls: []}", {"ingress": False}),
        ("ingress: {enabled: true, tls: [{hosts: [a], secretName: s}]}", {"ingress": True}),
        ("ingress: {enabled: true, tls: true}", {"ingress": True}),
        ("ingress: {enabled: false, tls: []}", {}),
        ("kafka: {enabled: false, tls: {enabled: false}}", {}),
    ],
)
def test_clear_text_in_values(text: str, enforced: dict[str, bool]) -> None:
    assert told(values(text), Transit, "enforced") == enforced


def test_services_that_values_put_outside() -> None:
    text = "service: {type: LoadBalancer}\nmetrics: {service: {type: ClusterIP}}\n"
    assert told(values(text), PublicEndpoint, "public") == {
        "service.type": True,
        "metrics.service.type": False,
    }


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\n"
        "spec: {values: {auth: {enabled: false}}}\n",
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n"
        "spec: {source: {helm: {valuesObject: {auth: {enabled: false}}}}}\n",
    ],
)
def test_values_of_a_release_are_read(text: str) -> None:
    assert list(told(seen({"a.yaml": text}), SignIn, "guarded").values()) == [False]


def test_values_with_holes_are_no_error() -> None:
    assert values("password: {{ .Values.x }}\n  - [") == []


def test_other_files_beside_a_chart_are_left_alone() -> None:
    assert seen({**CHART, "charts/app/notes.yaml": f"password: {SECRET}\n"}) == []


nodes = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(0, 9), st.sampled_from(["a", SECRET])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["auth", "enabled", "tls", "ingress", "service", "type", "password", "name"]
            ),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(nodes)
def test_no_shape_of_values_stops_the_reader(node: Any) -> None:
    import json

    for one in values(json.dumps(node)):
        assert isinstance(one, Gap | Observation)
