"""Terraform as people write it: the same fact in many spellings, and where nobody can know it."""

from typing import Any

import pytest

from rempart.check import Gap, OneOf, Unknown
from rempart.collectors.repository.terraform.declared import declared
from rempart.collectors.repository.terraform.hcl import parsed
from rempart.observations.datastores import DataStore
from rempart.observations.exposure import LiteralSecret, OpenPort, PublicEndpoint
from rempart.observations.volumes import Volume

DATABASE = 'resource "aws_db_instance" "d" {{\n  storage_encrypted = {}\n}}\n'
BUCKET = 'resource "aws_s3_bucket" "b" {\n  bucket = "x"\n}\n'
BLOCK = """resource "aws_s3_bucket_public_access_block" "p" {{
  {}
  block_public_acls = true
  block_public_policy = true
  ignore_public_acls = true
  restrict_public_buckets = true
}}
"""


def plain(value: Any) -> object:
    if isinstance(value, Unknown):
        return "?"
    return " or ".join(map(str, value.values)) if isinstance(value, OneOf) else value


def seen(files: str | dict[str, str]) -> dict[str, object]:
    """What is declared by key: encryption of volumes and databases, reach of buckets and ports."""
    named = {"main.tf": files} if isinstance(files, str) else files
    found: dict[str, object] = {}
    for item in declared([parsed(text.encode(), path) for path, text in named.items()]):
        match item:
            case Gap():
                found[f"gap {item.key}"] = item.type
            case Volume():
                found[item.key] = plain(item.encrypted)
            case DataStore() if item.kind != "bucket":
                found[item.key] = plain(item.encrypted)
            case PublicEndpoint() if item.kind == "bucket":
                found[item.key] = plain(item.public)
            case OpenPort():
                found[f"{item.key} {item.use}"] = plain(item.public)
            case LiteralSecret():
                found[item.key] = plain(item.literal)
    return found


@pytest.mark.parametrize(
    ("before", "value", "expected"),
    [
        ("locals { c = { enc = false } }", 'local.c["enc"]', False),
        ("locals { a = local.a }", "local.a", "?"),
        ('variable "e" { default = "prod" }', 'var.e == "prod" ? true : false', True),
        ('variable "e" {}', 'var.e == "prod" ? true : false', "True or False"),
        ('variable "n" { default = "1" }', "var.n == 1 ? true : false", "True or False"),
        ('variable "z" {}', "var.z && false", False),
        ('variable "z" {}', "var.z || true", True),
        ('variable "z" {}', "var.z && true", "?"),
        ("", "true == 1", "?"),
        ("", 'tobool("true")', True),
        ("", "coalesce(null, true)", True),
        ('variable "z" {}', "coalesce(var.z, true)", "?"),
        ("variable c { default = { enc = true } }", 'lookup(var.c, "enc", false)', True),
        ("variable c { default = {} }", 'lookup(var.c, "enc", false)', False),
        ("locals { a = { enc = false } }", "merge(local.a, { enc = true }).enc", True),
        ('variable "z" {}', "merge({ enc = true }, var.z).enc", "?"),
        ("", 'contains(["a", "b"], "b")', True),
        ("", "try(local.no, true)", "?"),
        ("", "timestamp()", "?"),
    ],
)
def test_an_expression_comes_to_its_value(before: str, value: str, expected: object) -> None:
    assert seen(f"{before}\n{DATABASE.format(value)}") == {"aws_db_instance.d": expected}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a.auto.tfvars": "e = true", "terraform.tfvars": "e = false"}, True),
        ({"z.auto.tfvars": "e = false", "a.auto.tfvars": "e = true"}, False),
        ({"prod.tfvars": "e = false"}, "True or False"),
        ({"envs/prod.tfvars": "e = true"}, True),
        ({"main_override.tf": DATABASE.format("false")}, False),
    ],
)
def test_files_of_variables_and_overrides_count(files: dict[str, str], expected: object) -> None:
    main = 'variable "e" {\n default = true\n}\n' + DATABASE.format("var.e")
    assert seen({**files, "main.tf": main}) == {"aws_db_instance.d": expected}


@pytest.mark.parametrize(
    ("meta", "value", "expected"),
    [
        ("count = 0", "false", {}),
        ("count = length([])", "false", {}),
        ("for_each = toset([])", "false", {}),
        ("count = var.on ? 1 : 0", "false", {"[0]": False}),
        ("for_each = { a = true, b = false }", "each.value", {'["a"]': True, '["b"]': False}),
        ('for_each = toset(["a"])', "true", {'["a"]': True}),
        ("for_each = var.unknown", "each.value", {"": "?"}),
        ("for_each = var.unknown", "false", {"": False}),
    ],
)
def test_instances_are_told_apart(meta: str, value: str, expected: dict[str, object]) -> None:
    text = f'resource "aws_db_instance" "d" {{\n{meta}\nstorage_encrypted = {value}\n}}'
    assert seen(text) == {f"aws_db_instance.d{key}": value for key, value in expected.items()}


