"""The same configuration rendered in every way people write it comes to the same verdict."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rempart.check import OneOf, Unknown
from rempart.collectors.repository.jobs import jobs
from rempart.collectors.repository.worker import Desk
from rempart.collectors.tree import Found, regular_files
from rempart.observations.datastores import DataStore
from rempart.observations.exposure import OpenPort, PublicEndpoint

Files = dict[str, str]


def database(value: str, meta: str = "") -> str:
    return f'resource "aws_db_instance" "d" {{\n{meta}\n  storage_encrypted = {value}\n}}\n'


def seen(folder: Path, files: Files, type_: type) -> list[object]:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    found = [one for one in regular_files(folder) if isinstance(one, Found)]
    asked = jobs(str(folder), found, frozenset({type_}))
    told = [one for job in asked for one in Desk(job, lambda _: None).done()]
    return [one for one in told if isinstance(one, type_)]


MODULE = 'variable "on" {\n  type = bool\n}\n' + database("var.on")
SPELLINGS: dict[str, Callable[[str], Files]] = {
    "literal": lambda v: {"main.tf": database(v)},
    "quoted": lambda v: {"main.tf": database(f'"{v}"')},
    "template": lambda v: {"main.tf": database(f'"${{{v}}}"')},
    "carriage returns and a mark": lambda v: {
        "main.tf": "\ufeff" + database(v).replace("\n", "\r\n")
    },
    "default": lambda v: {"main.tf": f'variable "a" {{ default = {v} }}\n' + database("var.a")},
    "local": lambda v: {"main.tf": f"locals {{ a = {v} }}\n" + database("local.a")},
    "local of a local": lambda v: {
        "main.tf": f"locals {{\n  a = {v}\n  b = {{ on = local.a }}\n}}\n"
        + database('local.b["on"]')
    },
    "tfvars": lambda v: {
        "main.tf": 'variable "a" {}\n' + database("var.a"),
        "terraform.tfvars": f"a = {v}\n",
    },
    "tfvars as JSON": lambda v: {
        "main.tf": 'variable "a" {}\n' + database("var.a"),
        "x.auto.tfvars.json": f'{{"a": {v}}}',
    },
    "module": lambda v: {
        "main.tf": f'module "m" {{\n  source = "./m"\n  on = {v}\n}}\n',
        "m/main.tf": MODULE,
    },
    "module in a module": lambda v: {
        "main.tf": f'module "o" {{\n  source = "./o"\n  on = {v}\n}}\n',
        "o/main.tf": 'variable "on" {}\nmodule "m" {\n  source = "../m"\n  on = var.on\n}\n',
        "m/main.tf": MODULE,
    },
    "module for each": lambda v: {
        "main.tf": f'module "m" {{\n  source = "./m"\n  for_each = {{ a = {v} }}\n'
        "  on = each.value\n}\n",
        "m/main.tf": MODULE,
    },
    "output of a module": lambda v: {
        "main.tf": 'module "m" { source = "./m" }\n' + database("module.m.on"),
        "m/main.tf": f'output "on" {{ value = {v} }}\n',
    },
    "for each": lambda v: {"main.tf": database("each.value", f"  for_each = {{ a = {v} }}")},
    "for each of a loop": lambda v: {
        "main.tf": database(
            "each.value.on", f'  for_each = {{ for k in ["a"] : k => {{ on = {v} }} }}'
        )
    },
    "count": lambda v: {"main.tf": database(f"[{v}][count.index]", "  count = 1")},
    "condition with equal arms": lambda v: {"main.tf": database(f"var.x ? {v} : {v}")},
    "condition that is known": lambda v: {"main.tf": database(f'"a" == "a" ? {v} : null')},
    "negation": lambda v: {"main.tf": database("!" + {"true": "false", "false": "true"}[v])},
    "lookup": lambda v: {"main.tf": database(f'lookup({{ on = {v} }}, "on", null)')},
    "merge": lambda v: {"main.tf": database(f"merge({{ on = null }}, {{ on = {v} }}).on")},
    "try": lambda v: {"main.tf": database(f"try({v}, null)")},
    "coalesce": lambda v: {"main.tf": database(f"coalesce(null, {v})")},
    "tobool": lambda v: {"main.tf": database(f'tobool("{v}")')},
    "JSON and back": lambda v: {"main.tf": database(f"jsondecode(jsonencode({{ on = {v} }})).on")},
    "optional part": lambda v: {
        "main.tf": f'variable "a" {{\n  type = object({{ on = optional(bool, {v}) }})\n'
        "  default = {}\n}\n" + database("var.a.on")
    },
    "override": lambda v: {
        "main.tf": database("null"),
        "main_override.tf": database(v),
    },
    "OpenTofu": lambda v: {"main.tf": database("null"), "main.tofu": database(v)},
    "JSON": lambda v: {
        "main.tf.json": json.dumps(
            {"resource": {"aws_db_instance": {"d": {"storage_encrypted": v == "true"}}}}
        )
    },
    "JSON with an expression": lambda v: {
        "main.tf.json": json.dumps(
            {
                "locals": {"a": v == "true"},
                "resource": [{"aws_db_instance": {"d": [{"storage_encrypted": "${local.a}"}]}}],
            }
        )
    },
    "Terragrunt": lambda v: {
        "live/db/terragrunt.hcl": 'terraform {\n  source = "../../m"\n}\n'
        f"locals {{\n  a = {v}\n}}\ninputs = {{\n  on = local.a\n}}\n",
        "m/main.tf": MODULE,
    },
    "Terragrunt above": lambda v: {
        "live/db/terragrunt.hcl": 'include "root" {\n  path = find_in_parent_folders()\n}\n'
        'terraform {\n  source = "${get_repo_root()}/m"\n}\n',
        "live/terragrunt.hcl": f"inputs = {{ on = {v} }}\n",
        "m/main.tf": MODULE,
    },
    "plan": lambda v: {
        "tfplan.json": json.dumps(
            {
                "planned_values": {
                    "root_module": {
                        "child_modules": [
                            {
                                "address": "module.m",
                                "resources": [
                                    {
                                        "address": "module.m.aws_db_instance.d",
                                        "type": "aws_db_instance",
                                        "name": "d",
                                        "values": {"storage_encrypted": v == "true"},
                                    }
                                ],
                            }
                        ]
                    }
                }
            }
        )
    },
}


@pytest.mark.parametrize("value", ["true", "false"])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_of_a_boolean_is_that_boolean(
    tmp_path: Path, spelling: str, value: str
) -> None:
    (store,) = seen(tmp_path, SPELLINGS[spelling](value), DataStore)
    assert isinstance(store, DataStore)
    assert store.encrypted is (value == "true")


def rules(cidr: str) -> dict[str, str]:
    """A group that opens SSH to an address, in the ways there are."""
    one = f'from_port = 22\n to_port = 22\n protocol = "tcp"\n cidr_blocks = ["{cidr}"]\n'
    group = 'resource "aws_security_group" "s" {{\n{}\n}}\n'
    return {
        "block": group.format(f"ingress {{\n {one}}}"),
        "attribute": group.format(f"ingress = [{{\n {one}}}]"),
        "variable": f'variable "c" {{ default = ["{cidr}"] }}\n'
        + group.format("ingress {\n " + one.replace(f'["{cidr}"]', "var.c") + "}"),
        "dynamic": group.format(
            f'dynamic "ingress" {{\n for_each = ["{cidr}"]\n content {{\n '
            + one.replace(f'"{cidr}"', "ingress.value")
            + "}\n}"
        ),
        "dynamic over objects": group.format(
            'dynamic "ingress" {\n for_each = { ssh = { port = 22, from = ["' + cidr + '"] } }\n'
            " iterator = rule\n content {\n from_port = rule.value.port\n"
            ' to_port = rule.value["port"]\n protocol = "tcp"\n cidr_blocks = rule.value.from\n}\n}'
        ),
        "range": group.format(f"ingress {{\n {one.replace('from_port = 22', 'from_port = 20')}}}"),
        "rule": f'resource "aws_security_group_rule" "s" {{\n type = "ingress"\n {one}}}\n',
        "one rule": 'resource "aws_vpc_security_group_ingress_rule" "s" {\n from_port = "22"\n'
        f' to_port = "22"\n ip_protocol = "TCP"\n cidr_ipv4 = "{cidr}"\n}}\n',
    }


@pytest.mark.parametrize("spelling", rules(""))
@pytest.mark.parametrize(
    ("cidr", "expected"), [("0.0.0.0/0", True), ("::/0", True), ("10.0.0.0/8", False)]
)
def test_every_spelling_of_a_rule_opens_the_same_port(
    tmp_path: Path, spelling: str, cidr: str, expected: bool
) -> None:
    found = seen(tmp_path, {"main.tf": rules(cidr)[spelling]}, OpenPort)
    admin = [one for one in found if isinstance(one, OpenPort) and one.use == "admin"]
    assert [one.public for one in admin] == [expected]
    assert all("22 SSH" in one.ports for one in admin)


def policies(principal: str) -> dict[str, str]:
    """A bucket with a policy for somebody, in the ways there are."""
    statement = {"Effect": "Allow", "Principal": {"AWS": [principal]}, "Action": "s3:GetObject"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    bucket = 'resource "aws_s3_bucket" "b" {\n bucket = "b"\n}\n'
    policy = (
        'resource "aws_s3_bucket_policy" "p" {{\n bucket = aws_s3_bucket.b.id\n policy = {}\n}}\n'
    )
    document = (
        f'data "aws_iam_policy_document" "d" {{\n statement {{\n principals {{\n type = "AWS"\n'
        f' identifiers = ["{principal}"]\n}}\n actions = ["s3:GetObject"]\n'
        " resources = [aws_s3_bucket.b.arn]\n}\n}\n"
    )
    spread = text.replace(
        '"s3:GetObject"', '"s3:GetObject", "Resource": "${aws_s3_bucket.b.arn}/*"'
    )
    hcl = (
        '{ Statement = [{ Effect = "Allow", Principal = { AWS = ["' + principal + '"] },'
        " Resource = aws_s3_bucket.b.arn }] }"
    )
    return {
        "file": bucket + policy.format('file("${path.module}/policy.json")'),
        "template": bucket
        + policy.format('templatefile("policy.tpl", { who = "' + principal + '" })'),
        "text": bucket + policy.format(json.dumps(text)),
        "heredoc": bucket + policy.format(f"<<EOF\n{spread}\nEOF"),
        "indented heredoc": bucket + policy.format(f"<<-EOF\n    {spread}\n  EOF"),
        "jsonencode": bucket + policy.format(f"jsonencode({hcl})"),
        "local": bucket + f"locals {{\n p = jsonencode({hcl})\n}}\n" + policy.format("local.p"),
        "document": bucket + document + policy.format("data.aws_iam_policy_document.d.json"),
        "documents merged": bucket
        + document
        + 'data "aws_iam_policy_document" "m" {\n source_policy_documents = '
        "[data.aws_iam_policy_document.d.json]\n}\n"
        + policy.format("data.aws_iam_policy_document.m.json"),
        "document of many": bucket
        + document.replace('"d" {', '"d" {\n count = 1')
        + policy.format("data.aws_iam_policy_document.d[0].json"),
    }


@pytest.mark.parametrize("spelling", policies(""))
@pytest.mark.parametrize("principal", ["*", "arn:aws:iam::111122223333:root"])
def test_every_spelling_of_a_policy_lets_the_same_people_in(
    tmp_path: Path, spelling: str, principal: str
) -> None:
    who = {"file": principal, "template": "${who}"}
    texts = {
        name: json.dumps({"Statement": [{"Effect": "Allow", "Principal": {"AWS": who[kind]}}]})
        for kind, name in (("file", "policy.json"), ("template", "policy.tpl"))
    }
    main = {"main.tf": policies(principal)[spelling]}
    (endpoint,) = seen(tmp_path, {**texts, **main}, PublicEndpoint)
    assert isinstance(endpoint, PublicEndpoint)
    assert (endpoint.public is True) is (principal == "*")


@pytest.mark.parametrize("value", ["var.a", "data.x.y.z", "aws_kms_key.k.enabled", 'file("x")'])
def test_what_nobody_decided_is_never_a_verdict(tmp_path: Path, value: str) -> None:
    text = 'variable "a" {}\n' + database(value)
    (store,) = seen(tmp_path, {"main.tf": text}, DataStore)
    assert isinstance(store, DataStore)
    assert isinstance(store.encrypted, Unknown | OneOf)
