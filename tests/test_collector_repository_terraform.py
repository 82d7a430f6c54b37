from pathlib import Path
from typing import Any

import pytest

from rempart.check import Gap, Observation, Unknown
from rempart.collectors.repository.resource import Resource, Written
from rempart.collectors.repository.rows import PROVIDERS, rows
from rempart.collectors.repository.terraform.declared import declared
from rempart.collectors.repository.terraform.hcl import parsed
from rempart.collectors.repository.topics import observed
from rempart.errors import Reason
from rempart.observations.datastores import DataStore
from rempart.observations.exposure import LiteralSecret, OpenPort, PublicEndpoint
from rempart.observations.volumes import Volume


def found(**files: str) -> list[Observation | Gap]:
    named = {name.replace("__", "/").replace("_tfvars", ".tfvars"): t for name, t in files.items()}
    names = {name if "." in name else f"{name}.tf": text for name, text in named.items()}
    return list(declared([parsed(text.encode(), name) for name, text in names.items()]))


def one(text: str, *types: type[Observation | Gap]) -> Any:
    (item,) = (item for item in found(main=text) if isinstance(item, types or (Volume, DataStore)))
    return item


def encrypted(value: object) -> bool | str:
    """A boolean, or the words of what is not known."""
    return value.detail if isinstance(value, Unknown) else bool(value)


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ('"aws_db_instance" "a" {}', False),
        ('"aws_db_instance" "a" { storage_encrypted = "true" }', True),
        ('"aws_db_instance" "a" { storage_encrypted = null }', False),
        ('"aws_rds_cluster" "a" {}', False),
        ('"aws_rds_cluster" "a" { engine_mode = "serverless" }', True),
        ('"aws_redshift_cluster" "a" {}', True),
        ('"aws_dynamodb_table" "a" {}', True),
        ('"aws_ebs_volume" "a" {}', False),
        ('"aws_ebs_volume" "a" { encrypted = !false }', True),
        ('"ovh_cloud_project_volume" "a" { type = "high-speed-luks" }', True),
        ('"ovh_cloud_project_volume" "a" { type = "classic" }', False),
        ('"scaleway_rdb_instance" "a" { encryption_at_rest = true }', True),
        ('"outscale_volume" "a" {}', "no attribute says; the operating system or the host's"
         " attestation decides"),
        ('"google_sql_database_instance" "a" {}', True),
        ('"aws_db_instance" "a" { storage_encrypted = lookup(var.m, "x") }', 'lookup(var.m, "x")'),
        ('"aws_db_instance" "a" { storage_encrypted = data.x.y.z }', "data.x.y.z"),
    ],
)  # fmt: skip
def test_attribute_or_default_decides(resource: str, expected: bool | str) -> None:
    assert encrypted(one(f"resource {resource}").encrypted) == expected


def test_an_older_provider_has_the_older_default() -> None:
    items = found(
        main='terraform { required_providers { aws = { version = "~> 5.0" } } }\n'
        'resource "aws_redshift_cluster" "a" {}'
    )
    (store,) = (item for item in items if isinstance(item, DataStore))
    (endpoint,) = (item for item in items if isinstance(item, PublicEndpoint))
    assert store.encrypted is False
    assert endpoint.public is True


def test_the_account_default_declared_beside_holds() -> None:
    items = found(
        main='resource "aws_ebs_encryption_by_default" "x" { enabled = true }\n'
        'resource "aws_ebs_volume" "a" {}'
    )
    (volume,) = (
        item for item in items if isinstance(item, Volume) and item.key == "aws_ebs_volume.a"
    )
    assert encrypted(volume.encrypted) is True


def test_blocks_of_an_instance_are_volumes_of_their_own() -> None:
    items = found(
        main='resource "aws_instance" "a" {\n  root_block_device { encrypted = true }\n'
        '  ebs_block_device {\n    device_name = "/dev/sdb"\n    encrypted = false\n  }\n'
        '  dynamic "ebs_block_device" {\n    for_each = var.more\n'
        "    content { encrypted = ebs_block_device.value.encrypted }\n  }\n}"
    )
    found_ = (item for item in items if isinstance(item, Volume))
    volumes = {item.key: encrypted(item.encrypted) for item in found_}
    assert volumes == {
        "aws_instance.a.root_block_device": True,
        "aws_instance.a.ebs_block_device[/dev/sdb]": False,
        "aws_instance.a.ebs_block_device": "ebs_block_device.value.encrypted",
    }


def test_variables_locals_and_tfvars_are_worked_out() -> None:
    text = (
        'variable "a" { default = true }\nvariable "b" { default = false }\nvariable "c" {}\n'
        "locals {\n  d = var.a\n  e = { on = var.b }\n  f = local.f\n}\n"
        + "\n".join(
            f'resource "aws_db_instance" "{name}" {{ storage_encrypted = {value} }}'
            for name, value in {
                "a": "var.a",
                "b": "var.b",
                "c": "var.c",
                "d": "local.d",
                "e": "local.e.on",
                "f": "local.f",
                "g": 'var.a == true ? "true" : "false"',
            }.items()
        )
    )
    items = found(main=text, terraform_tfvars="b = true")
    stores = [item for item in items if isinstance(item, DataStore)]
    values = {item.key[-1]: encrypted(item.encrypted) for item in stores}
    assert values == {
        "a": True,
        "b": True,
        "c": "var.c has no default",
        "d": True,
        "e": True,
        "f": "refers to itself, or too far",
        "g": True,
    }


