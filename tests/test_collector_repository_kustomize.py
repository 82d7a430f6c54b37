from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.check import Gap, Observation
from rempart.collectors.repository.kubernetes.merging import Merger
from rempart.collectors.repository.kubernetes.objects import Places
from rempart.collectors.repository.manifests import Surroundings
from rempart.errors import Reason
from rempart.observations.exposure import LiteralSecret, Workload
from rempart.observations.sign_in import SignIn

DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
  labels: {tier: web}
spec:
  template:
    spec:
      hostPID: true
      containers:
        - name: app
          image: app:1
          securityContext: {privileged: true}
        - name: sidecar
          image: sidecar:1
"""
BASE = {
    "base/kustomization.yaml": "resources: [app.yaml]\n",
    "base/app.yaml": DEPLOYMENT,
}


def seen(files: dict[str, str]) -> list[Observation | Gap]:
    around = Surroundings(tuple(files))
    read = {path: around.read(path, text.encode()) for path, text in files.items()}
    return list(around.declared({path: of for path, of in read.items() if of}))


def workloads(files: dict[str, str]) -> dict[tuple[str, str], Any]:
    found = [one for one in seen(files) if isinstance(one, Workload)]
    return {(one.root, one.key): one for one in found}


def overlay(text: str, **more: str) -> dict[str, str]:
    others = {f"prod/{name.replace('_', '.')}": content for name, content in more.items()}
    return {**BASE, "prod/kustomization.yaml": f"resources: [../base]\n{text}", **others}


def test_a_base_is_judged_once_where_nothing_takes_it() -> None:
    found = workloads(BASE)
    assert set(found) == {("base", "Deployment/app")}
    assert found["base", "Deployment/app"].reaches == ("hostPID", "privileged")


def test_each_overlay_is_judged_and_its_base_is_not() -> None:
    files = {**overlay("namespace: prod\n"), "dev/kustomization.yaml": "bases: [../base]\n"}
    assert set(workloads(files)) == {("prod", "Deployment/prod/app"), ("dev", "Deployment/app")}


PATCH = """apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  template:
    spec:
      hostPID: null
      containers:
        - name: app
          securityContext:
            privileged: false
"""
JSON_PATCH = """- op: replace
  path: /spec/template/spec/containers/0/securityContext/privileged
  value: false
- {op: remove, path: /spec/template/spec/hostPID}
"""
INDENTED = JSON_PATCH.replace("\n", "\n      ").rstrip()
WAYS = {
    "merge by name": overlay("patchesStrategicMerge: [patch.yaml]\n", patch_yaml=PATCH),
    "merge by path": overlay("patches: [{path: patch.yaml}]\n", patch_yaml=PATCH),
    "merge by target": overlay(
        "patches: [{path: patch.yaml, target: {kind: Deployment, name: a.*}}]\n", patch_yaml=PATCH
    ),
    "json by path": overlay(
        "patchesJson6902: [{target: {kind: Deployment, name: app}, path: patch.yaml}]\n",
        patch_yaml=JSON_PATCH,
    ),
    "json inline": overlay(
        "patches:\n  - target: {kind: Deployment, labelSelector: tier=web}\n    patch: |\n      "
        + INDENTED
        + "\n"
    ),
    "merge inline": overlay(
        "patches:\n  - patch: |\n      " + PATCH.replace("\n", "\n      ").rstrip() + "\n"
    ),
}


@pytest.mark.parametrize("files", WAYS.values(), ids=WAYS)
def test_every_way_to_patch_comes_to_the_same(files: dict[str, str]) -> None:
    ((place, found),) = workloads(files).items()
    assert place == ("prod", "Deployment/app")
    assert found.reaches == ()


def test_what_a_patch_opens_stands_in_the_patch() -> None:
    patch = PATCH.replace("null", "true").replace("privileged: false", "privileged: true")
    (found,) = workloads(overlay("patches: [{path: p.yaml}]\n", p_yaml=patch)).values()
    assert found.reaches == ("hostPID", "privileged")
    assert (found.source, found.line) == ("prod/p.yaml", 7)


def test_a_patch_for_another_object_changes_nothing() -> None:
    for target in ("{kind: StatefulSet}", "{name: other}", "{kind: Deployment, name: ap}"):
        files = overlay(f"patches: [{{path: p.yaml, target: {target}}}]\n", p_yaml=JSON_PATCH)
        (found,) = workloads(files).values()
        assert found.reaches == ("hostPID", "privileged")


def test_a_patch_may_take_an_object_or_a_container_away() -> None:
    head = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\n"
    assert workloads(overlay("patches: [{path: p.yaml}]\n", p_yaml=f"{head}$patch: delete\n")) == {}
    less = f"{head}spec: {{template: {{spec: {{containers: [{{name: app, $patch: delete}}]}}}}}}\n"
    (found,) = workloads(overlay("patches: [{path: p.yaml}]\n", p_yaml=less)).values()
    assert found.reaches == ("hostPID",)


def test_prefixes_are_part_of_the_name() -> None:
    ((_, key),) = workloads(overlay("namePrefix: prod-\nnameSuffix: -v2\n"))
    assert key == "Deployment/prod-app-v2"


def test_literals_of_generators_are_secrets() -> None:
    text = """secretGenerator:
  - name: db
    literals:
      - password=Tr0ub4dor-and-3
      - username=admin
      - other=${OTHER}