@pytest.mark.parametrize(
    ("meta", "bucket", "expected"),
    [
        ("", "bucket = aws_s3_bucket.b.id", {"": False}),
        ("", 'bucket = "${aws_s3_bucket.b.id}"', {"": False}),
        ("", 'bucket = "x"', {"": False}),
        ("", "count = 0\nbucket = aws_s3_bucket.b.id", {"": "?"}),
        ("", "count = var.on ? 1 : 0\nbucket = aws_s3_bucket.b.id", {"": "?"}),
        ("count = 2", "bucket = aws_s3_bucket.b[0].id", {"[0]": False, "[1]": "?"}),
        ("count = 1", "bucket = one(aws_s3_bucket.b[*].id)", {"[0]": False}),
        (
            "count = var.on ? 1 : 0",
            "count = var.on ? 1 : 0\nbucket = aws_s3_bucket.b[0].id",
            {"[0]": False},
        ),
        (
            'for_each = toset(["a", "c"])',
            "for_each = aws_s3_bucket.b\nbucket = each.value.id",
            {'["a"]': False, '["c"]': False},
        ),
        (
            'for_each = toset(["a", "c"])',
            'for_each = toset(["a"])\nbucket = aws_s3_bucket.b[each.key].id',
            {'["a"]': False, '["c"]': "?"},
        ),
        (
            "for_each = var.names",
            "for_each = var.names\nbucket = aws_s3_bucket.b[each.key].id",
            {"": False},
        ),
        (
            "for_each = var.names",
            "for_each = var.others\nbucket = aws_s3_bucket.b[each.key].id",
            {"": "?"},
        ),
    ],
)
def test_a_companion_speaks_for_what_it_means(
    meta: str, bucket: str, expected: dict[str, object]
) -> None:
    named = "" if meta else 'bucket = "x"'
    text = f'resource "aws_s3_bucket" "b" {{\n{meta}\n{named}\n}}\n{BLOCK.format(bucket)}'
    assert seen(text) == {f"aws_s3_bucket.b{key}": value for key, value in expected.items()}


def test_a_companion_in_another_module_speaks_too() -> None:
    child = BUCKET + 'output "id" {\n value = aws_s3_bucket.b.id\n}'
    root = 'module "s" {\n source = "./s"\n}\n' + BLOCK.format("bucket = module.s.id")
    assert seen({"main.tf": root, "s/main.tf": child}) == {"module.s.aws_s3_bucket.b": False}
    root = BUCKET + 'module "s" {\n source = "./s"\n bucket = aws_s3_bucket.b.id\n}'
    child = 'variable "bucket" {}\n' + BLOCK.format("bucket = var.bucket")
    assert seen({"main.tf": root, "s/main.tf": child}) == {"aws_s3_bucket.b": False}


def test_examples_in_one_folder_stand_alone() -> None:
    closed = BUCKET + BLOCK.format("bucket = aws_s3_bucket.b.id")
    opened = closed.replace("= true", "= false")
    found = [
        (one.source, one.public)
        for one in declared([parsed(closed.encode(), "good.tf"), parsed(opened.encode(), "bad.tf")])
        if isinstance(one, PublicEndpoint)
    ]
    assert sorted(found) == [("bad.tf", True), ("good.tf", False)]


def test_names_are_those_of_the_asking_file_where_two_files_have_them() -> None:
    text = 'variable "a" {\n default = %s\n}\nlocals {\n b = var.a\n}\n'
    one, other = text % "true", text % "false"
    found = declared([
        parsed((one + DATABASE.format("local.b")).encode(), "one.tf"),
        parsed((other + DATABASE.format("var.a")).encode(), "other.tf"),
    ])  # fmt: skip
    stores = {item.source: item.encrypted for item in found if isinstance(item, DataStore)}
    assert stores == {"one.tf": True, "other.tf": False}


def test_a_policy_for_everybody_makes_a_bucket_public() -> None:
    statement = '{ Effect = "Allow", Principal = %s, Resource = aws_s3_bucket.b.arn }'
    policy = (
        'resource "aws_s3_bucket_policy" "p" {{\n bucket = aws_s3_bucket.b.id\n'
        " policy = jsonencode({{ Statement = [{}] }})\n}}\n"
    )
    assert seen(BUCKET + policy.format(statement % '"*"')) == {"aws_s3_bucket.b": True}
    assert seen(BUCKET + policy.format(statement % '"me"')) == {"aws_s3_bucket.b": "?"}


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ('"aws_db_instance" "d" {\n replicate_source_db = "x"\n}', "?"),
        ('"aws_db_instance" "d" {\n snapshot_identifier = null\n}', False),
        ('"aws_rds_cluster" "d" {\n restore_to_point_in_time {}\n}', "?"),
        ('"ovh_cloud_project_volume" "d" {\n type = "brand-new"\n}', "?"),
    ],
)
def test_a_copy_is_encrypted_like_its_source(resource: str, expected: object) -> None:
    assert list(seen(f"resource {resource}").values()) == [expected]