def test_what_doubles_at_each_step_stops() -> None:
    lines = [f"  l{n} = [local.l{n + 1}, local.l{n + 1}]" for n in range(28)]
    text = "locals {\n" + "\n".join([*lines, "  l28 = 1"]) + "\n}\n"
    item = one(text + 'resource "aws_db_instance" "a" { storage_encrypted = local.l0 }')
    assert isinstance(item.encrypted, Unknown)


def test_local_modules_take_what_their_caller_gives() -> None:
    module = (
        'variable "on" { default = false }\n'
        'resource "aws_db_instance" "m" { storage_encrypted = var.on }'
    )
    items = found(
        live__main='module "a" {\n  source = "../db"\n  on = true\n}\n'
        'module "b" { source = "../db" }\nmodule "none" {\n  source = "../db"\n  count = 0\n}',
        db__main=module,
    )
    stores = [item for item in items if isinstance(item, DataStore)]
    values = {item.key: (item.encrypted, item.root) for item in stores}
    assert values == {
        "module.a.aws_db_instance.m": (True, "live"),
        "module.b.aws_db_instance.m": (False, "live"),
    }


def test_modules_in_a_ring_end() -> None:
    items = found(
        a__main='module "b" { source = "../b" }\nresource "aws_db_instance" "x" {}',
        b__main='module "a" { source = "../a" }',
    )
    assert any(isinstance(item, DataStore) for item in items)


def test_a_module_from_elsewhere_is_not_known() -> None:
    items = found(main='module "rds" { source = "example/rds/aws" }')
    assert {(item.type, item.reason) for item in items if isinstance(item, Gap)} == {
        ("Volume", Reason.UNRESOLVED),
        ("DataStore", Reason.UNRESOLVED),
        ("PublicEndpoint", Reason.UNRESOLVED),
        ("OpenPort", Reason.UNRESOLVED),
    }


def test_companions_speak_for_their_bucket() -> None:
    items = found(
        main='resource "aws_s3_bucket" "a" { bucket = "one" }\n'
        'resource "aws_s3_bucket" "b" { bucket = "two" }\n'
        'resource "aws_s3_bucket_public_access_block" "x" {\n  bucket = aws_s3_bucket.a.id\n'
        "  block_public_acls = true\n  block_public_policy = true\n"
        "  ignore_public_acls = true\n  restrict_public_buckets = true\n}\n"
        'resource "aws_s3_bucket_acl" "y" {\n  bucket = "two"\n  acl = "public-read-write"\n}\n'
        'resource "aws_s3_bucket" "c" {}\n'
        'resource "aws_s3_bucket_public_access_block" "z" {\n  bucket = aws_s3_bucket.c.id\n'
        "  block_public_acls = false\n  block_public_policy = true\n"
        "  ignore_public_acls = true\n  restrict_public_buckets = true\n}\n"
    )
    public = {item.key[-1]: item.public for item in items if isinstance(item, PublicEndpoint)}
    assert public["a"] is False
    assert public["b"] is True
    assert public["c"] is True


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ('cidr_blocks = ["0.0.0.0/0"]', True),
        ('ipv6_cidr_blocks = ["::/0"]', True),
        ('cidr_blocks = ["10.0.0.0/8"]', False),
        ('cidr_blocks = ["8.0.0.0/7"]', True),
        ('cidr_blocks = ["0.0.0.0/1", "128.0.0.0/1"]', True),
        ("cidr_blocks = [aws_vpc.main.cidr_block]", False),
        ('cidr_blocks = ["${chomp(data.http.me.body)}/32"]', False),
        ("security_groups = [aws_security_group.app.id]", False),
        ("cidr_blocks = var.allowed", "var.allowed is not declared"),
        ('cidr_blocks = ["10.0.0.0/8", data.http.me.body]', "data.http.me.body"),
        ('cidr_blocks = ["0.0.0.0/0", data.http.me.body]', True),
    ],
)
def test_who_may_reach_a_database_port(rule: str, expected: bool | str) -> None:
    item = one(
        f'resource "aws_security_group" "a" {{\n  ingress {{\n    from_port = 5432\n'
        f'    to_port = 5432\n    protocol = "tcp"\n    {rule}\n  }}\n}}',
        OpenPort,
    )
    assert (item.key, item.use, item.ports) == (
        "aws_security_group.a",
        "data",
        ("5432 PostgreSQL",),
    )
    assert encrypted(item.public) == expected