configMapGenerator:
  - name: app
    literals: [API_TOKEN=9f8e7d6c5b4a39281706, HOST=db]
"""
    found = [one for one in seen(overlay(text)) if isinstance(one, LiteralSecret)]
    assert {(one.key, one.literal) for one in found} == {
        ("secretGenerator/db password", True),
        ("secretGenerator/db other", False),
        ("configMapGenerator/app API_TOKEN", True),
    }
    assert [one.line for one in found if one.key.endswith("password")] == [5]
    assert "Tr0ub4dor" not in repr(found)


def test_a_base_elsewhere_is_said_not_to_be_here() -> None:
    files = overlay("").copy()
    files["prod/kustomization.yaml"] = (
        "resources:\n  - ../base\n  - github.com/org/repo//base?ref=v1\n  - missing.yaml\n"
    )
    gaps = [one for one in seen(files) if isinstance(one, Gap)]
    assert {one.reason for one in gaps} == {Reason.UNRESOLVED}
    assert len(gaps) == 2
    assert len(workloads(files)) == 1


def test_kustomizations_that_go_in_circles_end() -> None:
    files = {
        "a/kustomization.yaml": "resources: [../b, app.yaml]\n",
        "b/kustomization.yaml": "resources: [../a]\n",
        "a/app.yaml": DEPLOYMENT,
    }
    assert all(isinstance(one, Observation | Gap) for one in seen(files))


def test_a_root_without_a_folder_is_read() -> None:
    files = {"kustomization.yaml": "resources: [app.yaml]\n", "app.yaml": DEPLOYMENT}
    assert set(workloads(files)) == {("", "Deployment/app")}


def test_components_add_their_patches() -> None:
    files = {
        **overlay("components: [../hardened]\n"),
        "hardened/kustomization.yaml": "kind: Component\npatches: [{path: p.yaml}]\n",
        "hardened/p.yaml": PATCH,
    }
    found = workloads(files)
    assert [one.reaches for one in found.values()] == [()]


def test_roles_in_a_base_are_judged_too() -> None:
    files = {
        "kustomization.yaml": "resources: [r.yaml]\n",
        "r.yaml": "apiVersion: rbac.authorization.k8s.io/v1\n"
        "kind: RoleBinding\nmetadata: {name: a}\n"
        "subjects: [{kind: User, name: 'system:anonymous'}]\nroleRef: {kind: Role, name: view}\n",
    }
    assert [one.guarded for one in seen(files) if isinstance(one, SignIn)] == [False]


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(0, 9), st.sampled_from(["a", "b"])),
    lambda inner: st.one_of(
        st.lists(
            st.one_of(inner, st.fixed_dictionaries({"name": st.sampled_from("ab")})), max_size=3
        ),
        st.dictionaries(
            st.sampled_from(["containers", "env", "name", "a", "$patch"]), inner, max_size=3
        ),
    ),
    max_leaves=10,
)


@settings(max_examples=200, deadline=None)
@given(values, values)
def test_a_merge_never_changes_what_it_merges(base: Any, patch: Any) -> None:
    before = repr((base, patch))
    Merger(Places()).merged(base, patch)
    assert repr((base, patch)) == before


paths = st.lists(st.sampled_from(["a", "0", "-", "containers", "~1", "9"]), max_size=4).map(
    lambda steps: "".join(f"/{step}" for step in steps)
)
operations = st.lists(
    st.fixed_dictionaries(
        {
            "op": st.sampled_from(["add", "remove", "replace", "move"]),
            "path": paths,
            "value": values,
        }
    ),
    max_size=4,
)


@settings(max_examples=200, deadline=None)
@given(values, operations)
def test_operations_that_do_not_fit_are_passed_over(base: Any, patch: list[Any]) -> None:
    before = repr(base)
    Merger(Places()).operated(base, patch)
    assert repr(base) == before


def test_a_merge_with_itself_changes_nothing() -> None:
    base = {"containers": [{"name": "a", "env": [{"name": "X", "value": "1"}]}], "x": {"y": 1}}
    assert Merger(Places()).merged(base, base) == base