def test_a_machine_has_a_root_disk_even_where_nobody_wrote_it() -> None:
    assert seen('resource "aws_instance" "i" {}') == {"aws_instance.i.root_block_device": False}


def test_the_setting_of_another_region_does_not_count() -> None:
    volume = 'resource "aws_ebs_volume" "v" {}\n'
    switch = 'resource "aws_ebs_encryption_by_default" "s" {\n provider = aws.%s\n}'
    assert seen(volume + switch % "us")["aws_ebs_volume.v"] is False
    child = {"main.tf": 'module "m" {\n source = "./m"\n}\n' + switch.replace("provider", "#")}
    assert seen({**child, "m/main.tf": volume})["module.m.aws_ebs_volume.v"] is True


def test_the_callers_constraint_and_the_lock_file_choose_the_default() -> None:
    old = 'terraform { required_providers { aws = { version = "~> 5.0" } } }\n'
    call = 'module "m" {\n source = "./m"\n}\n'
    cluster = 'resource "aws_redshift_cluster" "r" {}'
    lock = 'provider "registry.terraform.io/hashicorp/aws" {\n version = "5.1.0"\n}'
    assert seen({"main.tf": old + call, "m/main.tf": cluster}) == {
        "module.m.aws_redshift_cluster.r": False
    }
    assert seen({"main.tf": cluster, ".terraform.lock.hcl": lock}) == {
        "aws_redshift_cluster.r": False
    }


RULE = "from_port = {0}\nto_port = {0}\nprotocol = {1}\ncidr_blocks = {2}\n"
ANYBODY = '["0.0.0.0/0"]'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("ingress {\n" + RULE.format(5432, '"tcp"', 'concat(["10.0.0.0/8"], var.c)') + "}", "?"),
        ("ingress {\n" + RULE.format(5432, '"tcp"', f"concat([], {ANYBODY})") + "}", True),
        ("ingress = [{\n" + RULE.format(5432, '"tcp"', ANYBODY) + "}]", True),
        ("ingress = []", None),
        (
            'dynamic "ingress" {\nfor_each = [5432, 443]\niterator = p\ncontent {\n'
            + RULE.format("p.value", '"tcp"', ANYBODY)
            + "}\n}",
            True,
        ),
    ],
)
def test_rules_of_a_group_are_read_in_every_form(body: str, expected: object) -> None:
    found = seen(f'resource "aws_security_group" "s" {{\n{body}\n}}')
    assert found.get("aws_security_group.s data") == expected


@pytest.mark.parametrize(
    ("ports", "opened"),
    [
        ('destination_port_ranges = ["443"]', None),
        ('destination_port_range = "5432"', True),
        ('destination_port_range = "1-9000"', True),
        ('destination_port_range = "443"\n protocol = "*"', None),
        ('destination_port_range = "*"\n protocol = "*"', True),
        ("destination_port_range = var.unknown", "?"),
    ],
)
def test_azure_lists_ports_in_two_ways(ports: str, opened: object) -> None:
    text = (
        'resource "azurerm_network_security_rule" "s" {\n direction = "inbound"\n access = "Allow"'
        f'\n protocol = "Tcp"\n {ports}\n source_address_prefix = "*"\n}}'
    )
    assert seen(text).get("azurerm_network_security_rule.s data") == opened


@pytest.mark.parametrize(
    ("before", "value", "expected"),
    [
        ('locals { p = "hunter2horse" }', "local.p", True),
        ('locals { a = "hunter" }', '"${local.a}2horse"', True),
        ("", 'sensitive("hunter2horse")', True),
        ("", 'file("pw")', False),
        ("", '"${var.p}-x"', "?"),
    ],
)
def test_a_secret_is_followed_to_where_it_is_written(
    before: str, value: str, expected: object
) -> None:
    found = seen(f'{before}\nresource "aws_db_instance" "d" {{\n password = {value}\n}}')
    assert found["aws_db_instance.d.password"] == expected


def test_secrets_in_lists_of_names_and_values_are_found() -> None:
    text = (
        'resource "aws_ecs_task_definition" "t" {\n container_definitions = jsonencode([{\n'
        ' environment = [{ name = "DB_PASSWORD", value = "hunter2horse" }]\n}])\n}'
    )
    key = "aws_ecs_task_definition.t.container_definitions.environment.DB_PASSWORD"
    assert seen(text) == {key: True}
    assert seen({"terraform.tfvars": 'db = { password = "hunter2horse" }'}) == {
        "terraform.tfvars:db.password": True
    }