def test_rules_of_other_providers_open_ports_too() -> None:
    items = found(
        main='resource "google_compute_firewall" "g" {\n  source_ranges = ["0.0.0.0/0"]\n'
        '  allow {\n    protocol = "tcp"\n    ports = ["22", "3300-3310"]\n  }\n}\n'
        'resource "azurerm_network_security_rule" "z" {\n  direction = "Inbound"\n'
        '  access = "Allow"\n  protocol = "Tcp"\n  destination_port_range = "1433"\n'
        '  source_address_prefix = "Internet"\n}\n'
        'resource "azurerm_network_security_rule" "deny" {\n  direction = "Inbound"\n'
        '  access = "Deny"\n  destination_port_range = "1433"\n  source_address_prefix = "*"\n}\n'
        'resource "aws_vpc_security_group_ingress_rule" "v" {\n  ip_protocol = "-1"\n'
        '  cidr_ipv4 = "0.0.0.0/0"\n}\n'
        'resource "aws_security_group_rule" "out" {\n  type = "egress"\n  from_port = 0\n'
        '  to_port = 65535\n  protocol = "tcp"\n  cidr_blocks = ["0.0.0.0/0"]\n}\n'
    )
    opened = {(item.key, item.use): item for item in items if isinstance(item, OpenPort)}
    assert {key for key, item in opened.items() if item.public is True} == {
        ("google_compute_firewall.g", "data"),
        ("google_compute_firewall.g", "admin"),
        ("google_compute_firewall.g", "other"),
        ("azurerm_network_security_rule.z", "data"),
        ("aws_vpc_security_group_ingress_rule.v", "data"),
        ("aws_vpc_security_group_ingress_rule.v", "admin"),
        ("aws_vpc_security_group_ingress_rule.v", "other"),
    }
    assert opened["google_compute_firewall.g", "data"].ports == ("3306 MySQL or MariaDB",)
    assert opened["aws_vpc_security_group_ingress_rule.v", "data"].ports == ("0-65535",)


def test_an_undecided_port_range_is_not_known() -> None:
    items = found(
        main='resource "aws_security_group_rule" "a" {\n  type = "ingress"\n  from_port = var.p\n'
        '  to_port = var.p\n  protocol = "tcp"\n  cidr_blocks = ["0.0.0.0/0"]\n}'
    )
    opened = {item.use: encrypted(item.public) for item in items if isinstance(item, OpenPort)}
    assert opened == dict.fromkeys(("data", "admin", "other"), "var.p is not declared")


def test_secrets_are_told_by_the_name_and_the_form_of_the_value() -> None:
    items = found(
        main='variable "db_password" { default = "hunter2" }\n'
        'variable "pw" { default = "hunter2" }\n'
        'resource "x" "a" {\n  password = "hunter2"\n  master_password = var.pw\n'
        '  secret_key = random_password.x.result\n  token = "${var.a}-b"\n'
        '  password_length = 12\n  manage_master_user_password = true\n  api_key = "changeme"\n'
        '  private_key = file("k")\n  environment = { DB_PASSWORD = "hunter2", NAME = "x" }\n}\n'
        'provider "aws" { secret_key = "hunter2" }',
        terraform_tfvars='admin_password = "hunter2"',
    )
    secrets = {item.key: item.literal for item in items if isinstance(item, LiteralSecret)}
    assert isinstance(secrets.pop("x.a.token"), Unknown)
    assert secrets == {
        "x.a.password": True,
        "x.a.master_password": False,
        "x.a.secret_key": False,
        "x.a.private_key": False,
        "x.a.environment.DB_PASSWORD": True,
        "provider.aws.secret_key": True,
        "var.db_password": True,
        "var.pw": True,
        "terraform.tfvars:admin_password": True,
    }
    assert "hunter2" not in repr(items)


NAMED = {*PROVIDERS.values(), "cloudformation", "kubernetes", "ansible"}


@pytest.mark.parametrize("name", sorted(name for name in NAMED if rows(name)))
def test_every_row_of_the_tables_can_be_read(name: str) -> None:
    for type_, listed in rows(name).items():
        for row in listed:
            assert row.source
            inside: dict[str, Any] = {}
            for block in row.blocks:
                within = inside
                *outer, last = block.split(".")
                for step in outer:
                    within = within.setdefault(step, {})
                within[last] = [{}]
            one = Resource(type_, "a", "x", 1, 1, Written(inside, lambda _: 1))
            assert list(observed([one], {type_: (row,)})) or row.when or row.tls, type_


def test_lines_are_those_of_the_attribute(tmp_path: Path) -> None:
    item = one('resource "aws_db_instance" "a" {\n\n  storage_encrypted = false\n}')
    assert (item.source, item.line, item.setting) == ("main.tf", 3, "storage_encrypted = false")


@pytest.mark.parametrize(
    ("around", "public"),
    [("", True), ('source_tags = ["app"]', False), ("source_ranges = []", True)],
)
def test_a_firewall_for_tagged_machines_is_not_for_everybody(around: str, public: bool) -> None:
    rule = f'resource "google_compute_firewall" "g" {{\n {around}\n allow {{\n'
    items = found(main=f'{rule} protocol = "tcp"\n ports = ["5432"]\n }}\n}}')
    (opened,) = (item for item in items if isinstance(item, OpenPort))
    assert (opened.use, opened.public) == ("data", public)
