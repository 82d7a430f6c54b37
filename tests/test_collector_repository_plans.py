"""Plans as `terraform show -json` writes them."""

import json
import re
from typing import Any

import pytest

from rempart.check import Gap, Observation, Unknown
from rempart.collectors.repository.terraform.plans import planned
from rempart.errors import ContentErrors
from rempart.observations.datastores import DataStore
from rempart.observations.exposure import OpenPort, PublicEndpoint

BLOCK = (
    "block_public_acls",
    "block_public_policy",
    "ignore_public_acls",
    "restrict_public_buckets",
)


def resource(address: str, values: dict[str, Any], **more: Any) -> dict[str, Any]:
    *_, type_, name = re.sub(r"\[[^]]*\]", "", address).split(".")
    return {"address": address, "type": type_, "name": name, "values": values, **more}


def seen(plan: dict[str, Any]) -> list[Observation | Gap]:
    return list(planned("tfplan.json", json.dumps(plan).encode()))


def of(*resources: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"planned_values": {"root_module": {"resources": list(resources)}}, **more}


def test_values_decide_and_what_comes_later_does_not() -> None:
    plan = of(
        resource("aws_db_instance.a", {"storage_encrypted": False}),
        resource("aws_db_instance.b", {}),
        resource("data.aws_db_instance.c", {"storage_encrypted": False}, mode="data"),
        resource_changes=[
            {
                "address": "aws_db_instance.b",
                "change": {"after_unknown": {"storage_encrypted": True}},
            }
        ],
    )
    stores = {one.key: one.encrypted for one in seen(plan) if isinstance(one, DataStore)}
    assert stores.keys() == {"aws_db_instance.a", "aws_db_instance.b"}
    assert stores["aws_db_instance.a"] is False
    unknown = stores["aws_db_instance.b"]
    assert isinstance(unknown, Unknown)
    assert unknown.detail == "known after apply"


def test_companions_are_found_by_what_the_configuration_refers_to() -> None:
    blocked = dict.fromkeys(BLOCK, True)
    plan = of(
        resource('aws_s3_bucket.b["x"]', {"bucket": None}, index="x"),
        resource("aws_s3_bucket_public_access_block.p", blocked),
        resource_changes=[
            {
                "address": "aws_s3_bucket_public_access_block.p",
                "change": {"after_unknown": {"bucket": True, "id": True}},
            }
        ],
        configuration={
            "root_module": {
                "resources": [
                    {
                        "type": "aws_s3_bucket_public_access_block",
                        "name": "p",
                        "expressions": {
                            "bucket": {"references": ['aws_s3_bucket.b["x"].id', "aws_s3_bucket.b"]}
                        },
                    }
                ]
            }
        },
    )
    found = {one.key: one.public for one in seen(plan) if isinstance(one, PublicEndpoint)}
    assert found == {'aws_s3_bucket.b["x"]': False}


def test_modules_within_modules_are_read() -> None:
    rule = {"from_port": 22, "to_port": 22, "protocol": "tcp", "cidr_blocks": ["0.0.0.0/0"]}
    inner = resource("module.a.module.b[0].aws_security_group.s", {"ingress": [rule]})
    module = {"address": "module.a.module.b[0]", "resources": [inner]}
    outer = {"address": "module.a", "child_modules": [module]}
    plan = {"planned_values": {"root_module": {"child_modules": [outer]}}}
    (port,) = (one for one in seen(plan) if isinstance(one, OpenPort))
    assert (port.key, port.use, port.public) == (inner["address"], "admin", True)
    assert (port.source, port.root) == ("tfplan.json", "tfplan.json")


@pytest.mark.parametrize(("constraint", "encrypted"), [("~> 5.0", False), ("~> 6.0", True)])
def test_the_provider_of_the_plan_chooses_defaults(constraint: str, encrypted: bool) -> None:
    plan = of(
        resource("aws_redshift_cluster.r", {}),
        configuration={
            "provider_config": {"aws": {"name": "aws", "version_constraint": constraint}}
        },
    )
    (store,) = (one for one in seen(plan) if isinstance(one, DataStore))
    assert store.encrypted is encrypted


@pytest.mark.parametrize(
    "plan",
    [
        {},
        [],
        {"planned_values": {}},
        {"planned_values": {"root_module": 3}},
        {"planned_values": {"root_module": {"resources": [3, {"values": 3}], "child_modules": 3}}},
        {"planned_values": {"root_module": {}}, "resource_changes": 3, "configuration": 3},
    ],
)
def test_what_is_no_plan_says_nothing(plan: Any) -> None:
    assert list(planned("plan.json", json.dumps(plan).encode())) == []


@pytest.mark.parametrize("text", [b"{", b"", b"[" * 100_000, b"\xff"])
def test_what_is_no_json_is_an_error(text: bytes) -> None:
    with pytest.raises(ContentErrors):
        list(planned("plan.json", text))
